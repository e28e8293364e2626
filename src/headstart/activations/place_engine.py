"""Runs a converted network that answers about places, on pictures of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.activations.converted_places import ConvertedPlaces
from headstart.activations.encoder import Done
from headstart.activations.encoding import stream
from headstart.activations.key import ActivationKey
from headstart.activations.openvino_engine import Requests, best_precision
from headstart.data.dataset import Item
from headstart.data.images import whole_size
from headstart.data.placement import Placement
from headstart.progress import Progress, silent

#: Gets the row of a picture, the head's outputs for it, and where it lay on the canvas.
Receive = Callable[[int, list[NDArray[Any]], Placement], None]


class PlaceEngine:
    """One picture a request and one request a core, compiled when the first picture comes.

    Parameters
    ----------
    network : ConvertedPlaces
        What is run.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    """

    def __init__(self, network: ConvertedPlaces, precision: str | None = None) -> None:
        self._network = network
        self._precision = best_precision() if precision is None else precision
        self._requests = Requests(lambda: network.model_path, self._precision, np.float32)
        # One run keeps all cores busy; threads that shared the queue might not wait for their own.
        self._alone = RLock()

    @property
    def key(self) -> ActivationKey:
        """What the outputs depend on."""
        source = self._network.source
        return ActivationKey(
            source=source.name,
            weights=self._network.constants,
            preprocessing="",
            engine=f"openvino {version('openvino')}",
            precision=self._precision,
            outputs=("outputs",),
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Two numbers for the picture's size, and the outputs."""
        return (2 + sum(int(np.prod(shape)) for shape in self._network.shapes),)

    @property
    def smallest_side(self) -> int:
        """A large photo is decoded no larger than the network can see, as for training."""
        return int(self._network.source.preprocessing.shorter_side)

    def prepare(self, sample: Image.Image) -> Any:
        """The picture's size, and pixels of shape (1, height, width, 3)."""
        size, facts = whole_size(sample), self._network.source.preprocessing
        return size, facts.placed(sample, Placement.fit(size, facts.size))[None]

    def start(self, prepared: Any, done: Done) -> None:
        """Queue one picture."""
        size, pixels = prepared
        self._requests.start(pixels, partial(_with_size, size, done))

    def finish(self) -> None:
        """Wait for all that was started."""
        self._requests.finish()

    def outputs_of(self, numbers: NDArray[Any]) -> tuple[list[NDArray[Any]], Placement]:
        """The head's outputs, and where the picture lay, from what ``done`` is given."""
        size = (int(numbers[0]), int(numbers[1]))
        return self._network.outputs(numbers[2:]), Placement.fit(size, self._network.canvas)

    def run(
        self,
        items: Sequence[Item],
        receive: Receive,
        progress: Progress = silent,
        step: str = "predict",
    ) -> dict[int, str]:
        """Look at all pictures; threads that ask at once take turns.

        Returns
        -------
        dict of int to str
            Row to reason for each picture that could not be read.
        """

        def deliver(row: int, _: object, numbers: NDArray[Any]) -> None:
            receive(row, *self.outputs_of(numbers))

        with self._alone:
            return stream(items, [[self]] * len(items), deliver, progress, step)


def _with_size(size: tuple[int, int], done: Done, row: NDArray[Any]) -> None:
    """Sides of pictures are whole numbers that float32 holds."""
    done(np.concatenate([np.array(size, dtype=np.float32), row]))
