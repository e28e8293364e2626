"""Which samples and views make up the steps of an epoch: the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Batch:
    """Samples of one step.

    Parameters
    ----------
    places : ndarray of shape (n,)
        Which of the training samples.
    views : ndarray of shape (n,)
        Which view of each.
    """

    places: NDArray[np.intp]
    views: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.places)

    def share(self, rank: int, world: int) -> Batch:
        """What one of several processes computes."""
        return Batch(self.places[rank::world], self.views[rank::world])


def batches_of_epoch(
    n_samples: int, batch_size: int, views: Sequence[int], seed: int, epoch: int
) -> list[Batch]:
    """Shuffle all samples, draw a view of each, and cut into batches of about the same size.

    They are as many as batches of ``batch_size`` would be, so that none is left with one sample,
    which BatchNorm cannot normalise.

    Examples
    --------
    >>> [len(batch) for batch in batches_of_epoch(33, 16, [0, 1], seed=0, epoch=0)]
    [11, 11, 11]
    """
    generator = np.random.default_rng([seed, epoch])
    places = generator.permutation(n_samples)
    drawn = generator.choice(np.asarray(views, dtype=np.intp), size=n_samples)
    count = max(1, -(-n_samples // batch_size))
    parts = np.array_split(np.arange(n_samples), count)
    return [Batch(places[part], drawn[part]) for part in parts]
