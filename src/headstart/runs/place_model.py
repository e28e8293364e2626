"""A fitted model that says where something is. It needs neither torch nor scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted_places import ConvertedPlaces
from headstart.activations.place_engine import PlaceEngine
from headstart.data.boxes import Boxes
from headstart.data.dataset import Item
from headstart.data.placement import Placement
from headstart.errors import InputError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.plan import Plan
from headstart.progress import Progress, progress_of_part, silent
from headstart.runs.inputs import Inputs, gather_inputs
from headstart.runs.kept_outcomes import KeptOutcomes
from headstart.runs.kept_places import KeptPlaces
from headstart.tasks.box_prediction import BoxPrediction
from headstart.tasks.mask_prediction import MaskPrediction
from headstart.tasks.place_task import PlaceTask

#: Boxes, or the class of each pixel, shape (height, width), uint8.
Answer = Boxes | NDArray[np.uint8]
PlacePrediction = BoxPrediction | MaskPrediction
_REASONS_SHOWN = 5
#: Pictures whose answers are held at once.
_TOGETHER = 32


@dataclass(frozen=True)
class Placed:
    """What a model says of one input.

    Parameters
    ----------
    name : str
        What the user calls it.
    answer : Boxes, ndarray of shape (height, width), or None
        In pixels of the upright picture; None where it could not be read.
    reason : str or None
        Why there is no answer.
    item : Item or None
        What was looked at; None where it could not be read.
    """

    name: str
    answer: Answer | None
    reason: str | None = None
    item: Item | None = None


@dataclass(frozen=True)
class PlaceModel:
    """A network that reads whole pictures, and how good it is.

    Parameters
    ----------
    task : PlaceTask
        What is answered.
    plan : Plan
        As it was carried out.
    network : ConvertedPlaces
        Stages and head.
    result_ : Result
        The figures of the fit.
    evidence : Evidence
        What the decisions stand on.
    precision : str or None
        What the network computes in; None: the fastest of this machine.
    threshold : float
        Boxes with a lower score are not shown to people; it was chosen on training pictures that
        were held back.
    predictions : tuple of BoxPrediction or MaskPrediction
        Of the test pictures.
    kept : KeptPlaces or None
        Some of the test pictures, to be shown.
    outcomes : KeptOutcomes or None
        What came of the answers about all of them, to be compared; None in runs of old.
    """

    task: PlaceTask
    plan: Plan
    network: ConvertedPlaces
    result_: Result
    evidence: Evidence
    precision: str | None = None
    threshold: float = 0.0
    predictions: tuple[PlacePrediction, ...] = field(default=(), repr=False)
    kept: KeptPlaces | None = field(default=None, repr=False)
    outcomes: KeptOutcomes | None = field(default=None, repr=False)

    @property
    def classes_(self) -> list[str]:
        """Names of what is found."""
        return self.task.class_names

    @cached_property
    def engine(self) -> PlaceEngine:
        """Compiled once for all predictions."""
        return PlaceEngine(self.network, self.precision)

    def __getstate__(self) -> dict[str, Any]:
        """All but what is compiled, which no other process could use."""
        return {key: value for key, value in self.__dict__.items() if key != "engine"}

    def predict(self, inputs: Any) -> list[Any]:
        """Boxes, or the class of each pixel, for each picture.

        Parameters
        ----------
        inputs : paths, a folder, PIL images or arrays
            Pictures.

        Returns
        -------
        list of Boxes, or of ndarray of shape (height, width), uint8
            In pixels of each upright picture. Boxes have all scores above 0.05; ``threshold`` says
            from which on they are worth showing.

        Raises
        ------
        InputError
            If a picture cannot be read; :meth:`predict_places` answers the others all the same.
        """
        found = self.predict_places(inputs)
        reasons = [f"{one.name}: {one.reason}" for one in found if one.reason is not None]
        if reasons:
            raise InputError(
                f"{len(reasons)} of {len(found)} inputs cannot be read: "
                f"{'; '.join(reasons[:_REASONS_SHOWN])}. Leave them out, or call predict_places, "
                "which answers the others."
            )
        return [one.answer for one in found]

    def predict_places(self, inputs: Any, progress: Progress = silent) -> list[Placed]:
        """An answer or a reason for every input, in the order given."""
        return list(self.iterate_places(inputs, progress))

    def iterate_places(self, inputs: Any, progress: Progress = silent) -> Iterator[Placed]:
        """The same one by one, so that masks of many pictures need not be held together."""
        read = self.read(inputs, progress)
        told = self._placed(read.dataset.items, progress)
        return read.in_order(told, lambda name, reason: Placed(name, None, reason))

    def _placed(self, items: Sequence[Item], progress: Progress) -> Iterator[Placed]:
        for start in range(0, len(items), _TOGETHER):
            some = items[start : start + _TOGETHER]
            answers, failures = answers_of(
                self, some, progress_of_part(progress, start, len(items))
            )
            for row, (item, answer) in enumerate(zip(some, answers, strict=True)):
                read = None if row in failures else item
                yield Placed(item.name, answer, failures.get(row), read)

    def predict_rows(self, inputs: Any, progress: Progress = silent) -> list[PlacePrediction]:
        """The same as plain rows; boxes below the threshold are left out."""
        return [self.row_of(one) for one in self.predict_places(inputs, progress)]

    def row_of(self, placed: Placed) -> PlacePrediction:
        """A row for people and tables."""
        if placed.answer is None:
            empty = BoxPrediction if self.has_boxes else MaskPrediction
            return empty(placed.name, reason=placed.reason)
        return self.worth_showing(self.task.answer(placed.name, placed.answer))

    def worth_showing(self, row: PlacePrediction) -> PlacePrediction:
        """Without the boxes below the threshold."""
        return row.above(self.threshold) if isinstance(row, BoxPrediction) else row

    def answer_of(self, outputs: list[NDArray[Any]], placement: Placement) -> Answer:
        """The answer about one picture from the head's outputs for it."""
        found = self.task.read(outputs, self.network.strides, placement)
        return found if isinstance(found, Boxes) else found.codes()

    def shown(self, found: Boxes) -> Boxes:
        """The boxes that are worth showing."""
        if found.scores is None:
            return found
        return found.take(np.flatnonzero(found.scores >= self.threshold).tolist())

    @property
    def has_boxes(self) -> bool:
        """Whether answers are boxes, rather than classes of pixels."""
        return self.task.has_boxes

    def read(self, inputs: Any, progress: Progress = silent) -> Inputs:
        """Pictures in the order in which they are given.

        Raises
        ------
        InputError
            If the inputs are no pictures.
        """
        read = gather_inputs(inputs, progress, "image")
        if read.dataset.modality != "image":
            raise InputError(
                f"The inputs are of kind {read.dataset.modality!r}, but this model looks at "
                "pictures. Give it pictures."
            )
        return read

    def save(self, folder: str | Path) -> Path:
        """Write the run folder; see :func:`headstart.runs.place_saving.save_places`."""
        from headstart.runs.place_saving import save_places

        return save_places(self, Path(folder))


def answers_of(
    model: PlaceModel, items: Sequence[Item], progress: Progress = silent, step: str = "predict"
) -> tuple[list[Answer | None], dict[int, str]]:
    """An answer a picture; None and a reason for each that cannot be read."""
    answers: list[Answer | None] = [None] * len(items)

    def receive(row: int, outputs: list[NDArray[Any]], placement: Placement) -> None:
        answers[row] = model.answer_of(outputs, placement)

    failures = model.engine.run(items, receive, progress, step)
    return answers, failures
