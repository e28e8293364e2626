"""Runs with several targets beside each other, target by target, or beside runs of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headstart.errors import InputError
from headstart.evaluation.several_targets import SEVERAL_TARGETS
from headstart.report.run_comparison import answered_by_both, check_count, compare_runs, unlike
from headstart.report.wording import listed
from headstart.runs.model import Model
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel

Run = Model | PlaceModel | SeveralModel


def compare_any(runs: Mapping[str, Run]) -> dict[str, Any]:
    """:func:`compare_targets` where a run has several targets, else :func:`compare_runs`."""
    one_target = {name: one for name, one in runs.items() if not isinstance(one, SeveralModel)}
    return compare_runs(one_target) if len(one_target) == len(runs) else compare_targets(runs)


def compare_targets(runs: Mapping[str, Run]) -> dict[str, Any]:
    """For each target that two runs have: figures, and the difference on the samples they share.

    A run with one target takes part for the target that its column of labels is called; where that
    is not known, for the only one of the same kind and classes whose right answers are the same on
    the test samples that both have.

    Parameters
    ----------
    runs : mapping of str to Model or SeveralModel
        At least two, by name; one of them at least has several targets.

    Returns
    -------
    dict
        ``task``; ``targets``: a list of what :func:`~headstart.report.run_comparison.compare_runs`
        gives, each with ``target``, ``lacking`` (names of the runs without it) and ``known_by``
        (name of a run with one target to ``"column"`` or ``"answers"``); ``left_out``: a list of
        ``{"target", "runs", "reason"}``.

    Raises
    ------
    InputError
        If no target can be compared, or it cannot be known which one a run is about.
    """
    check_count(runs)
    taking_part, known_by = _by_target(runs)
    blocks: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    for target, some in taking_part.items():
        reason = _reason(some)
        if reason is not None:
            left.append({"target": target, "runs": list(some), "reason": reason})
            continue
        lacking = [name for name in runs if name not in some]
        own = {name: known_by[name] for name in some if name in known_by}
        about = {"target": target, "lacking": lacking, "known_by": own}
        blocks.append({**about, **compare_runs(some)})
    _refuse_nothing(blocks, left)
    return {"task": SEVERAL_TARGETS, "targets": blocks, "left_out": left}


def _by_target(runs: Mapping[str, Run]) -> tuple[dict[str, dict[str, Model]], dict[str, str]]:
    """The models of each target by run, and how the target of a run with one was known."""
    found: dict[str, dict[str, Model]] = {target: {} for target in _targets(runs)}
    known_by: dict[str, str] = {}
    for name, run in runs.items():
        if isinstance(run, PlaceModel):
            raise InputError(
                f"The run {name!r} is one of {run.task.name}, which says where something is; "
                "another one has several targets, which are labels or numbers. Compare runs that "
                "answer the same question."
            )
        if isinstance(run, Model):
            target, known_by[name] = _target_of(name, run, runs)
            found[target][name] = run
            continue
        for target in run.targets:
            found[target][name] = run.alone(target)
    return found, known_by


def _targets(runs: Mapping[str, Run]) -> list[str]:
    """Of all runs with several, each once, in their order."""
    several = [run for run in runs.values() if isinstance(run, SeveralModel)]
    return list(dict.fromkeys(target for run in several for target in run.targets))


def _reason(some: Mapping[str, Model]) -> str | None:
    """Why the runs that have a target cannot be compared by it."""
    if len(some) < 2:
        return f"Only {listed(list(some))} has it."
    return unlike(some)


def _refuse_nothing(blocks: list[dict[str, Any]], left: list[dict[str, Any]]) -> None:
    if blocks:
        return
    told = " ".join(f"{one['target']!r}: {one['reason']}" for one in left)
    raise InputError(
        f"The runs share no target that can be compared. {told} Compare runs that were fitted on "
        "the same columns."
    )


def _target_of(name: str, model: Model, runs: Mapping[str, Run]) -> tuple[str, str]:
    """Which of the others' targets a run is about, and what tells that."""
    targets = _targets(runs)
    if model.result_.label_column in targets:
        return model.result_.label_column, "column"
    several = [run for run in runs.values() if isinstance(run, SeveralModel)]
    same = [
        target
        for target in targets
        if all(_alike(model, one.alone(target)) for one in several if target in one.targets)
    ]
    if len(same) == 1:
        return same[0], "answers"
    fits = (
        f"{listed([repr(one) for one in same])} have its classes and the same right answers"
        if same
        else "none has its classes and the same right answers on the test samples that they share"
    )
    raise InputError(
        f"The run {name!r} has one target, and which one is not known: of those of the others "
        f"({', '.join(map(repr, targets))}), {fits}. Fit it again from a table with --label-column "
        "NAME, or with --targets NAME; the name then tells."
    )


def _alike(model: Model, other: Model) -> bool:
    """Whether two models may be about the same: kind, classes and every right answer."""
    same = unlike({"one": model, "other": other}) is None
    return same and all(one.label == two.label for one, two in answered_by_both(model, other))
