"""Held-out figures, comparison with not transferring, and the result."""
