"""Segmentation: every pixel has a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.data.dataset import Dataset
from headstart.data.placement import Placement
from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.metrics.overlap import (
    IGNORED,
    class_overlap_figures,
    mean_overlap,
    overlap_difference,
    overlap_figures,
    pixel_confusion,
)
from headstart.tasks.canvas_mask import CanvasMask
from headstart.tasks.mask_prediction import MaskPrediction, MaskTable
from headstart.tasks.named_classes import NamedClasses
from headstart.tasks.place_recipe import PIXEL_TRAINING, PlaceRecipe
from headstart.tasks.place_task import Outputs

if TYPE_CHECKING:
    from headstart.data.masks import Mask

Codes = NDArray[np.uint8]

#: How much of the difference between frequent and rare classes their weights make up for.
_TEMPER = 0.5
#: Rows of a mask that are counted together.
_ROWS = 512


@dataclass(frozen=True)
class SegmentationTask(NamedClasses):
    """Classes of pixels and the codes that stand for them.

    Parameters
    ----------
    classes : tuple of str
        Names; a mask holds their places, and 255 where a pixel does not count.

    Examples
    --------
    >>> task = SegmentationTask(("road", "sky"))
    >>> task.decode(np.array([[[0.1, 2.0]], [[0.5, 1.0]]])).tolist()
    [[1, 0]]
    """

    name: ClassVar[str] = "segmentation"
    metric: ClassVar[str] = "mean_iou"
    has_boxes: ClassVar[bool] = False
    #: The validation scenes of driving, of 11 classes, had a mean IoU of 0.62 after 200 steps and
    #: 0.63 after 480.
    recipe: ClassVar[PlaceRecipe] = PlaceRecipe(150, PIXEL_TRAINING, steps_a_class=25)
    head_sizes: ClassVar[Mapping[str, int]] = {"width": 32, "depth": 32}

    @classmethod
    def from_labels(
        cls, labels: Sequence[Mask], classes: Sequence[str] | None = None
    ) -> SegmentationTask:
        """With the names, or with numbers for names up to the largest code that occurs.

        Raises
        ------
        InputError
            If no pixel counts, or a mask holds a code beyond the names.
        """
        largest = max((_largest(one) for one in labels), default=-1)
        if largest < 0:
            raise InputError(
                f"None of the {len(labels)} masks has a pixel that counts: they hold {IGNORED} "
                "alone. Give masks with classes from 0."
            )
        names = tuple(map(str, range(largest + 1) if classes is None else classes))
        if largest >= len(names):
            raise InputError(
                f"A mask holds the class {largest}; there are {len(names)} names, for 0 to "
                f"{len(names) - 1}. Name all classes."
            )
        return cls(names)

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse a data set without masks (InputError)."""
        if dataset.labels is None or not len(dataset):
            raise InputError(
                f"There are {len(dataset)} pictures and no masks to learn from; accepted is a "
                "class a pixel. Give a mask of the same size and name for each picture."
            )
        return ()

    def strides(self, labels: Sequence[Mask], canvas: tuple[int, int]) -> tuple[int, ...]:
        """All maps: its decoder goes from fine to coarse."""
        return (4, 8, 16, 32)

    def head_settings(self, labels: Sequence[Mask], weighs_classes: bool) -> dict[str, Any]:
        """The classes' weights in the loss, and that pictures are looked at mirrored too."""
        weights = {"weights": class_weights(self.pixels(labels))} if weighs_classes else {}
        return {"mirrored": True, **weights}

    def output_shapes(
        self, strides: Sequence[int], canvas: tuple[int, int]
    ) -> tuple[tuple[int, ...], ...]:
        """A logit of each class for each pixel of the canvas."""
        return ((self.n_outputs, *canvas),)

    def read(self, outputs: Outputs, strides: Sequence[int], placement: Placement) -> CanvasMask:
        """The class of each pixel, small until its codes are asked for."""
        return CanvasMask(self.decode(outputs[0]), placement)

    @property
    def table(self) -> MaskTable:
        """With a column a class."""
        return MaskTable(self.classes)

    def unanswerable(self, labels: Sequence[Mask]) -> dict[int, str]:
        """Row to reason for each mask in which no pixel counts, or with an unknown class."""
        reasons = {}
        for row, one in enumerate(labels):
            largest = _largest(one)
            if largest < 0:
                reasons[row] = "no pixel of its mask counts"
            elif largest >= len(self.classes):
                reasons[row] = f"its mask holds the class {largest}, which has no name"
        return reasons

    def pixels(self, masks: Sequence[Mask]) -> NDArray[np.int64]:
        """Pixels of each class in each mask, shape (n_masks, n_classes).

        Raises
        ------
        InputError
            If a mask holds an unknown class; see :meth:`unanswerable`.
        """
        rows = np.zeros((len(masks), len(self.classes)), dtype=np.int64)
        for row, one in enumerate(masks):
            counts = np.bincount(one.codes().ravel(), minlength=IGNORED + 1)[:IGNORED]
            if counts[len(self.classes) :].any():
                raise InputError(
                    f"Mask {row} holds the class {np.flatnonzero(counts)[-1]}; accepted are 0 to "
                    f"{len(self.classes) - 1}, and {IGNORED} for pixels that do not count. Correct "
                    "it, or name more classes."
                )
            rows[row] = counts[: len(self.classes)]
        return rows

    def decode(self, logits: ArrayLike) -> Codes:
        """The most probable class of each pixel, shape (h, w), from shape (n_classes, h, w)."""
        return np.asarray(np.argmax(np.asarray(logits), axis=0), dtype=np.uint8)

    def answer(self, name: str, found: Mask | ArrayLike) -> MaskPrediction:
        """A row for the picture ``name``, from a class a pixel, shape (height, width)."""
        array = codes_of(found)
        # Part by part: counting makes eight bytes of each pixel.
        counts = np.zeros(len(self.classes), dtype=np.int64)
        for top in range(0, len(array), _ROWS):
            counts += np.bincount(array[top : top + _ROWS].ravel(), minlength=len(self.classes))
        shares = zip(self.classes, (counts / array.size).tolist(), strict=True)
        height, width = array.shape
        return MaskPrediction(
            name, {one: round(share, 6) for one, share in shares}, (width, height)
        )

    def confusion(self, truth: ArrayLike, answer: ArrayLike) -> NDArray[np.int64]:
        """Of one picture; see :func:`~headstart.metrics.overlap.pixel_confusion`."""
        return pixel_confusion(truth, answer, len(self.classes))

    def confusions(
        self, truth: Sequence[Mask], answers: Sequence[Mask | ArrayLike]
    ) -> NDArray[np.int64]:
        """Of all pictures, one at a time in memory, shape (n_pictures, n_classes, n_classes).

        Raises
        ------
        InputError
            If the lengths differ, or a mask and its answer do not fit.
        """
        if len(truth) != len(answers):
            raise InputError(
                f"There are {len(truth)} masks and {len(answers)} answers; each picture needs one "
                "of both, in the same order."
            )
        size = len(self.classes)
        rows = np.zeros((len(truth), size, size), dtype=np.int64)
        for row, (mask, answer) in enumerate(zip(truth, answers, strict=True)):
            rows[row] = self.confusion(codes_of(mask), codes_of(answer))
        return rows

    def figures(
        self, truth: Sequence[Mask], answers: Sequence[Mask | ArrayLike], seed: int
    ) -> dict[str, Figure]:
        """``mean_iou`` and ``pixel_accuracy``."""
        return overlap_figures(self.confusions(truth, answers), seed)

    def per_class(
        self, truth: Sequence[Mask], answers: Sequence[Mask | ArrayLike], seed: int
    ) -> dict[str, Figure]:
        """Intersection over union of each class that the truth holds."""
        figures = class_overlap_figures(self.confusions(truth, answers), seed)
        return {self.classes[code]: figure for code, figure in figures.items()}

    def difference(
        self,
        truth: Sequence[Mask],
        answers: Sequence[Mask | ArrayLike],
        others: Sequence[Mask | ArrayLike],
        seed: int,
    ) -> Figure:
        """``mean_iou`` of ``answers`` less that of ``others``."""
        own, rival = self.confusions(truth, answers), self.confusions(truth, others)
        return overlap_difference(own, rival, seed)

    def merit(self, truth: Sequence[Mask], answers: Sequence[Mask | ArrayLike]) -> float:
        """``mean_iou`` without its interval: what a choice among models goes by."""
        return mean_overlap(self.confusions(truth, answers))

    def agreement(self, there: Mask | ArrayLike, found: Mask | ArrayLike) -> tuple[float, int]:
        """Intersection over union, the mean over the classes of this picture."""
        confusion = self.confusion(codes_of(there), codes_of(found))
        hits = np.diag(confusion)
        either = confusion.sum(axis=0) + confusion.sum(axis=1) - hits
        seen = either > 0
        return float((hits[seen] / either[seen]).mean()) if seen.any() else 1.0, 0

    def best_threshold(self, truth: Sequence[Mask], answers: Sequence[Mask | ArrayLike]) -> None:
        """None: every pixel has a class."""


