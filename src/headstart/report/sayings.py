"""What the report says differently about each task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.number_sayings import NumberSayings
from headstart.report.place_sayings import (
    DetectionSayings,
    LocalisationSayings,
    SegmentationSayings,
)
from headstart.report.share_sayings import ShareSayings
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.segmentation import SegmentationTask


class Sayings(Protocol):
    """Words for the figure that the page begins with, and for what follows from it."""

    #: The figure at the top, the words under its picture, and what a screen reader calls that.
    metric: ClassVar[str]
    axis: ClassVar[str]
    lanes_label: ClassVar[str]
    #: How to begin a list of models that it beats, and of those that it does not.
    beaten: ClassVar[tuple[str, str]]
    #: What the hardest samples are, and what to do with new ones.
    hardest: ClassVar[str]
    use: ClassVar[str]

    def score(self, result: Result, figure: Figure) -> dict[str, str]:
        """``headline``, ``short`` and ``small_print``."""
        ...

    def held_out(self, value: float) -> str:
        """What parts of the training data that were held out in turn came to."""
        ...

    def verdict(self, result: Result, other: str, difference: Figure) -> str:
        """The verdict as a sentence that names the other model."""
        ...

    def beats(self, own: float, other: float) -> bool:
        """Whether one value of the figure is better than another."""
        ...

    def shown(self, value: float) -> str:
        """A value of the figure in a list."""
        ...

    def ends(self, cells: list[dict[str, Any]]) -> tuple[tuple[float, float], tuple[str, str]]:
        """The scale that holds all cells of the figure, and its ends as text."""
        ...

    def is_wide(self, figure: Figure) -> bool:
        """Whether more test samples would be worth the effort."""
        ...

    def about_mistakes(self, result: Result, mixups: list[dict[str, Any]]) -> str:
        """What to look at; empty where there is nothing."""
        ...


#: By the name of the task.
SAYINGS: Mapping[str, Sayings] = {
    ClassificationTask.name: ShareSayings(),
    RegressionTask.name: NumberSayings(),
    DetectionTask.name: DetectionSayings(),
    LocalisationTask.name: LocalisationSayings(),
    SegmentationTask.name: SegmentationSayings(),
}
