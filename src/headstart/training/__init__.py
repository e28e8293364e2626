"""Fitting what stands behind the cut."""
