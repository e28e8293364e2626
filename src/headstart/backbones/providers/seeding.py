"""Random weights that depend on a seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from ``seed`` inside the block; the program's own random numbers go on undisturbed."""
    import torch

    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed: that one reseeds the accelerators too.
        torch.default_generator.manual_seed(seed)
        yield
