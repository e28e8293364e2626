"""What every task brings that says where something is in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.data.placement import Placement
from headstart.metrics.figure import Figure
from headstart.tasks.place_recipe import PlaceRecipe

#: What a head says of one picture; see the heads in :mod:`headstart.training.place_heads`.
Outputs = Sequence[NDArray[Any]]


class PlaceTable(Protocol):
    """Columns of a table of predictions, of which a picture may take several rows."""

    @property
    def columns(self) -> Sequence[str]:
        """Their names."""
        ...

    def rows(self, prediction: Any) -> list[list[object]]:
        """At least one row a picture: a value a column; None for an empty cell."""
        ...

    def read(self, rows: Iterable[Mapping[str, str]]) -> list[Any]:
        """Cells by column, as the file holds them, back to the predictions, in their order."""
        ...


class PlaceTask(Protocol):
    """What is predicted: boxes or masks.

    *Truth* are the labels of a data set, one a picture; *answers* are of the same kind, in pixels
    of the upright picture as well, so that figures do not depend on what a network was shown.
    """

    name: ClassVar[str]
    #: The figure that models are compared by; more is better, from 0 to 1.
    metric: ClassVar[str]
    #: Whether truth and answers are boxes, rather than masks.
    has_boxes: ClassVar[bool]
    #: How its head is trained.
    recipe: ClassVar[PlaceRecipe]
    #: Sizes that its head may be built with, and what each must be a multiple of: groups that are
    #: normalised together.
    head_sizes: ClassVar[Mapping[str, int]]

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse data that make the task impossible (InputError); sentences for the user."""
        ...

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_manifest` gave."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Keys of a run's manifest that hold all about the task but its name."""
        ...

    @property
    def n_outputs(self) -> int:
        """Numbers that a head gives a place."""
        ...

    @property
    def class_names(self) -> list[str]:
        """In the order of their codes."""
        ...

    def strides(self, labels: Sequence[Any], canvas: tuple[int, int]) -> tuple[int, ...]:
        """Pixels a cell of the maps that its head reads, from the finest to the coarsest.

        Parameters
        ----------
        labels : sequence
            What is to be found in the training pictures.
        canvas : tuple of int
            Height and width on which they are seen.
        """
        ...

    def head_settings(self, labels: Sequence[Any], weighs_classes: bool) -> dict[str, Any]:
        """What its head is built with beside its sizes.

        Parameters
        ----------
        labels : sequence
            What is learned from.
        weighs_classes : bool
            Whether rare classes count more, where the task can have it so.
        """
        ...

    def output_shapes(
        self, strides: Sequence[int], canvas: tuple[int, int]
    ) -> tuple[tuple[int, ...], ...]:
        """The shape of each output of its head for one picture.

        Parameters
        ----------
        strides : sequence of int
            Of the maps that the head reads.
        canvas : tuple of int
            Height and width of what the network reads.
        """
        ...

    def read(self, outputs: Outputs, strides: Sequence[int], placement: Placement) -> Any:
        """The answer about one picture, in its own pixels: Boxes or a CanvasMask.

        Parameters
        ----------
        outputs : sequence of ndarray
            Of its head for this picture.
        strides : sequence of int
            Of the maps that the head read.
        placement : Placement
            Where the picture lay on the canvas.
        """
        ...

    @property
    def table(self) -> PlaceTable:
        """How predictions stand in a table."""
        ...

    def unanswerable(self, labels: Sequence[Any]) -> dict[int, str]:
        """Row to reason for each label that no model of this task can give."""
        ...

    def answer(self, name: str, found: Any) -> Any:
        """A row for the picture ``name`` from its answer."""
        ...

    def figures(self, truth: Sequence[Any], answers: Sequence[Any], seed: int) -> dict[str, Figure]:
        """Metric name to value with interval."""
        ...

    def difference(
        self, truth: Sequence[Any], answers: Sequence[Any], others: Sequence[Any], seed: int
    ) -> Figure:
        """How much better ``answers`` are than ``others`` on the same pictures."""
        ...

    def merit(self, truth: Sequence[Any], answers: Sequence[Any]) -> float:
        """The value of :attr:`metric`, without its interval."""
        ...

    def agreement(self, there: Any, found: Any) -> tuple[float, int]:
        """How well an answer agrees with the truth, 0 to 1, and a rank among equals.

        That is how much there was to be found or to be missed.
        """
        ...

    def best_threshold(self, truth: Sequence[Any], answers: Sequence[Any]) -> float | None:
        """The score to show boxes from; None where no score says what is shown."""
        ...

    def details(self, truth: Sequence[Any], answers: Sequence[Any], seed: int) -> dict[str, Any]:
        """Fields of the Result that only this task fills."""
        ...
