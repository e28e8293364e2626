"""Localisation: every picture has exactly one thing to find, and one box says where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.dataset import Dataset
from headstart.data.placement import Placement
from headstart.errors import InputError
from headstart.metrics.box_overlap import (
    box_overlap_difference,
    box_overlap_figures,
    paired_box_iou,
)
from headstart.metrics.figure import Figure
from headstart.tasks.box_prediction import BoxPrediction, BoxTable
from headstart.tasks.detection import boxes_of
from headstart.tasks.place_recipe import PlaceRecipe
from headstart.tasks.place_task import Outputs

Array = NDArray[np.float64]

#: What the box is called where training has several names for it.
_ANY = "object"


@dataclass(frozen=True)
class LocalisationTask:
    """One box a picture.

    Parameters
    ----------
    label : str
        What the box is called.

    Examples
    --------
    >>> cat = Boxes(np.array([[2.0, 0.0, 6.0, 8.0]]), np.array(["cat"]), None, (8, 8))
    >>> task = LocalisationTask.from_labels([cat])
    >>> task.encode(cat.corners, canvas=(8, 8)).tolist()
    [[0.5, 0.5, 0.5, 1.0]]
    >>> task.decode([0.5, 0.5, 0.5, 1.0], canvas=(8, 8)).tolist()
    [2.0, 0.0, 6.0, 8.0]
    """

    label: str
    name: ClassVar[str] = "localisation"
    metric: ClassVar[str] = "mean_iou"
    has_boxes: ClassVar[bool] = True
    recipe: ClassVar[PlaceRecipe] = PlaceRecipe(300)
    head_sizes: ClassVar[Mapping[str, int]] = {"width": 32}

    @classmethod
    def from_labels(cls, labels: Sequence[Boxes]) -> LocalisationTask:
        """Learn what the box is called; "object" where there are several names.

        Raises
        ------
        InputError
            If no picture has exactly one box.
        """
        alone = [one for one in labels if len(one) == 1]
        if not alone:
            counts = sorted({len(one) for one in labels})
            raise InputError(
                f"None of the {len(labels)} pictures has exactly one box (seen: "
                f"{', '.join(map(str, counts[:5])) or 'no picture'}); localisation accepts one a "
                "picture. For any number of boxes a picture choose detection."
            )
        names = {str(one.labels[0]) for one in alone}
        return cls(names.pop() if len(names) == 1 else _ANY)

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse pictures of which none has exactly one box (InputError).

        Those that have more or none are for :meth:`unanswerable` to name.
        """
        cls.from_labels(boxes_of(dataset))
        return ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> LocalisationTask:
        """Read what :meth:`to_manifest` gave."""
        return cls(str(manifest["classes"][0]))

    def to_manifest(self) -> dict[str, Any]:
        """What the box is called."""
        return {"classes": [self.label]}

    @property
    def n_outputs(self) -> int:
        """Middle, width and height."""
        return 4

    @property
    def class_names(self) -> list[str]:
        """The one name."""
        return [self.label]

    def strides(self, labels: Sequence[Boxes], canvas: tuple[int, int]) -> tuple[int, ...]:
        """One map, since a box needs the whole alone."""
        return (32,)

    def head_settings(self, labels: Sequence[Boxes], weighs_classes: bool) -> dict[str, Any]:
        """None: there is one class."""
        return {}

    def output_shapes(
        self, strides: Sequence[int], canvas: tuple[int, int]
    ) -> tuple[tuple[int, ...], ...]:
        """The four numbers."""
        return ((self.n_outputs,),)

    def read(self, outputs: Outputs, strides: Sequence[int], placement: Placement) -> Boxes:
        """The box, in pixels of the picture."""
        corners = self.decode(outputs[0], placement.canvas).reshape(1, 4)
        return self.boxes(placement.boxes_back(corners)[0], placement.size)

    @property
    def table(self) -> BoxTable:
        """With a row a picture that was read."""
        return BoxTable()

    def unanswerable(self, labels: Sequence[Boxes]) -> dict[int, str]:
        """Row to reason for each picture that has several boxes, or none."""
        accepted = "localisation accepts exactly one a picture"
        return {
            row: f"it has {len(one)} boxes; {accepted}"
            if len(one)
            else f"it has no box; {accepted}"
            for row, one in enumerate(labels)
            if len(one) != 1
        }

    def encode(self, corners: ArrayLike, canvas: tuple[int, int]) -> Array:
        """Middle (x, y), width and height of boxes, in shares of the canvas.

        Parameters
        ----------
        corners : array_like of shape (..., 4)
            xmin, ymin, xmax, ymax in pixels of the canvas.
        canvas : tuple of int
            Its height and width.

        Returns
        -------
        ndarray of shape (..., 4)
        """
        shares = np.asarray(corners, dtype=np.float64) / _sides(canvas)
        low, high = np.split(shares, 2, axis=-1)
        return np.concatenate([(low + high) / 2, high - low], axis=-1)

    def decode(self, numbers: ArrayLike, canvas: tuple[int, int]) -> Array:
        """Corners on the canvas, of the same shape; sides below 0 are 0."""
        middle, sides = np.split(np.asarray(numbers, dtype=np.float64), 2, axis=-1)
        half = np.maximum(sides, 0.0) / 2
        return np.asarray(np.concatenate([middle - half, middle + half], axis=-1) * _sides(canvas))

    def boxes(self, corners: ArrayLike, size: tuple[int, int]) -> Boxes:
        """An answer, from a box of shape (4,) in pixels of the picture.

        What lies outside of the picture is cut off. ``size`` is its width and height.
        """
        inside = clip_corners(np.asarray(corners, dtype=np.float64).reshape(1, 4), size)
        whole = (int(size[0]), int(size[1]))
        return Boxes(inside, np.array([self.label], dtype=object), np.ones(1), whole)

    def answer(self, name: str, found: Boxes) -> BoxPrediction:
        """A row for the picture ``name``."""
        return BoxPrediction.of(name, found)

    def overlaps(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> Array:
        """Intersection over union of each picture, shape (n_pictures,); 0 without an answer.

        Raises
        ------
        InputError
            If the lengths differ, or a picture of the truth has not exactly one box.
        """
        if len(truth) != len(answers):
            raise InputError(
                f"There are {len(truth)} pictures with a box and {len(answers)} with an answer; "
                "each picture needs one of both, in the same order."
            )
        reasons = self.unanswerable(truth)
        if reasons:
            row, reason = next(iter(reasons.items()))
            raise InputError(f"Picture {row} cannot be measured: {reason}. Leave it out.")
        found = [one.corners[0] if len(one) else np.zeros(4) for one in answers]
        return paired_box_iou([one.corners[0] for one in truth], found)

    def figures(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], seed: int
    ) -> dict[str, Figure]:
        """``mean_iou`` and ``share_iou50``; their intervals need no ``seed``."""
        return box_overlap_figures(self.overlaps(truth, answers))

    def difference(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], others: Sequence[Boxes], seed: int
    ) -> Figure:
        """``mean_iou`` of ``answers`` less that of ``others``; needs no ``seed``."""
        return box_overlap_difference(self.overlaps(truth, answers), self.overlaps(truth, others))

    def merit(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> float:
        """``mean_iou`` without its interval: what a choice among models goes by."""
        return float(self.overlaps(truth, answers).mean())

    def agreement(self, there: Boxes, found: Boxes) -> tuple[float, int]:
        """Intersection over union."""
        return float(paired_box_iou(there.corners, found.corners)[0]), 0

    def best_threshold(self, truth: Sequence[Boxes], answers: Sequence[Boxes]) -> None:
        """None: the one box is always shown."""

    def details(
        self, truth: Sequence[Boxes], answers: Sequence[Boxes], seed: int
    ) -> dict[str, Any]:
        """None: there is one class."""
        return {}


def _sides(canvas: tuple[int, int]) -> Array:
    height, width = canvas
    return np.array([width, height] * 2, dtype=np.float64)
