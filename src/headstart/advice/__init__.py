"""Measurements before and between trainings, and what follows from them."""
