"""The forms that a run with several targets can be exported in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from headstart.activations.openvino_model import MODEL as XML
from headstart.runs.export.exportable import INPUT
from headstart.runs.export.onnx_form import MODEL as ONNX
from headstart.runs.export.onnx_form import check_libraries, write_network
from headstart.runs.export.openvino_form import compiled_exactly, write_composed
from headstart.runs.export.several_run import SharedNetwork

#: From a batch to the outputs of all heads, in order.
Compute = Callable[[NDArray[Any]], list[NDArray[Any]]]


class SeveralForm(Protocol):
    """Writes a network with several heads, and opens it again as any other program would."""

    @property
    def name(self) -> str:
        """As the command line takes it."""
        ...

    @property
    def file_name(self) -> str:
        """Of a network."""
        ...

    @property
    def imports(self) -> str:
        """Lines of Python."""
        ...

    @property
    def call(self) -> str:
        """Lines of Python that put what all files say of ``batch`` into ``outputs``."""
        ...

    def check(self) -> None:
        """Raise where a library is not installed, before anything is computed."""
        ...

    def write(self, network: SharedNetwork, folder: Path) -> None:
        """Write the network."""
        ...

    def open(self, network: SharedNetwork, folder: Path) -> Compute:
        """What was written, computing in float32."""
        ...


class OnnxSeveral:
    """``model.onnx``."""

    name, file_name = "onnx", ONNX
    imports = "import onnxruntime\n"
    call = (
        'for file, names in answers["files"].items():\n'
        "    session = onnxruntime.InferenceSession(file)\n"
        f'    outputs |= dict(zip(names, session.run(names, {{"{INPUT}": batch}})))\n'
    )

    def check(self) -> None:
        """Raise MissingDependencyError where a library is not installed."""
        check_libraries()

    def write(self, network: SharedNetwork, folder: Path) -> None:
        """Build the network in torch, and write what torch sees of it."""
        write_network(network.run, tuple(network.heads.values()), folder)

    def open(self, network: SharedNetwork, folder: Path) -> Compute:
        """A session of onnxruntime on the processor."""
        import onnxruntime

        session = onnxruntime.InferenceSession(folder / ONNX, providers=["CPUExecutionProvider"])
        names = [head.output for head in network.heads.values()]
        return lambda batch: list(session.run(names, {INPUT: batch}))


class OpenVinoSeveral:
    """``model.xml`` and ``model.bin``; writing them needs no torch."""

    name, file_name = "openvino", XML
    imports = "import openvino\n"
    call = (
        'for file, names in answers["files"].items():\n'
        '    model = openvino.Core().compile_model(file, "CPU")\n'
        f'    found = model({{"{INPUT}": batch}})\n'
        "    outputs |= {name: found[name] for name in names}\n"
    )

    def check(self) -> None:
        """Every network has this form already."""

    def write(self, network: SharedNetwork, folder: Path) -> None:
        """Join the run's own network and its heads."""
        write_composed(network.run, tuple(network.heads.values()), folder)

    def open(self, network: SharedNetwork, folder: Path) -> Compute:
        """Compiled for the processor."""
        compiled = compiled_exactly(folder)
        names = [head.output for head in network.heads.values()]

        def compute(batch: NDArray[Any]) -> list[NDArray[Any]]:
            found = compiled({INPUT: batch})
            return [found[name].copy() for name in names]

        return compute


#: By the names that the command line takes.
SEVERAL_FORMS: Mapping[str, SeveralForm] = {
    form.name: form for form in (OnnxSeveral(), OpenVinoSeveral())
}
