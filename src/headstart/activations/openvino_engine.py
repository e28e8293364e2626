"""The engine for processors: OpenVINO, bf16 where the processor computes in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.activations.cores import available_cores
from headstart.activations.encoder import Done
from headstart.activations.half_precision import rounded
from headstart.activations.key import ActivationKey

if TYPE_CHECKING:
    import openvino
    from PIL import Image


def best_precision() -> str:
    """``"bf16"`` where the processor has instructions for it, else ``"f32"``."""
    import openvino

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"


class OfConverted:
    """What every encoder of a converted network says of its rows, whatever it reads.

    Parameters
    ----------
    converted : ConvertedBackbone
        The network.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    """

    def __init__(self, converted: ConvertedBackbone, precision: str | None = None) -> None:
        self._converted = converted
        self._precision = best_precision() if precision is None else precision
        self._requests = Requests(lambda: converted.model_path, self._precision, np.float32)

    @property
    def key(self) -> ActivationKey:
        """What the vectors depend on."""
        source = self._converted.source
        return ActivationKey(
            source=source.name,
            # By the numbers themselves: the facts name random weights by their seed alone, which
            # other networks and other versions of torch share.
            weights=f"{source.architecture} {self._converted.constants}",
            preprocessing=json.dumps(source.preprocessing.to_dict(), sort_keys=True),
            engine=f"openvino {version('openvino')}",
            precision=self._precision,
            outputs=tuple(stage.name for stage in self._converted.stages),
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Length of each stage's pooled vector."""
        return tuple(stage.feature_size for stage in self._converted.stages)

    def finish(self) -> None:
        """Wait for all that was started."""
        self._requests.finish()


class OpenVinoEncoder(OfConverted):
    """Runs a converted backbone, one picture a request and one request a core.

    A batch of one is as fast as any here, and a sample's vector does not depend on what else is
    encoded beside it: what training stored is to the last bit what prediction computes.

    Parameters
    ----------
    converted : ConvertedBackbone
        The network.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    """

    @property
    def smallest_side(self) -> int:
        """The crop must still have as many pixels as the network reads."""
        return self._converted.source.preprocessing.shorter_side

    def prepare(self, sample: Image.Image) -> NDArray[Any]:
        """uint8 pixels of shape (1, h, w, 3)."""
        return self._converted.source.preprocessing.pixels(sample)[None]

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Queue one picture; waits while all requests are busy."""
        self._requests.start(prepared, done)


class Requests:
    """A compiled model and its queue: one sample a request, one request a core.

    Parameters
    ----------
    find_model : callable
        Gives the path of the model when the first sample comes.
    precision : {"bf16", "f32"}
        What it computes in.
    dtype : type
        Of the rows that are delivered.
    """

    def __init__(
        self, find_model: Callable[[], Path], precision: str, dtype: type[np.floating[Any]]
    ) -> None:
        self._find_model = find_model
        self._precision = precision
        self._dtype = dtype
        self._queue: openvino.AsyncInferQueue | None = None
        # Python cannot see what a queue holds. So it gets numbers in place of what is to be called:
        # a queue that knew its holder would keep itself and its network for ever.
        self._tickets = count()
        self._waiting: dict[int, Done] = {}

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Queue one sample; waits while all requests are busy."""
        self.start_batch(prepared, partial(_first, done))

    def start_batch(self, prepared: NDArray[Any], done: Done) -> None:
        """Queue samples that are computed together; ``done`` gets their rows, shape (n, size)."""
        if self._queue is None:
            self._queue = self._compile()
        ticket = next(self._tickets)
        self._waiting[ticket] = done
        self._queue.start_async({0: prepared}, userdata=ticket)

    def finish(self) -> None:
        """Wait for all that was started."""
        if self._queue is not None:
            self._queue.wait_all()

    def _compile(self) -> openvino.AsyncInferQueue:
        import openvino

        cores = available_cores()
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "NUM_STREAMS": str(cores),
            "INFERENCE_NUM_THREADS": str(cores),
        }
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(self._find_model()), "CPU", settings)
        queue = openvino.AsyncInferQueue(compiled, 2 * cores)
        queue.set_callback(_delivering(self._waiting, self._dtype))
        return queue


def _delivering(
    waiting: dict[int, Done], dtype: type[np.floating[Any]]
) -> Callable[[Any, int], None]:
    """The callback of a queue: whoever waits under a ticket gets the rows."""

    def deliver(request: Any, ticket: int) -> None:
        waiting.pop(ticket)(rounded(request.get_output_tensor(0).data, dtype))

    return deliver


def _first(done: Done, rows: NDArray[Any]) -> None:
    done(rows[0])
