"""The forms that a run of places can be exported in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.activations.openvino_model import MODEL as XML
from headstart.activations.openvino_model import write_model
from headstart.runs.export.exportable import INPUT
from headstart.runs.export.onnx_form import MODEL as ONNX
from headstart.runs.export.onnx_form import check_libraries, write_onnx
from headstart.runs.export.place_run import PlaceRun

if TYPE_CHECKING:
    import openvino

#: From pixels of shape (n, height, width, 3) to the outputs.
Compute = Callable[[NDArray[np.uint8]], list[NDArray[Any]]]


class PlaceForm(Protocol):
    """Writes a network, and opens it again as any other program would."""

    @property
    def name(self) -> str:
        """As the command line takes it."""
        ...

    def check(self) -> None:
        """Raise where a library is not installed, before anything is computed."""
        ...

    def write(self, run: PlaceRun, folder: Path) -> None:
        """Write the network."""
        ...

    def open(self, run: PlaceRun, folder: Path) -> Compute:
        """What was written, computing in float32."""
        ...

    def call(self, run: PlaceRun) -> tuple[str, str]:
        """Lines of Python that import the library, and that make ``outputs`` of ``batch``."""
        ...


class OnnxPlaces:
    """``model.onnx``."""

    name = "onnx"

    def check(self) -> None:
        """Raise MissingDependencyError where a library is not installed."""
        check_libraries()

    def write(self, run: PlaceRun, folder: Path) -> None:
        """Build the network in torch, and write what torch sees of it."""
        import torch

        from headstart.runs.export.place_network import torch_places

        example = torch.zeros((2, *run.canvas, 3), dtype=torch.uint8)
        write_onnx(torch_places(run), example, folder / ONNX, run.outputs, free=(0,))

    def open(self, run: PlaceRun, folder: Path) -> Compute:
        """A session of onnxruntime on the processor."""
        import onnxruntime

        session = onnxruntime.InferenceSession(folder / ONNX, providers=["CPUExecutionProvider"])
        names = list(run.outputs)
        return lambda batch: list(session.run(names, {INPUT: batch}))

    def call(self, run: PlaceRun) -> tuple[str, str]:
        """With onnxruntime alone."""
        return "import onnxruntime\n", (
            f'session = onnxruntime.InferenceSession("{ONNX}")\n'
            f'outputs = session.run({list(run.outputs)}, {{"{INPUT}": batch}})\n'
        )


class OpenVinoPlaces:
    """``model.xml`` and ``model.bin``; writing them needs no torch."""

    name = "openvino"

    def check(self) -> None:
        """Every network has this form already."""

    def write(self, run: PlaceRun, folder: Path) -> None:
        """The run's own network, its one flat output cut into those of the head."""
        write_model(_with_outputs(run), folder)

    def open(self, run: PlaceRun, folder: Path) -> Compute:
        """Compiled for the processor."""
        import openvino

        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        compiled = openvino.Core().compile_model(folder / XML, "CPU", exact)

        def compute(batch: NDArray[np.uint8]) -> list[NDArray[Any]]:
            rows = [compiled({INPUT: one[None]}) for one in batch]
            return [np.concatenate([row[name] for row in rows]) for name in run.outputs]

        return compute

    def call(self, run: PlaceRun) -> tuple[str, str]:
        """With OpenVINO alone."""
        return "import openvino\n", (
            f'model = openvino.Core().compile_model("{XML}", "CPU")\n'
            f'answer = model({{"{INPUT}": batch}})\n'
            f"outputs = [answer[name] for name in {list(run.outputs)}]\n"
        )


#: By the names that the command line takes.
PLACE_FORMS: Mapping[str, PlaceForm] = {
    form.name: form for form in (OnnxPlaces(), OpenVinoPlaces())
}


def _with_outputs(run: PlaceRun) -> openvino.Model:
    """One picture at a time, as it was converted."""
    import openvino
    from openvino import opset13 as ops

    network = openvino.Core().read_model(run.model.network.model_path)
    (parameter,) = network.get_parameters()
    flat = network.get_results()[0].input_value(0)
    shapes = run.model.network.shapes
    parts = ops.variadic_split(flat, 1, [int(np.prod(shape)) for shape in shapes])
    results = []
    for place, (name, shape) in enumerate(zip(run.outputs, shapes, strict=True)):
        node = ops.reshape(parts.output(place), np.array([1, *shape], dtype=np.int64), False)
        _rename(node, name)
        results.append(ops.result(node))
    _rename(parameter, INPUT)
    model = openvino.Model(results, [parameter], "headstart")
    model.validate_nodes_and_infer_types()
    return model


def _rename(node: Any, name: str) -> None:
    node.set_friendly_name(name)
    node.output(0).get_tensor().set_names({name})
