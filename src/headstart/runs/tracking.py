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
from headstart.evaluation.several_targets import SeveralResult
from headstart.metrics.figure import Figure
from headstart.runs.loading import load
from headstart.runs.model import Model
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel

Run = Model | PlaceModel | SeveralModel

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
    model = load(folder)
    try:
        return TRACKERS[name](folder, model)
    except Exception as error:  # whatever a tracker's client and server raise
        raise RunError(
            f"The run is written to {str(folder)!r}, but {name} did not take it: {error} See that "
            "the tracker can be reached, then tell it again with the same command."
        ) from error


def _to_mlflow(folder: Path, model: Run) -> str:
    """Parameters, figures, the folder's report and evidence, and the model as a pyfunc."""
    import mlflow

    with _quiet(), _started(folder) as run:
        mlflow.log_params(parameters(model.result_))
        mlflow.log_metrics(dict(figures(model.result_)))
        mlflow.set_tags({"headstart.verdict": _verdict(model.result_)})
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


def parameters(result: Result | SeveralResult) -> dict[str, Any]:
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
        **_asked(result),
        "n_train": result.n_train,
        "n_test": result.n_test,
        "stages_trained": sum(one.get("mode") != "frozen" for one in stages),
        "stages": len(stages),
        **{f"training.{key}": value for key, value in training.items() if _is_short(value)},
    }


def _asked(result: Result | SeveralResult) -> dict[str, Any]:
    """How many classes there are; or of several targets their names, and what is answered how."""
    if isinstance(result, Result):
        return {"classes": len(result.classes)}
    told: dict[str, Any] = {
        "targets": ", ".join(one.name for one in result.targets),
        "grouping": result.grouping,
    }
    for name, one in zip(_target_names(result), result.targets, strict=True):
        told |= {f"{name}.task": one.result.task, f"{name}.served_by": one.served_by}
        told |= {f"{name}.n_train": one.result.n_train, f"{name}.n_test": one.result.n_test}
    return told


def _is_short(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str))


def _verdict(result: Result | SeveralResult) -> str:
    """On transfer; of several targets of each."""
    if isinstance(result, Result):
        return result.verdict or "none"
    return "; ".join(f"{one.name}: {one.result.verdict or 'none'}" for one in result.targets)


def figures(result: Result | SeveralResult) -> Iterator[tuple[str, float]]:
    """Every test figure with the ends of its interval, the baselines', and the seconds.

    Of several targets each has its name before it, and what sharing is worth.
    """
    if isinstance(result, Result):
        yield from _judged(result)
    else:
        yield from _of_targets(result)
    for step, seconds in result.seconds.items():
        yield f"seconds.{_plain(step)}", seconds


def _judged(result: Result) -> Iterator[tuple[str, float]]:
    for name, figure in result.test.items():
        yield from _with_ends(name, figure)
    for baseline in result.baselines:
        for name, figure in baseline.test.items():
            yield f"baseline.{_plain(baseline.name)}.{name}", figure.value
    if result.difference is not None:
        yield "difference", result.difference.value


def _of_targets(result: SeveralResult) -> Iterator[tuple[str, float]]:
    for target, one in zip(_target_names(result), result.targets, strict=True):
        yield from ((f"{target}.{name}", value) for name, value in _judged(one.result))
        for name, sharing in (("sharing", one.sharing), ("grouped", one.grouped)):
            if sharing is not None and sharing.difference is not None:
                yield from _with_ends(f"{target}.{name}", sharing.difference)
    if result.cost is not None:
        yield "cost", result.cost
    for network, seconds in result.training_seconds.items():
        yield f"training_seconds.{_plain(network)}", seconds


def _with_ends(name: str, figure: Figure) -> Iterator[tuple[str, float]]:
    yield name, figure.value
    yield f"{name}_low", figure.low
    yield f"{name}_high", figure.high


def _target_names(result: SeveralResult) -> list[str]:
    """As MLflow takes them; those that are alike then are numbered, so that none is lost."""
    names = [_plain(one.name) for one in result.targets]
    return [
        name if names.count(name) == 1 else f"{name} {place}"
        for place, name in enumerate(names, start=1)
    ]


def _plain(name: str) -> str:
    """A name as MLflow takes it: letters, digits and a few signs."""
    return "".join(sign if sign.isalnum() or sign in "_-. " else " " for sign in name)


#: By name.
TRACKERS: Mapping[str, Callable[[Path, Run], str]] = {"mlflow": _to_mlflow}
