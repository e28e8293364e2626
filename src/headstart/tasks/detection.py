"""Detection: every picture has any number of boxes, each with a class."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.dataset import Dataset
from headstart.data.placement import Placement, map_size
from headstart.errors import InputError
from headstart.metrics.average_precision import (
    average_precision,
    average_precision_difference,
    average_precision_figures,
    class_precision_figures,
)
from headstart.metrics.box_counts import BoxCounts, best_threshold, box_counts
from headstart.metrics.box_matches import BoxMatches, match_boxes
from headstart.metrics.figure import Figure
from headstart.tasks.box_prediction import BoxPrediction, BoxTable
from headstart.tasks.box_strides import strides_for_boxes
from headstart.tasks.fcos_decoding import decode_fcos, levels_of
from headstart.tasks.named_classes import NamedClasses
from headstart.tasks.paired_boxes import counts_of, pairs_of
from headstart.tasks.place_recipe import PlaceRecipe
from headstart.tasks.place_task import Outputs

#: On a quarter of the training pictures, held back, twice the width found no more (raccoons, two
#: quarters: AP50 0.88 and 0.96 beside 0.84 and 0.97), and its steps take two to four times as long
#: where the processor has no bf16.
_HEAD: Mapping[str, int] = {"width": 64, "depth": 2}


@dataclass(frozen=True)
class DetectionTask(NamedClasses):
    """Classes of boxes and the codes that stand for them.

    Parameters
    ----------
    classes : tuple of str
        Names, sorted.

    Examples
    --------
    >>> cats = Boxes(np.array([[0.0, 0.0, 9.0, 9.0]]), np.array(["cat"]), None, (10, 10))
    >>> task = DetectionTask.from_labels([cats])
    >>> task.class_names, task.targets(cats)[1].tolist()
    (['cat'], [0])
    """

    name: ClassVar[str] = "detection"
    metric: ClassVar[str] = "ap50"
    has_boxes: ClassVar[bool] = True
    #: With 160 to 200 steps, raccoons and pedestrians that were held back from training had an AP50
    #: of 0.89 and 0.94; twice the steps brought the raccoons nothing (0.87).
    recipe: ClassVar[PlaceRecipe] = PlaceRecipe(200)
    head_sizes: ClassVar[Mapping[str, int]] = {"width": 32, "depth": 1}

    @classmethod
    def from_labels(cls, labels: Sequence[Boxes]) -> DetectionTask:
        """Learn the classes that occur.

        Raises
        ------
        InputError
            If no picture has a box.
        """
        names = sorted({str(name) for one in labels for name in one.labels})
        if not names:
            raise InputError(
                f"None of the {len(labels)} pictures has a box; accepted is one at least. Mark "
                "what is to be found in some of the pictures."
            )
        return cls(tuple(names))

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse pictures without any box (InputError); say how many teach what is not there."""
        labels = boxes_of(dataset)
        cls.from_labels(labels)
        bare = sum(not len(one) for one in labels)
        if not bare:
            return ()
        return (f"{bare} of {len(labels)} pictures have no box: they teach what is not there.",)

    def strides(self, labels: Sequence[Boxes], canvas: tuple[int, int]) -> tuple[int, ...]:
        """See :func:`~headstart.tasks.box_strides.strides_for_boxes`."""
        return strides_for_boxes(labels, canvas)

    def head_settings(self, labels: Sequence[Boxes], weighs_classes: bool) -> dict[str, Any]:
        """Its size: its loss looks at hard places by itself, of whatever class."""
        return dict(_HEAD)

    def output_shapes(
        self, strides: Sequence[int], canvas: tuple[int, int]
    ) -> tuple[tuple[int, ...], ...]:
        """Logits, distances and centerness of all locations, level after level.

        Examples
        --------
        >>> DetectionTask(("cat", "dog")).output_shapes((16, 32), (64, 96))
        ((30, 2), (30, 4), (30, 1))
        """
        locations = sum(math.prod(map_size(canvas, stride)) for stride in strides)
        return (locations, self.n_outputs), (locations, 4), (locations, 1)

    def read(self, outputs: Outputs, strides: Sequence[int], placement: Placement) -> Boxes:
        """The boxes with a score of some worth, the surest first, in pixels of the picture."""
        found = decode_fcos(levels_of(outputs, strides, placement.canvas), strides)
        corners = placement.boxes_back(found.corners)
        return self.boxes(corners, found.codes, found.scores, placement.size)

    @property
    def table(self) -> BoxTable:
        """With a row a box."""
        return BoxTable()

    def unanswerable(self, labels: Sequence[Boxes]) -> dict[int, str]:
        """Row to reason for each picture with a class that did not occur in training."""
        known, reasons = set(self.classes), {}
        for row, one in enumerate(labels):
            unknown = sorted({str(name) for name in one.labels} - known)
            if unknown:
                reasons[row] = f"its class {unknown[0]} does not occur in training"
        return reasons

    def targets(self, boxes: Boxes) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Corners of shape (n, 4) in pixels of the picture, and codes of shape (n,).

        Raises
        ------
        InputError
            If a class did not occur in training; see :meth:`unanswerable`.
        """
        reasons = self.unanswerable([boxes])
        if reasons:
            raise InputError(
                f"A box cannot be learned from: {reasons[0]}. Classes: {', '.join(self.classes)}. "
                "Add training pictures of that class."
            )
        places = {name: code for code, name in enumerate(self.classes)}
        codes = np.array([places[str(name)] for name in boxes.labels], dtype=np.intp)
        return np.asarray(boxes.corners, dtype=np.float64).reshape(-1, 4), codes

    def boxes(
        self, corners: ArrayLike, codes: ArrayLike, scores: ArrayLike, size: tuple[int, int]
    ) -> Boxes:
        """An answer, from boxes in pixels of the picture; what lies outside of it is cut off.

        Boxes of which nothing is left are dropped.

        Parameters
        ----------
        corners, codes, scores : array_like of shapes (n, 4), (n,) and (n,)
            See :class:`~headstart.tasks.fcos_decoding.Decoded`.
        size : tuple of int
            Width and height of the picture.
        """
        inside = clip_corners(np.asarray(corners, dtype=np.float64).reshape(-1, 4), size)
        left = (inside[:, 2:] > inside[:, :2]).all(axis=1)
        names = np.array(self.classes, dtype=object)[np.asarray(codes, dtype=np.intp)]
        sure = np.asarray(scores, dtype=np.float64)
        return Boxes(inside[left], names[left], sure[left], (int(size[0]), int(size[1])))

    def answer(self, name: str, found: Boxes) -> BoxPrediction:
        """A row for the picture ``name``."""
        return BoxPrediction.of(name, found)

    def matches(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> BoxMatches:
        """See :func:`~headstart.metrics.box_matches.match_boxes`."""
        return match_boxes(truth, answers, self.classes)

    def figures(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], seed: int
    ) -> dict[str, Figure]:
        """``ap``, ``ap50`` and ``ap75``."""
        return average_precision_figures(self.matches(truth, answers), seed)

    def per_class(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], seed: int
    ) -> dict[str, Figure]:
        """``ap50`` of each class that the truth holds."""
        return class_precision_figures(self.matches(truth, answers), seed)

    def difference(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], others: Sequence[Boxes], seed: int
    ) -> Figure:
        """``ap50`` of ``answers`` less that of ``others``."""
        own, rival = self.matches(truth, answers), self.matches(truth, others)
        return average_precision_difference(own, rival, seed)

    def merit(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> float:
        """``ap50`` without its interval: what a choice among models goes by."""
        return average_precision(self.matches(truth, answers))

    def agreement(self, there: Boxes, found: Boxes) -> tuple[float, int]:
        """Boxes that were found, of all that are there or were made up."""
        matched, missed, made_up = counts_of(pairs_of(there, found), len(there))
        every = matched + missed + made_up
        return (matched / every if every else 1.0), matched - missed - made_up

    def best_threshold(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> float:
        """The score to show boxes from; see :func:`~headstart.metrics.box_counts.best_threshold`.

        To be chosen on training pictures, at best on those that were not learned from.
        """
        return best_threshold(self.matches(truth, answers))

    def counts(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], threshold: float
    ) -> BoxCounts:
        """What is found, missed and made up by boxes with that score or a better one."""
        return box_counts(self.matches(truth, answers), threshold)


def boxes_of(dataset: Dataset) -> list[Boxes]:
    """The labels of a data set of pictures with boxes.

    Raises
    ------
    InputError
        If there is no picture, or the labels are no boxes.
    """
    labels = [] if dataset.labels is None else list(dataset.labels)
    if not labels or not all(isinstance(one, Boxes) for one in labels):
        raise InputError(
            f"There are {len(dataset)} pictures and no boxes to learn from; accepted are pictures "
            "with annotated boxes. Give annotations in the form of COCO, Pascal VOC or YOLO, or a "
            "table with a row a box."
        )
    return labels
