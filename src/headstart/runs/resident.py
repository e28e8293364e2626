"""A compiled network that is kept: threads take turns with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Encoder


class ResidentEncoder:
    """The encoder of a model. It is compiled with its first sample and stays so.

    Parameters
    ----------
    encoder : Encoder
        ``prepare`` may run in any thread; ``start`` and ``finish`` only during a turn.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._lock = Lock()

    @contextmanager
    def turn(self) -> Iterator[Encoder]:
        """Nobody else starts a sample meanwhile: ``finish`` waits for one's own samples alone."""
        with self._lock:
            yield self.encoder

    def columns(self, stages: Sequence[str]) -> NDArray[np.intp]:
        """Where these stages stand in the joined vector of all stages, shape (n_features,)."""
        ends = np.cumsum(self.encoder.sizes)
        starts = ends - np.asarray(self.encoder.sizes)
        places = [self.encoder.key.outputs.index(stage) for stage in stages]
        return np.concatenate([np.arange(starts[place], ends[place]) for place in places])
