"""The run folder of a model with several targets: written whole, and opened after a check."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from headstart.activations.conversion import FACTS
from headstart.activations.converted import read_converted
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.errors import RunError
from headstart.evaluation.several_targets import SEVERAL_TARGETS, SeveralResult
from headstart.evidence import Evidence
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.plan import Plan
from headstart.runs.loading import not_understood, refuse_missing
from headstart.runs.manifest import write_manifest
from headstart.runs.model import Model
from headstart.runs.model_card import MODEL_CARD
from headstart.runs.saving import (
    BACKBONE,
    EVIDENCE,
    HEAD,
    PREDICTIONS,
    RESULT,
    cannot_write,
    check_place,
    copy_backbone,
    features_of,
    versions,
)
from headstart.runs.several_answers import answers_from_csv, answers_to_csv
from headstart.runs.several_card import several_card
from headstart.runs.several_targets import SeveralModel
from headstart.tasks.targets import kind_named
from headstart.training.linear_head import LinearHead


def save_several(model: SeveralModel, place: Path, extra: Mapping[str, bytes]) -> Path:
    """Write the run folder, whole or not at all.

    Parameters
    ----------
    model : SeveralModel
        What is written.
    place : Path
        The folder.
    extra : mapping of str to bytes
        Further files: the report.

    Raises
    ------
    RunError
        If something else stands there, or it cannot be written.
    """
    check_place(place)
    try:
        write_folder_atomically(place.resolve(), lambda new: _fill(new, model, extra))
    except OSError as error:
        raise cannot_write(place, error) from error
    return place


def _fill(place: Path, model: SeveralModel, extra: Mapping[str, bytes]) -> None:
    from safetensors.numpy import save as to_safetensors

    folders = _copy_backbones(model, place)
    arrays = {
        f"{number}.{name}": array
        for number, one in enumerate(model.models.values())
        for name, array in one.head.to_arrays().items()
    }
    evidence = {name: one.evidence.to_dict() for name, one in model.models.items()}
    networks = [one.backbone for one in model.models.values() if one.backbone is not None]
    card = several_card(model.result_, networks[0].source if networks else None)
    contents = {
        MODEL_CARD: card.encode("utf-8", "backslashreplace"),
        HEAD: to_safetensors(arrays),
        RESULT: to_json(model.result_.to_dict()),
        EVIDENCE: to_json(evidence),
        PREDICTIONS: answers_to_csv(model, model.predictions),
        **extra,
    }
    for name, content in contents.items():
        write_atomically(place / name, content)
    write_manifest(place, _facts(model, folders))


def _copy_backbones(model: SeveralModel, place: Path) -> dict[str, str | None]:
    """Each network once; the name of its folder by target. The first has the usual name."""
    folders: dict[str, str | None] = {}
    known: dict[Path, str] = {}
    for name, one in model.models.items():
        if one.backbone is None:
            folders[name] = None
            continue
        if one.backbone.folder not in known:
            called = BACKBONE if not known else f"{BACKBONE}-{len(known) + 1}"
            known[one.backbone.folder] = called
            copy_backbone(one.backbone, place / called)
        folders[name] = known[one.backbone.folder]
    return folders


def _facts(model: SeveralModel, folders: Mapping[str, str | None]) -> dict[str, Any]:
    networks = [one.backbone for one in model.models.values() if one.backbone is not None]
    targets = [
        {
            "name": name,
            "task": one.task.name,
            **one.task.to_manifest(),
            "plan": one.plan.to_dict(),
            "precision": one.precision,
            "backbone": folders[name],
            "features": features_of(one.plan),
        }
        for name, one in model.models.items()
    ]
    return {
        "task": SEVERAL_TARGETS,
        "modality": model.result_.modality,
        "targets": targets,
        "plan": dict(model.result_.plan),
        "source": networks[0].source.to_dict() if networks else None,
        "versions": versions(),
    }


def several_model(place: Path, manifest: Mapping[str, Any]) -> SeveralModel:
    """The model of a run with several targets, ready to predict.

    Raises
    ------
    RunError
        If a file is missing or makes no sense.
    """
    try:
        _check_complete(place, manifest)
        return _model(place, manifest)
    except RunError:
        raise
    except Exception as error:  # whatever stands in files that the manifest vouches for
        raise not_understood(place, error) from error


def _check_complete(place: Path, manifest: Mapping[str, Any]) -> None:
    folders = {one["backbone"] for one in manifest["targets"]} - {None}
    needed = [HEAD, RESULT, EVIDENCE, PREDICTIONS]
    needed += [f"{folder}/{name}" for folder in folders for name in (MODEL, WEIGHTS, FACTS)]
    refuse_missing(place, manifest, needed)


def _model(place: Path, manifest: Mapping[str, Any]) -> SeveralModel:
    from safetensors.numpy import load as from_safetensors

    result = SeveralResult.from_dict(json.loads((place / RESULT).read_bytes()))
    evidence = json.loads((place / EVIDENCE).read_bytes())
    heads = _heads(from_safetensors((place / HEAD).read_bytes()), len(manifest["targets"]))
    folders = {facts["backbone"] for facts in manifest["targets"]} - {None}
    backbones = {folder: read_converted(place / folder) for folder in folders}
    models = {}
    for facts, head in zip(manifest["targets"], heads, strict=True):
        name, folder = facts["name"], facts["backbone"]
        task = kind_named(facts["task"], name).from_manifest(facts)
        if head.weights.shape != (len(head.mean), task.n_outputs):
            raise RunError(f"a head of shape {head.weights.shape} for {task.n_outputs} outputs")
        models[name] = Model(
            task=task,
            plan=Plan.from_dict(facts["plan"]),
            head=head,
            result_=result.of(name).result,
            evidence=Evidence.from_dict(evidence[name]),
            backbone=None if folder is None else backbones[folder],
            precision=facts["precision"],
        )
    model = SeveralModel(models, result)
    rows = answers_from_csv(model, (place / PREDICTIONS).read_bytes())
    return replace(model, predictions=tuple(rows))


def _heads(arrays: Mapping[str, NDArray[Any]], count: int) -> Iterator[LinearHead]:
    """Each target's head, from arrays whose names begin with its number."""
    for number in range(count):
        prefix = f"{number}."
        own = {
            name.removeprefix(prefix): one
            for name, one in arrays.items()
            if name.startswith(prefix)
        }
        yield LinearHead.from_arrays(own)