def class_weights(pixels: ArrayLike, temper: float = _TEMPER) -> NDArray[np.float64]:
    """What a pixel of each class counts in the loss.

    Median frequency balancing, tempered: ``(median f / f_c) ** temper``, where ``f_c`` is the share
    of a class in the pictures that hold it. With 1 all classes pull alike, and a class of a few
    pixels is called too often; with 0 frequent ones drown the others. The weights are scaled so
    that the mean over all pixels is 1, and the loss keeps its size.

    Parameters
    ----------
    pixels : array_like of int, shape (n_pictures, n_classes)
        See :meth:`SegmentationTask.pixels`.
    temper : float
        0 to 1.

    Returns
    -------
    ndarray of shape (n_classes,)
        Above 0; of a class that does not occur 1.

    References
    ----------
    D. Eigen and R. Fergus, "Predicting depth, surface normals and semantic labels with a common
    multi-scale convolutional architecture", 2015.

    Examples
    --------
    >>> class_weights([[90, 10, 0]], temper=1.0).round(2).tolist()
    [0.56, 5.0, 1.0]
    """
    counts = np.asarray(pixels, dtype=np.float64)
    whole = counts.sum(axis=0)
    there = whole > 0
    weights = np.ones(counts.shape[1])
    if there.any():
        of_holders = ((counts > 0) * counts.sum(axis=1, keepdims=True)).sum(axis=0)[there]
        frequency = whole[there] / of_holders
        raw = (np.median(frequency) / frequency) ** temper
        weights[there] = raw * whole.sum() / (raw * whole[there]).sum()
    return weights


def codes_of(mask: Mask | ArrayLike) -> NDArray[Any]:
    """A class a pixel, of a mask or of an array that is one, shape (height, width)."""
    return mask.codes() if hasattr(mask, "codes") else np.asarray(mask)


def _largest(mask: Mask) -> int:
    """The largest code that counts; -1 where none does."""
    codes = mask.codes()
    return int(codes.max(initial=0, where=codes != IGNORED)) if (codes != IGNORED).any() else -1
