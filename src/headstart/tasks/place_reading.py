"""From what a head says of a canvas to what a task answers about the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.data.placement import Placement
from headstart.tasks.detection import DetectionTask
from headstart.tasks.fcos_decoding import decode_fcos
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

Outputs = Sequence[NDArray[Any]]


def read_answer(
    task: Any, outputs: Outputs, strides: Sequence[int], placement: Placement
) -> Boxes | NDArray[np.uint8]:
    """The answer about one picture, in its own pixels.

    Parameters
    ----------
    task : PlaceTask
        What is answered.
    outputs : sequence of ndarray
        Of its head for this picture: see the heads in :mod:`headstart.training.place_heads`.
    strides : sequence of int
        Of the maps that the head read.
    placement : Placement
        Where the picture lay on the canvas.

    Returns
    -------
    Boxes or ndarray of shape (height, width), uint8
    """
    return _WAYS[task.name](task, outputs, strides, placement)


@dataclass(frozen=True, eq=False)
class CanvasMask:
    """An answer about the pixels of a picture as the network gave it: small whatever the picture.

    Parameters
    ----------
    seen : ndarray of shape (height, width) of the canvas, uint8
        Codes.
    placement : Placement
        Where the picture lay on the canvas.
    """

    seen: NDArray[np.uint8]
    placement: Placement

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.placement.size

    def codes(self) -> NDArray[np.uint8]:
        """The class of each pixel of the picture, shape (height, width)."""
        return self.placement.mask_back(self.seen)


def read_small(
    task: Any, outputs: Outputs, strides: Sequence[int], placement: Placement
) -> Boxes | CanvasMask:
    """The same answer in little memory, so that those about many large pictures can be held."""
    if task.name == SegmentationTask.name:
        return CanvasMask(task.decode(outputs[0]), placement)
    boxes: Any = _WAYS[task.name](task, outputs, strides, placement)
    return boxes


def shapes_of_outputs(
    task: Any, strides: Sequence[int], canvas: tuple[int, int]
) -> tuple[tuple[int, ...], ...]:
    """What :func:`read_answer` takes: the shape of each output of the head for one picture.

    Parameters
    ----------
    task : PlaceTask
        What is answered.
    strides : sequence of int
        Of the maps that the head reads.
    canvas : tuple of int
        Height and width of what the network reads.

    Examples
    --------
    >>> shapes_of_outputs(DetectionTask(("cat", "dog")), (16, 32), (64, 96))
    ((30, 2), (30, 4), (30, 1))
    """
    if task.name == LocalisationTask.name:
        return ((task.n_outputs,),)
    if task.name == SegmentationTask.name:
        return ((task.n_outputs, *canvas),)
    locations = sum(math.prod(_grid(canvas, stride)) for stride in strides)
    return (locations, task.n_outputs), (locations, 4), (locations, 1)


def _grid(canvas: tuple[int, int], stride: int) -> tuple[int, int]:
    """Rows and columns of a level."""
    return -(-canvas[0] // stride), -(-canvas[1] // stride)


def _detected(
    task: DetectionTask, outputs: Outputs, strides: Sequence[int], placement: Placement
) -> Boxes:
    """Locations stand level after level."""
    logits, distances, centerness = outputs
    levels, start = [], 0
    for stride in strides:
        rows, columns = _grid(placement.canvas, stride)
        part = slice(start, start + rows * columns)
        start = part.stop
        levels.append(
            (
                logits[part].reshape(rows, columns, -1),
                distances[part].reshape(rows, columns, 4),
                centerness[part].reshape(rows, columns),
            )
        )
    found = decode_fcos(levels, strides)
    return task.boxes(
        placement.boxes_back(found.corners), found.codes, found.scores, placement.size
    )


def _localised(
    task: LocalisationTask, outputs: Outputs, strides: Sequence[int], placement: Placement
) -> Boxes:
    corners = task.decode(outputs[0], placement.canvas).reshape(1, 4)
    return task.boxes(placement.boxes_back(corners)[0], placement.size)


def _segmented(
    task: SegmentationTask, outputs: Outputs, strides: Sequence[int], placement: Placement
) -> NDArray[np.uint8]:
    return CanvasMask(task.decode(outputs[0]), placement).codes()


_WAYS: Mapping[str, Callable[..., Boxes | NDArray[np.uint8]]] = {
    DetectionTask.name: _detected,
    LocalisationTask.name: _localised,
    SegmentationTask.name: _segmented,
}
