"""What a model of places makes of one picture after another, with nothing compiled again."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.data.images import open_image
from headstart.data.mask_file import to_index_png
from headstart.runs.place_model import PlaceModel
from headstart.serve.limits import Limits
from headstart.serve.sample_reader import Asker, Sample, blank


@dataclass(frozen=True)
class PlaceAnswer:
    """What is found in a picture.

    Parameters
    ----------
    content : dict
        Plain data for JSON: ``width``, ``height``, and ``boxes``, or ``shares`` and ``mask``, a
        PNG file in Base64 whose values are the places of the classes.
    reason : str or None
        Always None: who cannot read a picture says so otherwise.
    """

    content: dict[str, Any]
    reason: str | None = None


class PlaceServing:
    """A loaded model of places, ready for pictures that come from anybody.

    Parameters
    ----------
    model : PlaceModel
        What answers.
    limits : Limits
        How large a picture may be.
    """

    modality = "image"

    def __init__(self, model: PlaceModel, limits: Limits) -> None:
        self.model = model
        self._limits = limits
        self._engine = model.engine

    def warm(self) -> None:
        """Compile the network and load what decodes, so that the first request finds them ready."""
        list(self.answers([(None, self.prepare(blank(self.modality)))]))

    def prepare(self, sample: Sample) -> Any:
        """What the network reads of a picture; any thread may call it.

        Raises
        ------
        UnreadableInputError
            With a reason of a few words.
        """
        if not isinstance(sample, bytes):
            raise TypeError("a picture is given by its bytes")
        return self._engine.prepare(open_image(sample, None, self._limits.pixels))

    def answers(
        self, batch: Iterable[tuple[Asker, Any]]
    ) -> Generator[tuple[Asker, PlaceAnswer], None, None]:
        """What is found in pictures, each as soon as it is known.

        Parameters
        ----------
        batch : iterable of (asker, prepared picture)
            Taken one by one, as the network has room.
        """
        found: SimpleQueue[tuple[Asker, NDArray[Any]]] = SimpleQueue()
        try:
            for asker, prepared in batch:
                self._engine.start(prepared, partial(_keep, found, asker))
                yield from self._read(found)
        finally:  # nothing may still run when the next batch begins
            self._engine.finish()
        yield from self._read(found)

    def _read(
        self, found: SimpleQueue[tuple[Asker, NDArray[Any]]]
    ) -> Iterator[tuple[Asker, PlaceAnswer]]:
        while not found.empty():
            asker, numbers = found.get()
            outputs, placement = self._engine.outputs_of(numbers)
            yield asker, self._answer(self.model.answer_of(outputs, placement))

    def _answer(self, found: Boxes | NDArray[np.uint8]) -> PlaceAnswer:
        row = self.model.worth_showing(self.model.task.answer("", found))
        content = {key: value for key, value in row.to_dict().items() if key != "input"}
        if not isinstance(found, Boxes):
            file = to_index_png(found, self.model.classes_)
            content["mask"] = base64.b64encode(file).decode("ascii")
        return PlaceAnswer(content)


def _keep(
    found: SimpleQueue[tuple[Asker, NDArray[Any]]], asker: Asker, numbers: NDArray[Any]
) -> None:
    """Called by whichever thread of the network has finished."""
    found.put((asker, numbers))
