"""Answers without transfer, of models that look at no picture: where things usually are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.metrics.overlap import IGNORED
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.place_task import PlaceTask
from headstart.tasks.segmentation import SegmentationTask

if TYPE_CHECKING:
    from headstart.data.masks import Mask

MEAN_BOX = "the mean box of the training pictures"
CLASS_BOXES = "the mean box of each class"
MAJORITY = "the most frequent class for every pixel"
USUAL = "the most frequent class at each place"

#: Rows and columns of the grid of places, whatever the shape of a picture.
_GRID = 32
#: A difference of scores that nobody sees.
_UNSEEN = 1e-7


@dataclass(frozen=True)
class PlaceBaseline:
    """A rule that says the same of every picture, but for its size.

    Parameters
    ----------
    name : str
        What a person calls it.
    answers : tuple
        To the test pictures: boxes or masks.
    train_merit : float
        The task's figure on the training pictures; chooses what the verdict compares with, so that
        the test set does not.
    """

    name: str
    answers: tuple[Any, ...]
    train_merit: float


@dataclass(frozen=True)
class UsualBox:
    """A box in shares of the picture, shape (4,), and how sure it is."""

    label: str
    shares: NDArray[np.float64]
    score: float


@dataclass(frozen=True)
class UsualMask:
    """A mask that is a grid of codes, shape (rows, columns), stretched over a picture."""

    grid: NDArray[np.uint8]
    size: tuple[int, int]

    def codes(self) -> NDArray[np.uint8]:
        """Of shape (height, width)."""
        width, height = self.size
        rows, columns = _cells(height, self.grid.shape[0]), _cells(width, self.grid.shape[1])
        return self.grid[rows[:, None], columns]


def place_baselines(
    task: PlaceTask, train: Sequence[Any], test: Sequence[Any]
) -> list[PlaceBaseline]:
    """The rules of a task, the better one on the training pictures first.

    Parameters
    ----------
    task : PlaceTask
        What is answered.
    train, test : sequence of Boxes or Mask
        Labels; of the test pictures the sizes alone are read.
    """
    return _RULES[task.name](task, train, test)


def box_baselines(
    task: DetectionTask | LocalisationTask, train: Sequence[Boxes], test: Sequence[Boxes]
) -> list[PlaceBaseline]:
    """Where boxes are on average.

    Of a detection each class has one box, the mean of all its boxes; its score is the share of the
    training pictures that hold the class, which is how sure one can be without having looked. A
    difference too small to be seen puts the pictures in a random order: COCO ranks equal scores in
    the order of the files, so that files sorted by what they show would make the rule look good.

    Parameters
    ----------
    task : DetectionTask or LocalisationTask
        What is answered.
    train, test : sequence of Boxes
        Of the training pictures; of the test pictures the sizes alone are read.

    Examples
    --------
    >>> def one(corners, size):
    ...     return Boxes(np.array([corners], dtype=float), np.array(["cat"]), None, size)
    >>> train = [one([0, 0, 10, 10], (20, 20)), one([20, 20, 40, 40], (40, 40))]
    >>> [rule] = box_baselines(LocalisationTask("cat"), train, [one([0, 0, 1, 1], (80, 40))])
    >>> rule.answers[0].corners.tolist()
    [[20.0, 10.0, 60.0, 30.0]]
    """
    usual = usual_boxes(task, train)
    random = np.random.default_rng(0)
    answers = [_placed(usual, one.size, random.random()) for one in (*train, *test)]
    merit = task.merit(train, answers[: len(train)])
    name = MEAN_BOX if isinstance(task, LocalisationTask) else CLASS_BOXES
    return [PlaceBaseline(name, tuple(answers[len(train) :]), merit)]


def usual_boxes(task: DetectionTask | LocalisationTask, train: Sequence[Boxes]) -> list[UsualBox]:
    """The mean box of each class that occurs; of a localisation that of all boxes."""
    anything = isinstance(task, LocalisationTask)
    found = []
    for name in task.class_names:
        own = [
            one.corners[[anything or str(label) == name for label in one.labels]] / _edges(one.size)
            for one in train
        ]
        holding = sum(bool(len(rows)) for rows in own)
        if holding:
            mean = np.concatenate(own).mean(axis=0)
            found.append(UsualBox(name, mean, holding / len(train)))
    return found


def _placed(usual: Sequence[UsualBox], size: tuple[int, int], rank: float) -> Boxes:
    return Boxes(
        np.array([one.shares for one in usual]).reshape(-1, 4) * _edges(size),
        np.array([one.label for one in usual], dtype=object),
        np.array([one.score - _UNSEEN * rank for one in usual], dtype=np.float64),
        size,
    )


def _edges(size: tuple[int, int]) -> NDArray[np.float64]:
    return np.array([*size, *size], dtype=np.float64)


def mask_baselines(
    task: SegmentationTask, train: Sequence[Mask], test: Sequence[Mask]
) -> list[PlaceBaseline]:
    """The most frequent class, of all pixels and at each place, the better on training first.

    Places are those of a grid over each picture, whatever its shape: the sky is above the road in
    most of them. A place where no pixel counts gets the most frequent class of all.

    Examples
    --------
    >>> halves = UsualMask(np.array([[0], [1]], dtype=np.uint8), (4, 8))
    >>> rules = mask_baselines(SegmentationTask(("sky", "road")), [halves], [halves])
    >>> [(rule.name, rule.train_merit) for rule in rules]
    [('the most frequent class at each place', 1.0),
     ('the most frequent class for every pixel', 0.25)]
    >>> rules[0].answers[0].codes()[:, 0].tolist()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    counts = usual_pixels(train, len(task.classes))
    whole = counts.sum(axis=(0, 1))
    usual = np.where(counts.any(axis=2), counts.argmax(axis=2), whole.argmax()).astype(np.uint8)
    rules = {MAJORITY: np.full((1, 1), whole.argmax(), dtype=np.uint8), USUAL: usual}
    found = [
        PlaceBaseline(
            name,
            tuple(UsualMask(grid, one.size) for one in test),
            task.merit(train, [UsualMask(grid, one.size) for one in train]),
        )
        for name, grid in rules.items()
    ]
    return sorted(found, key=lambda one: -one.train_merit)


def usual_pixels(train: Sequence[Mask], n_classes: int) -> NDArray[np.float64]:
    """The share of each place that belongs to each class, added up over the pictures.

    Each picture counts the same, however many pixels it has.

    Returns
    -------
    ndarray of shape (32, 32, n_classes)
    """
    total = np.zeros((_GRID, _GRID, n_classes))
    for one in train:
        codes = one.codes()
        rows, columns = (_cells(side, _GRID) for side in codes.shape)
        places = (rows[:, None] * _GRID + columns) * n_classes
        known = codes != IGNORED
        counts = np.bincount((places + codes)[known], minlength=total.size)
        total += counts.reshape(total.shape) / codes.size
    return total


def _cells(side: int, count: int) -> NDArray[np.intp]:
    """The cell out of ``count`` that each pixel of a side lies in."""
    return ((np.arange(side) + 0.5) * count / side).astype(np.intp)


#: By the name of the task.
_RULES: Mapping[str, Callable[[Any, Sequence[Any], Sequence[Any]], list[PlaceBaseline]]] = {
    DetectionTask.name: box_baselines,
    LocalisationTask.name: box_baselines,
    SegmentationTask.name: mask_baselines,
}
