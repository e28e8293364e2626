"""Telling a tracker of experiments about a run that has been written."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from headstart.errors import InputError, MissingDependencyError, RunError
from headstart.evaluation.result import Result
from headstart.runs.loading import load_one_target
from headstart.runs.model import Model
from headstart.runs.place_model import PlaceModel

EXPERIMENT = "headstart"
_BARS = "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"


def check_tracker(name: str) -> None:
    """Refuse a tracker that is not known or not installed, before anything is computed.

    Raises
    ------
    InputError
        If it is not known.
    MissingDependencyError
        If its library is not installed.
    """
    if name not in TRACKERS:
        raise InputError(
            f"The tracker {name!r} is not known; accepted: {', '.join(TRACKERS)}. Leave --track "
            "out to keep the run folder alone."
        )
    if find_spec(name) is None:
        raise MissingDependencyError(
            f"The tracker {name!r} needs the package {name}, which is not installed. Install it: "
            f"pip install 'headstart[{name}]'"
        )


def track(folder: Path, name: str) -> str:
    """Tell a tracker of the run in a folder.

    Parameters
    ----------
    folder : Path
        What ``fit`` wrote.
    name : str
        One of :data:`TRACKERS`.

    Returns
    -------
    str
        Where it can be found, in words.

    Raises
    ------
    RunError
        If the tracker cannot be reached or refuses.
    """
    check_tracker(name)
    model = load_one_target(folder, f"The tracker {name}")
    try:
        return TRACKERS[name](folder, model)
    except Exception as error:  # whatever a tracker's client and server raise
        raise RunError(
            f"The run is written to {str(folder)!r}, but {name} did not take it: {error} See that "
            "the tracker can be reached, then tell it again with the same command."
        ) from error


def _to_mlflow(folder: Path, model: Model | PlaceModel) -> str:
    """Parameters, figures, the folder's report and evidence, and the model as a pyfunc."""
    import mlflow

    with _quiet(), _started(folder) as run:
        mlflow.log_params(parameters(model.result_))
        mlflow.log_metrics(dict(figures(model.result_)))
        mlflow.set_tags({"headstart.verdict": model.result_.verdict or "none"})
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix in (".html", ".json", ".csv", ".md"):
                mlflow.log_artifact(str(path))
        code = Path(__file__).with_name("mlflow_model.py")
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(code),
            artifacts={"run": str(folder)},
            pip_requirements=["headstart"],
        )
    place = mlflow.get_tracking_uri()
    return f"MLflow run {run.info.run_id} in experiment {EXPERIMENT!r} at {place}"


@contextmanager
def _started(folder: Path) -> Iterator[Any]:
    import mlflow

    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=folder.resolve().name) as run:
        yield run


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow and what it uses from showing bars, advice and the making of its tables."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [one.level for one in loggers]
    bars = os.environ.get(_BARS)
    os.environ[_BARS] = "false"
    try:
        for one in loggers:
            one.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
        if bars is None:
            del os.environ[_BARS]
        else:
            os.environ[_BARS] = bars


def parameters(result: Result) -> dict[str, Any]:
    """What the run was made of, a value a name.

    Examples
    --------
    >>> result = Result("classification", "text", ("a", "b"), 20, 8, "bundled/x", {}, {}, ())
    >>> parameters(result)["n_train"], parameters(result)["classes"]
    (20, 2)
    """
    plan: Mapping[str, Any] = result.plan
    training = plan.get("training") or {}
    stages = plan.get("stages") or ()
    return {
        "task": result.task,
        "modality": result.modality,
        "source": result.source,
        "classes": len(result.classes),
        "n_train": result.n_train,
        "n_test": result.n_test,
        "stages_trained": sum(one.get("mode") != "frozen" for one in stages),
        "stages": len(stages),
        **{f"training.{key}": value for key, value in training.items() if _is_short(value)},
    }


def _is_short(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str))


def figures(result: Result) -> Iterator[tuple[str, float]]:
    """Every test figure with the ends of its interval, the baselines', and the seconds."""
    for name, figure in result.test.items():
        yield name, figure.value
        yield f"{name}_low", figure.low
        yield f"{name}_high", figure.high
    for baseline in result.baselines:
        for name, figure in baseline.test.items():
            yield f"baseline.{_plain(baseline.name)}.{name}", figure.value
    if result.difference is not None:
        yield "difference", result.difference.value
    for step, seconds in result.seconds.items():
        yield f"seconds.{_plain(step)}", seconds


def _plain(name: str) -> str:
    """A name as MLflow takes it: letters, digits and a few signs."""
    return "".join(sign if sign.isalnum() or sign in "_-. " else " " for sign in name)


#: By name.
TRACKERS: Mapping[str, Callable[[Path, Model | PlaceModel], str]] = {"mlflow": _to_mlflow}
