"""Importing headstart is cheap: it loads no heavy library and touches nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

import headstart

HEAVY = (
    "PIL",
    "fastapi",
    "gensim",
    "jinja2",
    "matplotlib",
    "numpy",
    "openvino",
    "pandas",
    "polars",
    "prometheus_client",
    "pydantic",
    "rich",
    "scipy",
    "skimage",
    "sklearn",
    "starlette",
    "timm",
    "torch",
    "torchvision",
    "typer",
    "uvicorn",
)


def run_python(code: str, folder: Path) -> str:
    """Standard output of a fresh interpreter that has ``folder`` as its home and working folder."""
    source = Path(headstart.__file__).parents[1]
    environment = {
        "PYTHONPATH": str(source),
        "HOME": str(folder),
        "HEADSTART_CACHE": str(folder / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment,
    )
    assert done.stderr == ""
    return done.stdout


def loaded_by(statement: str, folder: Path) -> set[str]:
    """Top-level modules that the statement loads (site hooks may have loaded others before)."""
    code = (
        f"import sys; before = set(sys.modules); {statement}; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    return set(run_python(code, folder).split())


def test_import_loads_no_heavy_library(tmp_path: Path) -> None:
    assert loaded_by("import headstart", tmp_path) & set(HEAVY) == set()


def test_scores_load_numpy_alone(tmp_path: Path) -> None:
    loaded = loaded_by("import headstart.scores", tmp_path)
    assert loaded & {*HEAVY, "ot"} == {"numpy"}


def test_a_heavy_library_would_be_seen(tmp_path: Path) -> None:
    assert "numpy" in loaded_by("import headstart, numpy", tmp_path)


def test_import_writes_nothing(tmp_path: Path) -> None:
    run_python("import headstart", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", headstart.__all__)
def test_public_name_resolves(name: str) -> None:
    assert getattr(headstart, name) is not None
    assert name in dir(headstart)


def test_lazy_names_are_the_public_ones() -> None:
    assert {*headstart._HOMES, "__version__"} == set(headstart.__all__)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'headstart' has no attribute 'nonsense'"):
        _ = headstart.nonsense
