"""A run as one ONNX file, preprocessing of pixels and head included."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.backbones.one_at_a_time import one_at_a_time
from headstart.errors import MissingDependencyError
from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.exportable import INPUT, Exportable
from headstart.runs.export.exported_head import ExportedHead
from headstart.runs.export.usage import usage

if TYPE_CHECKING:
    import torch

MODEL = "model.onnx"
_LIBRARIES = ("onnx", "onnxscript", "onnxruntime")
_OPSET = 18
#: A file of this form holds no more; beyond it the weights lie beside it.
_MOST_BYTES = 2**31 - 2**24


class OnnxForm:
    """``model.onnx``."""

    name = "onnx"

    def check(self, run: Exportable) -> None:
        """Raise MissingDependencyError where a library is not installed."""
        check_libraries()

    def write(self, run: Exportable, folder: Path) -> None:
        """Build the network in torch, and write what torch sees of it."""
        write_network(run, (run.exported_head,), folder)

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What onnxruntime says on the processor, shape (n_samples, n_outputs)."""
        import onnxruntime

        session = onnxruntime.InferenceSession(folder / MODEL, providers=["CPUExecutionProvider"])
        return samples.answered(lambda batch: session.run([run.output], {INPUT: batch})[0])

    def use(self, run: Exportable) -> Use:
        """A program with onnxruntime alone."""
        call = (
            f'session = onnxruntime.InferenceSession("{MODEL}")\n'
            f'(answer,) = session.run(["{run.output}"], {{"{INPUT}": batch}})\n'
        )
        return Use("onnx", usage(run, "import onnxruntime\n", call))


def write_network(run: Exportable, heads: Sequence[ExportedHead], folder: Path) -> None:
    """Write the network of a run with an output for each head.

    Raises
    ------
    SourceError, RunError
        If its weights cannot be had, or it cannot be built again.
    """
    from headstart.activations.segment_network import example_input
    from headstart.runs.export.network import ExportedNetwork, torch_backbone

    backbone = torch_backbone(run)
    network = ExportedNetwork(backbone, heads).eval()
    example = example_input(backbone, network.pooled.segment)
    free = (0, 1) if run.modality == "text" else (0,)
    batch = example.repeat(2, *[1] * (example.ndim - 1))
    write_onnx(network, batch, folder / MODEL, [head.output for head in heads], free)


def check_libraries() -> None:
    """Raise MissingDependencyError where a library that ONNX needs is not installed."""
    for name in _LIBRARIES:
        try:
            import_module(name)
        except ImportError as error:
            raise MissingDependencyError(
                f"Exporting to ONNX needs the package {name}, which is not installed. Install "
                f"it: pip install {' '.join(_LIBRARIES)}. Or export as openvino, which needs "
                "no other package."
            ) from error


@one_at_a_time
def write_onnx(
    network: torch.nn.Module,
    example: torch.Tensor,
    path: Path,
    outputs: Sequence[str],
    free: tuple[int, ...],
) -> None:
    """Write what torch sees of a network.

    Parameters
    ----------
    network : Module
        In eval mode.
    example : Tensor
        Two samples.
    path : Path
        The file.
    outputs : sequence of str
        Names of what comes out.
    free : tuple of int
        Axes of the input that may have any size.
    """
    import torch

    size = sum(one.numel() * one.element_size() for one in network.state_dict().values())
    with torch.no_grad(), _quiet():
        torch.onnx.export(
            network,
            (example,),
            path,
            input_names=[INPUT],
            output_names=list(outputs),
            opset_version=_OPSET,
            dynamo=True,
            dynamic_shapes=({axis: torch.export.Dim.DYNAMIC for axis in free},),
            external_data=size > _MOST_BYTES,
            verbose=False,
        )


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporter tells of its steps, and of what torch will change one day."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
