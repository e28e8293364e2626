"""What a user waits for before anything happens: ``import headstart`` and ``headstart predict``.

Claims: the import takes 0.2 s at most and loads no heavy library; predicting one picture takes 2 s
at most as a whole process, and torch is not imported.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from figures import Row, none_row, seconds_row
from machine import json_argument, report
from others import Others
from processes import headstart_command, keep_to_cores, run_timed

IMPORT_SECONDS = 0.2
PREDICT_SECONDS = 2.0
#: What ``headstart predict`` must leave alone, and ``import headstart`` with all the others.
TORCH = ("torch", "torchvision", "timm")
HEAVY = (
    *TORCH,
    "numpy",
    "scipy",
    "sklearn",
    "skimage",
    "openvino",
    "polars",
    "pandas",
    "PIL",
    "rich",
    "typer",
    "jinja2",
    "matplotlib",
)
#: Runs what ``headstart`` runs, then says in a last line which modules were loaded.
WATCHED_COMMAND = """
import json, sys
from headstart.cli import main
try:
    main()
except SystemExit as ended:
    status = ended.code
else:
    status = 0
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(status)
"""


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    others = Others()
    with tempfile.TemporaryDirectory(prefix="headstart-start-up-") as folder:
        run, picture = options.run, options.picture
        if run is None or picture is None:
            run, picture = fit_the_demo(Path(folder))
        # Predicting has an empty cache too: nothing of the fit but its run folder helps it.
        os.environ["HEADSTART_CACHE"] = str(Path(folder) / "empty-cache")
        rows = [*import_rows(options.imports), *predict_rows(run, picture, options.predictions)]
    report("start_up", [*rows, *others.rows()], options.json)


def import_rows(repetitions: int) -> list[Row]:
    """The import with the interpreter that it needs, and that interpreter alone."""
    with_import = [_python("import headstart") for _ in range(repetitions)]
    bare = [_python("pass") for _ in range(repetitions)]
    code = "import headstart, sys, json; print(json.dumps(list(sys.modules)))"
    loaded = json.loads(run_timed([sys.executable, "-c", code]).stdout)
    return [
        seconds_row("import headstart, whole process", with_import, IMPORT_SECONDS),
        seconds_row("interpreter alone, whole process", bare),
        none_row("heavy libraries loaded by import headstart", among(HEAVY, loaded)),
    ]


def predict_rows(run: Path, picture: Path, repetitions: int) -> list[Row]:
    """The command as a user gives it; then once more, watched, for the modules that it loads."""
    arguments = ["predict", str(run), str(picture)]
    seconds = [run_timed([headstart_command(), *arguments]).seconds for _ in range(repetitions)]
    watched = run_timed([sys.executable, "-c", WATCHED_COMMAND, *arguments])
    loaded = json.loads(watched.stdout.splitlines()[-1])
    return [
        seconds_row("headstart predict, one picture, whole process", seconds, PREDICT_SECONDS),
        none_row("of torch, torchvision and timm loaded by predict", among(TORCH, loaded)),
    ]


def among(names: tuple[str, ...], loaded: list[str]) -> list[str]:
    return [name for name in names if name in loaded]


def fit_the_demo(folder: Path) -> tuple[Path, Path]:
    """A run and a picture it has not seen, from the photographs that come with scikit-image."""
    print("Fitting the demo, to have a run to predict with ...", file=sys.stderr)
    cache = {"HEADSTART_CACHE": str(folder / "cache")}
    run_timed([headstart_command(), "demo", str(folder / "demo"), "--json"], cache)
    pictures = sorted((folder / "demo" / "test").glob("*/*"))
    return folder / "demo" / "run", pictures[0]


def _python(code: str) -> float:
    return run_timed([sys.executable, "-c", code]).seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="run folder; without it the demo is fitted first")
    parser.add_argument("--picture", type=Path, help="picture to predict, with --run")
    parser.add_argument("--imports", type=int, default=10, help="repetitions (default 10)")
    parser.add_argument("--predictions", type=int, default=7, help="repetitions (default 7)")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "start_up")
    return parser


if __name__ == "__main__":
    main()
