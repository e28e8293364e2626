"""The heads that read maps, by the name of their task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from torch import Tensor, nn

from headstart.data.placement import Placement
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.place_task import PlaceTask
from headstart.tasks.segmentation import SegmentationTask


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


#: Homes of the heads: each brings a library that the others do not need.
HEADS: Mapping[str, tuple[str, str]] = {
    DetectionTask.name: ("headstart.training.detection_head", "DetectionHead"),
    LocalisationTask.name: ("headstart.training.localisation_head", "LocalisationHead"),
    SegmentationTask.name: ("headstart.training.segmentation_head", "SegmentationHead"),
}


def head_for(
    task: PlaceTask,
    channels: Sequence[int],
    strides: Sequence[int],
    canvas: tuple[int, int],
    **settings: Any,
) -> nn.Module:
    """The head of a task, with random numbers.

    Parameters
    ----------
    task : PlaceTask
        With its classes.
    channels, strides : sequence of int
        Of the maps, from the finest to the coarsest.
    canvas : tuple of int
        Height and width of what the network reads.
    settings
        See the head.
    """
    module, name = HEADS[task.name]
    head: nn.Module = getattr(import_module(module), name)(
        task, channels, strides, canvas, **settings
    )
    return head
