"""A run as one OpenVINO model: its own network, and its head as a few nodes behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.openvino_model import MODEL, write_model
from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.exportable import INPUT, Exportable
from headstart.runs.export.exported_head import ExportedHead
from headstart.runs.export.head_numbers import HeadNumbers
from headstart.runs.export.usage import usage

if TYPE_CHECKING:
    import openvino

_EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
_NOTE = (
    "Processors that compute in bf16 do so unless they are told otherwise, as the run itself does; "
    'what was checked is `compile_model(..., {"INFERENCE_PRECISION_HINT": "f32"})`.'
)


class OpenVinoForm:
    """``model.xml`` and ``model.bin``; writing them needs no torch."""

    name = "openvino"

    def check(self, run: Exportable) -> None:
        """Every network has this form already."""

    def write(self, run: Exportable, folder: Path) -> None:
        """Join the run's own network and its head."""
        write_composed(run, (run.exported_head,), folder)

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What the written model says in float32, shape (n_samples, n_outputs)."""
        compiled = compiled_exactly(folder)
        return samples.answered(lambda batch: compiled({INPUT: batch})[run.output])

    def use(self, run: Exportable) -> Use:
        """A program with OpenVINO alone."""
        return Use("openvino", usage(run, "import openvino\n", _call(run), _NOTE))


def _call(run: Exportable) -> str:
    return (
        f'model = openvino.Core().compile_model("{MODEL}", "CPU")\n'
        f'answer = model({{"{INPUT}": batch}})["{run.output}"]\n'
    )


def compiled_exactly(folder: Path) -> openvino.CompiledModel:
    """What was written, computing in float32 on the processor."""
    import openvino

    return openvino.Core().compile_model(folder / MODEL, "CPU", dict(_EXACT))


def write_composed(run: Exportable, heads: Sequence[ExportedHead], folder: Path) -> None:
    """Write the network of a run with an output for each head."""
    import openvino

    network = openvino.Core().read_model(run.backbone.model_path)
    if run.modality == "image":  # it was converted for one picture at a time
        network.reshape([-1, *run.preprocessing.size, 3])
    (parameter,) = network.get_parameters()
    results = [
        _named_result(_behind(_vectors(network, run, head), head.numbers), head.output)
        for head in heads
    ]
    _rename(parameter, parameter.output(0), INPUT)
    model = openvino.Model(results, [parameter], "headstart")
    model.validate_nodes_and_infer_types()
    write_model(model, folder)


def _vectors(network: openvino.Model, run: Exportable, head: ExportedHead) -> Any:
    """What a head reads: stages that none reads, and what follows them, are left out."""
    from openvino import opset13 as ops

    joined = network.get_results()[0].input_value(0)
    sizes = [stage.feature_size for stage in run.backbone.stages]
    node = joined.get_node()
    if len(sizes) == 1:
        return joined
    if node.get_type_name() == "Concat" and len(node.inputs()) == len(sizes):
        parts = [node.input_value(place) for place in head.places]
        return ops.concat(parts, 1).output(0) if len(parts) > 1 else parts[0]
    starts = np.cumsum([0, *sizes])
    columns = [np.arange(starts[one], starts[one + 1]) for one in head.places]
    return ops.gather(joined, np.concatenate(columns), np.int64(1)).output(0)


def _behind(vectors: Any, head: HeadNumbers) -> Any:
    from openvino import opset13 as ops

    centred = ops.subtract(vectors, head.mean[None])
    standard = ops.multiply(centred, head.factor[None])
    scores = ops.add(ops.matmul(standard, head.weights, False, False), head.bias[None])
    if head.squashes:
        return ops.sigmoid(scores)
    return ops.softmax(scores, 1) if head.softens else scores


def _named_result(node: Any, name: str) -> Any:
    from openvino import opset13 as ops

    _rename(node, node.output(0), name)
    return ops.result(node)


def _rename(node: Any, output: Any, name: str) -> None:
    node.set_friendly_name(name)
    output.get_tensor().set_names({name})
