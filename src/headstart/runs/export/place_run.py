"""A run of places that is exported, and what every form needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headstart.data.placement import map_size
from headstart.runs.place_model import PlaceModel
from headstart.tasks.detection import DetectionTask
from headstart.tasks.fcos_decoding import MOST_BOXES, NMS_IOU, SCORE_THRESHOLD
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

#: What the outputs of a task's head are called.
OUTPUTS: Mapping[str, tuple[str, ...]] = {
    DetectionTask.name: ("logits", "distances", "centerness"),
    LocalisationTask.name: ("box",),
    SegmentationTask.name: ("scores",),
}
ANSWERS = "answers.json"


@dataclass(frozen=True)
class PlaceRun:
    """A run whose model says where something is.

    Parameters
    ----------
    place : Path
        The run folder.
    model : PlaceModel
        As it was loaded from there.
    """

    place: Path
    model: PlaceModel

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what comes out."""
        return OUTPUTS[self.model.task.name]

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width of what goes in."""
        return self.model.network.canvas

    @property
    def preprocessing(self) -> Any:
        """How a picture becomes the network's input."""
        return self.model.network.source.preprocessing

    def answer_facts(self) -> dict[str, Any]:
        """:data:`ANSWERS`: all that another program needs to read the outputs."""
        network, task = self.model.network, self.model.task
        shapes = dict(zip(self.outputs, network.shapes, strict=True))
        told: dict[str, Any] = {
            "task": task.name,
            "canvas": list(self.canvas),
            "classes": task.class_names,
            "outputs": {name: ["n", *shape] for name, shape in shapes.items()},
        }
        if task.name == DetectionTask.name:
            told |= {
                "strides": list(network.strides),
                "grids": [list(map_size(self.canvas, stride)) for stride in network.strides],
                "threshold": self.model.threshold,
                "score_threshold": SCORE_THRESHOLD,
                "nms_iou": NMS_IOU,
                "most_boxes": MOST_BOXES,
            }
        return told

    def input_facts(self) -> dict[str, Any]:
        """``preprocessing.json``: all that another program needs to make the input."""
        facts = self.preprocessing
        height, width = self.canvas
        return {
            "input": "input",
            "output": list(self.outputs),
            "modality": "image",
            "shape": ["n", height, width, 3],
            "dtype": "uint8",
            "layout": "NHWC",
            "colours": "RGB",
            "decode": {
                "upright": "the EXIF orientation is applied",
                "transparent": "laid on white",
            },
            "size": [height, width],
            "fit": {
                "rule": "the whole picture in the middle of size, its aspect kept",
                "fill": [round(255 * value) for value in facts.mean],
            },
            "resize": {"interpolation": facts.interpolation},
            "normalisation": {
                "inside_the_network": True,
                "rule": "(pixel / 255 - mean) / std",
                "mean": list(facts.mean),
                "std": list(facts.std),
            },
        }
