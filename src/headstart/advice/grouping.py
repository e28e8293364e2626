"""Which targets should share a network, by how much each one's steps help the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: More targets can be put into groups in too many ways to look at all of them.
MOST_TARGETS = 8

Partition = tuple[tuple[int, ...], ...]


def partitions(count: int) -> Iterator[Partition]:
    """All ways to put the numbers from 0 on into groups.

    Examples
    --------
    >>> list(partitions(2))
    [((0, 1),), ((0,), (1,))]
    >>> [sum(1 for _ in partitions(count)) for count in (3, 4, 5)]
    [5, 15, 52]
    """
    if not count:
        yield ()
        return
    last = count - 1
    for rest in partitions(last):
        for place, group in enumerate(rest):
            yield (*rest[:place], (*group, last), *rest[place + 1 :])
        yield (*rest, (last,))


def merit_of(partition: Sequence[Sequence[int]], affinity: NDArray[np.float64]) -> float:
    """Mean affinity of the others in its group onto each target, summed; 0 for one that is alone.

    It is what Fifty and others, 2021, choose by (section 3.2).

    Parameters
    ----------
    partition : sequence of sequence of int
        Groups of targets.
    affinity : ndarray of shape (n_targets, n_targets)
        How much a step for one target (row) helps another (column).

    Examples
    --------
    >>> affinity = np.array([[0.0, 0.5], [0.25, 0.0]])
    >>> merit_of([(0, 1)], affinity), merit_of([(0,), (1,)], affinity)
    (0.75, 0.0)
    """
    merits = [
        float(np.mean([affinity[other, one] for other in group if other != one]))
        for group in partition
        if len(group) > 1
        for one in group
    ]
    return sum(merits, 0.0)


def best_partition(affinity: NDArray[np.float64]) -> Partition:
    """The partition of the highest merit; the fewest groups among equals.

    Examples
    --------
    >>> affinity = np.full((4, 4), -0.1)
    >>> affinity[:2, :2] = affinity[2:, 2:] = 0.2
    >>> best_partition(affinity)
    ((0, 1), (2, 3))
    >>> best_partition(np.full((3, 3), -0.1))
    ((0,), (1,), (2,))
    """
    if len(affinity) > MOST_TARGETS:
        raise ValueError(f"{len(affinity)} targets; at most {MOST_TARGETS} can be put into groups")
    found = sorted(partitions(len(affinity)), key=len)
    return max(found, key=lambda one: round(merit_of(one, affinity), 12))


@dataclass(frozen=True)
class Groups:
    """Targets that should share a network, and what that was read from.

    Parameters
    ----------
    groups : tuple of tuple of str
        Each target in one of them.
    affinity : mapping of str to mapping of str to float
        Target to other target to how much a step for the first helps the second.
    seconds : float
        What measuring took.
    """

    groups: tuple[tuple[str, ...], ...]
    affinity: Mapping[str, Mapping[str, float]]
    seconds: float = 0.0

    @classmethod
    def by(cls, names: Sequence[str], affinity: NDArray[np.float64], seconds: float) -> Groups:
        """The best partition of targets of these names."""
        groups = [tuple(names[place] for place in group) for group in best_partition(affinity)]
        rows = {
            one: {other: float(value) for other, value in zip(names, row, strict=True)}
            for one, row in zip(names, affinity, strict=True)
        }
        return cls(tuple(groups), rows, seconds)

    @property
    def to_train(self) -> tuple[tuple[str, ...], ...]:
        """Groups of more than one target and less than all: the others are trained anyway.

        Examples
        --------
        >>> Groups((("a", "b"), ("c",)), {}).to_train
        (('a', 'b'),)
        """
        if len(self.groups) == 1:
            return ()
        return tuple(group for group in self.groups if len(group) > 1)
