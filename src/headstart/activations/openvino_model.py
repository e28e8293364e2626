"""A torch module in the form that the processor runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openvino
    import torch

MODEL = "model.xml"
WEIGHTS = "model.bin"


def to_openvino(
    module: torch.nn.Module, example: torch.Tensor, any_size: bool = False
) -> openvino.Model:
    """Trace with torch and read the trace with OpenVINO's own front end.

    ``openvino.convert_model`` does the same, but checks the trace by running it again and reports
    its use over the network; both are left out here.

    Parameters
    ----------
    module : Module
        From one tensor to one tensor.
    example : Tensor
        Of the type, and usually the one shape, that the model shall take.
    any_size : bool
        Whether the model takes any size of each axis.
    """
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    front_end = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(_traced(module, example))  # nobody else keeps it alive
    model = front_end.convert(front_end.load(decoder))
    model.reshape([-1 if any_size else size for size in example.shape])
    return model


def _traced(module: torch.nn.Module, example: torch.Tensor) -> Any:
    import warnings

    import torch
    from torch.jit._trace import TracerWarning

    with torch.inference_mode(), warnings.catch_warnings():
        # The trace is of one fixed shape, which is what these warnings are about; the second
        # announces that tracing will go once torch.export has replaced it.
        warnings.simplefilter("ignore", TracerWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        # Traced as a function, the weights are plain constants; traced as a module, torch would
        # first build a script module for each of its hundreds of layers.
        return torch.jit.trace(lambda some: module(some), example, check_trace=False)


def write_model(model: openvino.Model, folder: Path) -> None:
    """Write ``model.xml`` and ``model.bin`` with all digits of the weights."""
    import openvino

    openvino.save_model(model, folder / MODEL, compress_to_fp16=False)
