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


#: Batches among whose samples those of about the same length are put together.
_SORTED_AT_ONCE = 8


def batches_of_epoch(
    n_samples: int,
    batch_size: int,
    views: Sequence[int],
    seed: int,
    epoch: int,
    lengths: NDArray[np.intp] | None = None,
) -> list[Batch]:
    """Shuffle all samples, draw a view of each, and cut into batches of about the same size.

    They are as many as batches of ``batch_size`` would be, so that none is left with one sample,
    which BatchNorm cannot normalise. Samples of different lengths are put together with those of
    about the same, some batches at a time: a batch takes as long as its longest sample.

    Parameters
    ----------
    n_samples, batch_size : int
        How many there are, and how many go into a batch.
    views : sequence of int
        That are drawn from.
    seed, epoch : int
        The same give the same batches.
    lengths : ndarray of shape (n_samples,) or None
        Of the samples; None: all are alike.

    Examples
    --------
    >>> [len(batch) for batch in batches_of_epoch(33, 16, [0, 1], seed=0, epoch=0)]
    [11, 11, 11]
    """
    generator = np.random.default_rng([seed, epoch])
    places = generator.permutation(n_samples)
    drawn = generator.choice(np.asarray(views, dtype=np.intp), size=n_samples)
    count = max(1, -(-n_samples // batch_size))
    if lengths is None:
        parts = np.array_split(np.arange(n_samples), count)
    else:
        parts = _by_length(lengths[places], count, generator)
    return [Batch(places[part], drawn[part]) for part in parts]


def drawn_views(n_samples: int, views: Sequence[int], seed: int, epochs: int) -> NDArray[np.bool_]:
    """Which view of which sample any epoch draws.

    Parameters
    ----------
    n_samples, views, seed : int, sequence of int, int
        See :func:`batches_of_epoch`.
    epochs : int
        How many there are.

    Returns
    -------
    ndarray of shape (n_samples, max(views) + 1)

    Examples
    --------
    >>> drawn_views(3, [0, 2], seed=0, epochs=9).tolist()
    [[True, False, True], [True, False, True], [True, False, True]]
    """
    drawn = np.zeros((n_samples, max(views) + 1), dtype=np.bool_)
    for epoch in range(epochs):
        for batch in batches_of_epoch(n_samples, n_samples, views, seed, epoch):
            drawn[batch.places, batch.views] = True
    return drawn


def _by_length(
    lengths: NDArray[np.intp], count: int, generator: np.random.Generator
) -> list[NDArray[np.intp]]:
    """Places in shuffled samples, in batches whose order is shuffled too."""
    parts = []
    for some in np.array_split(np.arange(len(lengths)), max(1, count // _SORTED_AT_ONCE)):
        in_order = some[np.argsort(lengths[some], kind="stable")]
        parts += np.array_split(in_order, max(1, round(count * len(some) / len(lengths))))
    return [parts[place] for place in generator.permutation(len(parts))]
