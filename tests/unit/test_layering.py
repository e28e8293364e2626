"""Each layer of headstart imports only from the layers above it."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "headstart"

ORDER = (
    "errors",
    "progress",
    "plan",
    "strategies",
    "evidence",
    "files",
    "metrics",
    "scores",
    "data",
    "backbones",
    "activations",
    "tasks",
    "training",
    "evaluation",
    "advice",
    "runs",
    "explanations",
    "fitting",
    "estimator_parameters",
    "estimators",
    "question_answerer",
    "place_estimators",
    "multi_task",
    "report",
    "serve",
    "cli",
)


def module_files() -> list[Path]:
    """Every module but the facade, which points at all layers."""
    facade = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
    return sorted(set(PACKAGE.rglob("*.py")) - facade)


def imported_names(code: str, package: str) -> Iterator[str]:
    """Dotted names that the code imports anywhere, functions and TYPE_CHECKING blocks included."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{home}.{alias.name}" for alias in node.names)


def upward_imports(code: str, package: str) -> list[str]:
    """What the code of a module in ``package`` imports from its own layer's successors.

    The facade is nobody's to import, except for the version.
    """
    layer = package.split(".")[1]
    allowed = {*ORDER[: ORDER.index(layer) + 1], "__version__"}
    return [
        name
        for name in imported_names(code, package)
        if name.split(".")[0] == "headstart" and [*name.split("."), ""][1] not in allowed
    ]


def package_of(file: Path) -> str:
    """The package that relative imports of the file start from; for a layer of one file, itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("headstart", *(parts[:-1] or parts)))


def test_modules_were_collected() -> None:
    layers = {package_of(file).split(".")[1] for file in module_files()}
    assert {"errors", "plan", "data", "metrics", "evaluation"} <= layers


@pytest.mark.parametrize("file", module_files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_layer_imports_only_from_above(file: Path) -> None:
    package = package_of(file)
    assert package.split(".")[1] in ORDER, "a new layer needs its place in ORDER"
    assert upward_imports(file.read_text(encoding="utf-8"), package) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import headstart.evaluation.result",
        "from headstart import evaluation",
        "from headstart import TransferClassifier",
        "import headstart",
        "from headstart.cli import main",
        "def late():\n    from headstart.runs import load",
        "if TYPE_CHECKING:\n    from headstart.report import page",
        "from ..evaluation import result",
    ],
)
def test_a_planted_upward_import_is_found(planted: str) -> None:
    assert len(upward_imports(planted, "headstart.data")) == 1


@pytest.mark.parametrize(
    "sound",
    [
        "from headstart import __version__",
        "from headstart import errors",
        "from headstart.metrics.figure import Figure",
        "from . import dataset",
        "from ..plan import Plan",
        "import headstarter",
    ],
)
def test_an_import_from_above_is_allowed(sound: str) -> None:
    assert upward_imports(sound, "headstart.data") == []
