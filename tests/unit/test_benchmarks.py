"""The benchmark scripts start: they say what they measure before anything heavy is loaded.

What they measure is not tested here: that takes minutes, and a figure is not a pass or a failure.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(
    path for path in BENCHMARKS.rglob("*.py") if '__name__ == "__main__"' in path.read_text()
)
OF_TRAINING = (
    "cached_prefix",
    "chest_xray_plans",
    "choose_cut",
    "full_fine_tuning",
    "killed_training",
    "last_blocks",
    "processes_scaling",
    "time_limit",
)
#: Those that need photographs which are not in the checkout.
NEED_DATA = (
    *(name for name in OF_TRAINING if name != "killed_training"),
    "driving_tasks",
    "export_parity",
    "harmful_sources",
    "learning_curve",
    "question_answering",
    "serving_bad_requests",
    "serving_load",
)
#: Those that read published tables.
OF_TABLES = ("published_ranking", "recommended_sources", "seed_experience")
#: NumPy is not among them: any module may import it.
HEAVY = {"fastai", "openvino", "sklearn", "skimage", "timm", "torch", "torchvision"}
#: Runs a script as Python would, then says on standard error what it loaded.
WATCHED = """
import runpy, sys
before = set(sys.modules)
script = sys.argv[1]
sys.argv = [script, "--help"]
sys.path[0] = script.rpartition("/")[0]
try:
    runpy.run_path(script, run_name="__main__")
finally:
    print(*{name.partition(".")[0] for name in set(sys.modules) - before}, file=sys.stderr)
"""


def run_python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Isolated from where the tests run, and leaving no compiled files in the checkout."""
    return subprocess.run(
        [sys.executable, "-B", *arguments], capture_output=True, text=True, cwd=folder
    )


def test_there_are_scripts() -> None:
    names = {path.relative_to(BENCHMARKS).as_posix() for path in SCRIPTS}
    assert {"main_job.py", "start_up.py", "peers/fastai_fine_tune.py"} <= names
    assert {f"{name}.py" for name in OF_TRAINING} <= names
    assert {f"{name}.py" for name in OF_TABLES} <= names
    assert "peers/fastai_full.py" in names
    assert {"interval_coverage.py", "harmful_sources.py"} <= names


@pytest.mark.parametrize("path", sorted(BENCHMARKS.rglob("*.py")), ids=lambda path: path.name)
def test_parses_and_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_help_loads_nothing_heavy(script: Path, tmp_path: Path) -> None:
    done = run_python("-c", WATCHED, str(script), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: {script.name}")
    assert set(done.stderr.split()) & HEAVY == set()
    assert "argparse" in done.stderr.split()


def test_main_job_asks_for_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADSTART_DATA", raising=False)
    done = run_python(str(BENCHMARKS / "main_job.py"), folder=tmp_path)
    assert done.returncode == 1
    assert "--data, or HEADSTART_DATA" in done.stderr


def test_the_zoo_asks_for_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADSTART_DATA", raising=False)
    script = str(BENCHMARKS / "zoo.py")
    done = run_python(script, "--out", str(tmp_path / "zoo"), folder=tmp_path)
    assert done.returncode == 1
    assert "digits/, faces/ and the others: --data, or HEADSTART_DATA" in done.stderr


def test_main_job_names_the_folder_that_is_missing(tmp_path: Path) -> None:
    script = str(BENCHMARKS / "main_job.py")
    done = run_python(script, "--data", str(tmp_path), folder=tmp_path)
    assert done.returncode == 1
    assert str(Path("ants_bees") / "train") in done.stderr


@pytest.mark.parametrize("name", NEED_DATA)
def test_benchmarks_of_training_ask_for_their_data(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADSTART_DATA", raising=False)
    done = run_python(str(BENCHMARKS / f"{name}.py"), folder=tmp_path)
    assert done.returncode == 1
    assert "--data, or HEADSTART_DATA" in done.stderr


@pytest.mark.parametrize("name", OF_TABLES)
def test_benchmarks_of_tables_ask_for_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADSTART_DATA", raising=False)
    script = str(BENCHMARKS / f"{name}.py")
    done = run_python(script, folder=tmp_path)
    assert done.returncode == 1
    assert "--tables, or HEADSTART_DATA" in done.stderr
    done = run_python(script, "--tables", str(tmp_path / "none"), folder=tmp_path)
    assert done.returncode == 1
    assert "there is no folder" in done.stderr
