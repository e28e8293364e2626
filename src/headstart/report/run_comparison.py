"""Several runs beside each other, on the test samples that they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from headstart.errors import InputError, RunError
from headstart.evaluation.verdict import verdict
from headstart.metrics.figure import Figure
from headstart.report.plan_words import plan_in_short
from headstart.report.printable import plain_data
from headstart.report.sayings import SAYINGS
from headstart.report.target_cells import MAIN
from headstart.runs.kept_outcomes import paired_difference
from headstart.runs.model import Model
from headstart.runs.place_model import PlaceModel
from headstart.tasks.prediction import Prediction
from headstart.tasks.registry import PLACE_TASKS

_SEED = 0
#: Words for the interval of a difference, by what it would be called of transfer.
_SAID = {
    "transfer helps": "better",
    "transfer hurts": "worse",
    "no measurable difference": "no measurable difference",
}


def compare_runs(runs: Mapping[str, Model | PlaceModel]) -> dict[str, Any]:
    """Figures of each run, and of each the difference to the first on the same samples.

    Parameters
    ----------
    runs : mapping of str to Model or PlaceModel
        At least two, of one task, by name.

    Returns
    -------
    dict
        ``task``, ``metric``, ``first`` (a name) and ``runs`` (list of ``{"run", "source", "plan",
        "n_train", "n_test", "figures", "verdict", "seconds", "against_first"}``; the last is
        ``{"shared", "value", "low", "high", "said", "answered_otherwise"}``, or None for the first
        and where no test sample with the same right answer is shared). Above 0 a run is better than
        the first; ``answered_otherwise`` counts samples left out because their right answers
        differ, and is None for places, where that cannot be known.

    Raises
    ------
    InputError
        If there are fewer than two, or they are of different tasks or classes.
    RunError
        If one of places was written before what comparing needs was kept.
    """
    check_count(runs)
    reason = unlike(runs)
    if reason is not None:
        raise InputError(reason)
    _check_outcomes(runs)
    first_name, first = next(iter(runs.items()))
    rows = [
        {
            "run": name,
            "source": model.result_.source,
            "plan": plan_in_short(model.result_.plan) or "probe",
            "n_train": model.result_.n_train,
            "n_test": model.result_.n_test,
            "figures": {key: asdict(one) for key, one in model.result_.test.items()},
            "verdict": model.result_.verdict,
            "seconds": sum(model.result_.seconds.values()),
            "against_first": None if model is first else _against(first, model),
        }
        for name, model in runs.items()
    ]
    task = first.task.name
    metric = MAIN[task] if task in MAIN else SAYINGS[task].metric
    compared = {"task": task, "metric": metric, "first": first_name, "runs": rows}
    plain: dict[str, Any] = plain_data(compared)
    return plain


def check_count(runs: Mapping[str, object]) -> None:
    """Refuse fewer than two.

    Raises
    ------
    InputError
        With what to do.
    """
    if len(runs) < 2:
        raise InputError(
            f"{len(runs)} run is given; accepted: two or more different ones. Name another run "
            "beside it: headstart compare RUN RUN"
        )


def unlike(runs: Mapping[str, Model | PlaceModel]) -> str | None:
    """Why runs answer different questions; None where they answer the same one."""
    tasks = {name: model.task.name for name, model in runs.items()}
    if len(set(tasks.values())) > 1:
        told = ", ".join(f"{name} is one of {task}" for name, task in tasks.items())
        return f"The runs are of different tasks: {told}. Compare runs of one task."
    classes = {name: _classes(model) for name, model in runs.items()}
    (first, known), *others = classes.items()
    for name, own in others:
        if own != known:
            return (
                f"The runs {first!r} and {name!r} have different classes: {', '.join(known)}; and "
                f"{', '.join(own)}. Compare runs that were fitted on the same classes."
            )
    return None


def _check_outcomes(runs: Mapping[str, Model | PlaceModel]) -> None:
    for name, model in runs.items():
        if isinstance(model, PlaceModel) and model.outcomes is None:
            raise RunError(
                f"The run {name!r} was written by an earlier version of headstart, which did not "
                "keep what came of each test picture. Make it again with 'headstart fit', then "
                "compare."
            )


def _classes(model: Model | PlaceModel) -> list[str]:
    """Sorted, but for pixels: there their numbers count."""
    names = list(model.task.class_names)
    return names if isinstance(model, PlaceModel) else sorted(names)


def _against(first: Model | PlaceModel, other: Model | PlaceModel) -> dict[str, Any] | None:
    """How much better the other one is on what both were tested on."""
    found = _paired(first, other)
    if found is None:
        return None
    shared, figure = found
    told = {"shared": shared, **asdict(figure), "said": _SAID[verdict(figure)]}
    return told | {"answered_otherwise": _answered_otherwise(first, other)}


def _answered_otherwise(first: Model | PlaceModel, other: Model | PlaceModel) -> int | None:
    """Shared test samples whose right answer is another in either; None: that cannot be known."""
    if isinstance(first, PlaceModel) or isinstance(other, PlaceModel):
        return None
    return sum(one.label != two.label for one, two in answered_by_both(first, other))


def _paired(first: Any, other: Any) -> tuple[int, Figure] | None:
    if first.task.name in PLACE_TASKS:
        return paired_difference(other.outcomes, first.outcomes, _SEED)
    return _paired_answers(first, other)


def _paired_answers(first: Model, other: Model) -> tuple[int, Figure] | None:
    """Of labels and numbers, as the tables of predictions hold them."""
    shared = [pair for pair in answered_by_both(first, other) if pair[0].label == pair[1].label]
    if not shared:
        return None
    firsts, others = zip(*shared, strict=True)
    targets, outputs = first.task.recalled(firsts)
    rivals = first.task.recalled(others)[1]
    return len(shared), first.task.difference(targets, rivals, outputs, _SEED)


def answered_by_both(first: Model, other: Model) -> list[tuple[Prediction, Prediction]]:
    """What two models say of the test samples that they share, by the names of those."""
    theirs = _by_sample(other.predictions)
    own = _by_sample(first.predictions)
    return [(one, theirs[key]) for key, one in own.items() if key in theirs]


def _by_sample(predictions: Iterable[Prediction]) -> dict[tuple[str, int], Prediction]:
    """By name, and by how often that name came before: rows of two tables may be called alike."""
    found: dict[tuple[str, int], Prediction] = {}
    seen: dict[str, int] = {}
    for one in predictions:
        if one.label is None:
            continue
        seen[one.input] = seen.get(one.input, 0) + 1
        found[one.input, seen[one.input]] = one
    return found
