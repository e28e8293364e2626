"""Boxes in a picture: where they are, what they hold, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.object_arrays import as_objects
from headstart.errors import InputError


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes of one picture.

    Coordinates are continuous, in pixels of the upright picture: its left edge is 0 and its right
    edge is its width, so that a box around the first pixel alone is (0, 0, 1, 1).

    Parameters
    ----------
    corners : ndarray of shape (n, 4), float64
        xmin, ymin, xmax, ymax of each box.
    labels : ndarray of shape (n,), object
        Names of the classes.
    scores : ndarray of shape (n,), float64, or None
        How sure a model is of each, from 0 to 1; None: they are annotations.
    size : tuple of int
        Width and height of the picture.

    Raises
    ------
    InputError
        If the numbers of corners, labels and scores differ.

    Examples
    --------
    >>> boxes = Boxes.of([(1, 2, 5, 6)], ["cat"], (10, 8))
    >>> len(boxes), boxes.areas.tolist()
    (1, [16.0])
    """

    corners: NDArray[np.float64]
    labels: NDArray[Any]
    scores: NDArray[np.float64] | None
    size: tuple[int, int]

    def __post_init__(self) -> None:
        count = len(self.labels)
        scores = count if self.scores is None else len(self.scores)
        if self.corners.shape != (count, 4) or scores != count:
            raise InputError(
                f"Boxes have corners of shape {self.corners.shape}, {count} labels and {scores} "
                "scores; accepted are corners of shape (n, 4), n labels, and n scores or none. "
                "Give each box its four corners and one label."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(
        cls,
        corners: Any,
        labels: Sequence[str],
        size: tuple[int, int],
        scores: Any = None,
    ) -> Boxes:
        """Boxes from plain lists; an empty list of corners gives no boxes.

        Parameters
        ----------
        corners : array-like of shape (n, 4)
        labels : sequence of str
        size : tuple of int
            Width and height of the picture.
        scores : array-like of shape (n,) or None
        """
        found = np.asarray(corners, dtype=np.float64)
        sure = None if scores is None else np.asarray(scores, dtype=np.float64)
        names = as_objects(labels)
        return cls(found.reshape(0, 4) if found.size == 0 else found, names, sure, size)

    @property
    def areas(self) -> NDArray[np.float64]:
        """Area of each in pixels, shape (n,)."""
        return (self.corners[:, 2] - self.corners[:, 0]) * (self.corners[:, 3] - self.corners[:, 1])

    def take(self, rows: Iterable[int]) -> Boxes:
        """The boxes at ``rows``, in that order."""
        places = np.asarray(list(rows), dtype=np.intp)
        return replace(
            self,
            corners=self.corners[places],
            labels=self.labels[places],
            scores=None if self.scores is None else self.scores[places],
        )


def clip_corners(corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """The parts of boxes that lie inside a picture.

    Parameters
    ----------
    corners : ndarray of shape (n, 4)
    size : tuple of int
        Width and height.

    Returns
    -------
    ndarray of shape (n, 4), float64
        A box that lies outside altogether has no area any more.

    Examples
    --------
    >>> clip_corners(np.array([[-2.0, 1, 5, 20]]), (10, 8)).tolist()
    [[0.0, 1.0, 5.0, 8.0]]
    """
    width, height = size
    return np.clip(corners, 0, np.array([width, height, width, height], dtype=np.float64))
