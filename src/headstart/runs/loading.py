"""Opening a run folder, after checking that nothing in it was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.activations.conversion import FACTS
from headstart.activations.converted import read_converted
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.errors import RunError
from headstart.evaluation.result import Result
from headstart.evaluation.several_targets import SEVERAL_TARGETS
from headstart.evidence import Evidence
from headstart.plan import Plan
from headstart.runs.kept_samples import (
    HARDEST,
    TRAINING,
    KeptSamples,
    facts_file,
    read_kept_samples,
)
from headstart.runs.manifest import read_manifest
from headstart.runs.model import Model
from headstart.runs.own_source import refuse_own_source
from headstart.runs.predictions_file import from_csv
from headstart.runs.saving import BACKBONE, EVIDENCE, HEAD, PREDICTIONS, RESULT, features_of
from headstart.tasks.question_answering import QuestionAnsweringTask
from headstart.tasks.registry import PLACE_TASKS, task_named
from headstart.training.linear_head import LinearHead

if TYPE_CHECKING:
    from headstart.runs.place_model import PlaceModel
    from headstart.runs.several_targets import SeveralModel


def load(folder: str | Path) -> Model | PlaceModel | SeveralModel:
    """The model of a run, ready to predict. Neither torch nor scikit-learn is imported.

    Parameters
    ----------
    folder : str or Path
        What ``headstart fit --out`` or ``save`` wrote, wherever it was copied.

    Returns
    -------
    Model, PlaceModel or SeveralModel
        The second where the task is one of places: detection, localisation or segmentation; the
        third where the run has several targets: its ``predict`` gives an answer for each.

    Raises
    ------
    RunError
        If it is no run, one that learned without labels, or a file is missing, cut short or
        changed.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest.get("task") in PLACE_TASKS:
        from headstart.runs.place_saving import place_model

        return place_model(place, manifest)
    if manifest.get("task") == SEVERAL_TARGETS:
        from headstart.runs.several_saving import several_model

        return several_model(place, manifest)
    return _whole(place, manifest)


def load_answering_once(folder: str | Path, what: str) -> Model:
    """The model of a run that gives every sample one answer: a label or a number.

    Parameters
    ----------
    folder : str or Path
        As :func:`load` takes it.
    what : str
        Who asks for such a model, such as ``"headstart label-next"``.

    Raises
    ------
    RunError
        As :func:`load`, and if the model says where something is, or several things of a sample.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    task = manifest.get("task")
    answers = "several for each sample" if task == SEVERAL_TARGETS else "places in a picture"
    if task == SEVERAL_TARGETS or task in PLACE_TASKS:
        raise RunError(
            f"The run {str(place)!r} is one of {task}: its answers are {answers}. {what} accepts "
            "runs whose answer is a label or a number. What this run can do: headstart predict, "
            "report, export and serve."
        )
    return _whole(place, manifest)


def _whole(place: Path, manifest: dict[str, Any]) -> Model:
    refuse_own_source(place, manifest)
    _refuse_answers(place, manifest)
    check_complete(place, manifest)
    try:
        return _model(place, manifest)
    except Exception as error:  # whatever stands in files that the manifest vouches for
        raise not_understood(place, error) from error


def not_understood(place: Path, error: Exception) -> RunError:
    """The error for files that are whole and make no sense."""
    reason = str(error).rstrip(".") or type(error).__name__
    return RunError(
        f"The run {str(place)!r} cannot be understood: {reason}. It may come from another version "
        "of headstart; make it again with 'headstart fit'."
    )


def _refuse_answers(place: Path, manifest: Mapping[str, Any]) -> None:
    """What answers questions takes them with their contexts, and is opened by its own kind."""
    if manifest.get("task") == QuestionAnsweringTask.name:
        raise RunError(
            f"The run {str(place)!r} is one of {QuestionAnsweringTask.name}, which takes questions "
            "with their contexts. Open it with headstart.QuestionAnswerer.load."
        )


def check_complete(place: Path, manifest: dict[str, Any]) -> None:
    """Nothing is read that the manifest does not vouch for."""
    needed = [HEAD, RESULT, EVIDENCE, PREDICTIONS]
    if manifest.get("source") is not None:
        needed += [f"{BACKBONE}/{name}" for name in (MODEL, WEIGHTS, FACTS)]
    refuse_missing(place, manifest, needed)


def refuse_missing(place: Path, manifest: Mapping[str, Any], needed: Sequence[str]) -> None:
    """Refuse a run of which a file is not vouched for.

    Raises
    ------
    RunError
        Naming the first.
    """
    missing = [name for name in needed if name not in manifest["files"]]
    if missing:
        raise RunError(
            f"The run {str(place)!r} has no file {missing[0]!r}. Copy the whole run folder again, "
            "or make it again with 'headstart fit'."
        )


def _model(place: Path, manifest: dict[str, Any]) -> Model:
    from safetensors.numpy import load as from_safetensors

    backbone = None if manifest["source"] is None else read_converted(place / BACKBONE)
    task = task_named(manifest["task"]).from_manifest(manifest)
    head = LinearHead.from_arrays(from_safetensors((place / HEAD).read_bytes()))
    if head.weights.shape != (len(head.mean), task.n_outputs):
        raise RunError(f"a head of shape {head.weights.shape} for {task.n_outputs} outputs")
    plan = Plan.from_dict(manifest["plan"])
    _check_features(plan, manifest)
    return Model(
        task=task,
        plan=plan,
        head=head,
        result_=Result.from_dict(json.loads((place / RESULT).read_bytes())),
        evidence=Evidence.from_dict(json.loads((place / EVIDENCE).read_bytes())),
        backbone=backbone,
        precision=manifest["precision"],
        predictions=tuple(from_csv((place / PREDICTIONS).read_bytes(), task.table)),
        kept_samples=_kept(place, manifest, TRAINING),
        kept_tests=_kept(place, manifest, HARDEST),
    )


def _kept(place: Path, manifest: dict[str, Any], kind: str) -> KeptSamples | None:
    """A run may have been told to keep none, and older ones have none."""
    return read_kept_samples(place, kind) if facts_file(kind) in manifest["files"] else None


def _check_features(plan: Plan, manifest: dict[str, Any]) -> None:
    """Classical features must be computed as they were when the head learned from them."""
    known, written = features_of(plan), manifest.get("features")
    if known is None:
        return
    for key in ("preprocessing", "outputs"):
        before = (written or {}).get(key)
        if json.dumps(before) != json.dumps(known[key]):
            raise RunError(f"its features are {before!r}, and this version computes {known[key]!r}")
