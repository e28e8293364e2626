"""The heads that read maps, by the name of their task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from torch import Tensor, nn

from headstart.data.placement import Placement
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask
from headstart.training.detection_head import DetectionHead
from headstart.training.localisation_head import LocalisationHead
from headstart.training.segmentation_head import SegmentationHead


class PlaceHead(Protocol):
    """What a head says of maps, and what it is to say.

    It is a module from a list of maps to a tuple of tensors, each with a row a sample.
    """

    def goal(self, target: Any, placement: Placement) -> Any:
        """A target of the task in the form that outputs are compared with, in a view."""
        ...

    def loss(self, outputs: tuple[Tensor, ...], goals: Sequence[Any]) -> Tensor:
        """What is made small: one number."""
        ...


HEADS: Mapping[str, type[Any]] = {
    DetectionTask.name: DetectionHead,
    LocalisationTask.name: LocalisationHead,
    SegmentationTask.name: SegmentationHead,
}


def head_for(
    task: Any,
    channels: Sequence[int],
    strides: Sequence[int],
    canvas: tuple[int, int],
    **settings: Any,
) -> nn.Module:
    """The head of a task, with random numbers."""
    head: nn.Module = HEADS[task.name](task, channels, strides, canvas, **settings)
    return head
