"""What a model answers about all pictures of a side, held in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.data.dataset import Item
from headstart.data.placement import Placement
from headstart.fitting.lost_pictures import refuse_lost
from headstart.progress import Progress
from headstart.runs.place_model import PlaceModel
from headstart.tasks.canvas_mask import CanvasMask


def all_answers(
    model: PlaceModel, items: Sequence[Item], progress: Progress
) -> list[Boxes | CanvasMask]:
    """Answers to pictures that could be read a moment ago.

    Raises
    ------
    InputError
        Naming one that cannot be read any more.
    """
    answers: dict[int, Boxes | CanvasMask] = {}

    def receive(row: int, outputs: list[NDArray[Any]], placement: Placement) -> None:
        answers[row] = model.task.read(outputs, model.network.strides, placement)

    failures = model.engine.run(items, receive, progress, "evaluate")
    refuse_lost([item.name for item in items], failures)
    return [answers[row] for row in range(len(items))]
