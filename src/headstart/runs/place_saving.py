"""The run folder of a model that says where something is: written and opened."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.activations.conversion import FACTS, NETWORK
from headstart.activations.converted_places import ConvertedPlaces, read_converted_places
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.errors import RunError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.plan import Plan
from headstart.runs.kept_outcomes import (
    KEPT_OUTCOMES,
    outcomes_from_bytes,
    outcomes_to_bytes,
)
from headstart.runs.kept_places import KEPT_PLACES, kept_from_json, kept_to_json
from headstart.runs.loading import not_understood
from headstart.runs.manifest import read_manifest, write_manifest
from headstart.runs.model_card import MODEL_CARD, model_card
from headstart.runs.place_model import PlaceModel, PlacePrediction
from headstart.runs.saving import (
    EVIDENCE,
    PREDICTIONS,
    RESULT,
    cannot_write,
    check_place,
    versions,
)
from headstart.tasks.place_task import PlaceTable
from headstart.tasks.prediction_table import ESCAPED
from headstart.tasks.registry import PLACE_TASKS

#: Where the network stands in a run.
PLACES = "network"
_NETWORK_FILES = (MODEL, WEIGHTS, FACTS, NETWORK)


def save_places(model: PlaceModel, folder: Path, extra: Mapping[str, bytes] | None = None) -> Path:
    """Write everything that predicting and reporting need into ``folder``.

    Parameters, result and errors are those of :func:`headstart.runs.saving.save`.
    """
    check_place(folder)
    try:
        write_folder_atomically(folder.resolve(), lambda place: _fill(place, model, extra or {}))
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _fill(place: Path, model: PlaceModel, extra: Mapping[str, bytes]) -> None:
    _copy_network(model.network, place / PLACES)
    card = model_card(model.result_, model.plan, model.network.source)
    contents = {
        MODEL_CARD: card.encode("utf-8", "backslashreplace"),
        RESULT: to_json(model.result_.to_dict()),
        EVIDENCE: to_json(model.evidence.to_dict()),
        PREDICTIONS: rows_to_csv(model.predictions, model.task.table),
        **extra,
    }
    if model.kept is not None:
        contents[KEPT_PLACES] = kept_to_json(model.kept, model.task.class_names)
    if model.outcomes is not None:
        contents[KEPT_OUTCOMES] = outcomes_to_bytes(model.outcomes)
    for name, content in contents.items():
        write_atomically(place / name, content)
    write_manifest(place, _facts(model))


def _copy_network(network: ConvertedPlaces, place: Path) -> None:
    if not network.model_path.is_file():
        raise RunError(
            f"The network of this model is gone from {str(network.folder)!r}: the cache was "
            "cleared since. Fit again, then save."
        )
    place.mkdir()
    for name in _NETWORK_FILES:
        shutil.copyfile(network.folder / name, place / name)


def _facts(model: PlaceModel) -> dict[str, Any]:
    return {
        "task": model.task.name,
        "modality": model.result_.modality,
        **model.task.to_manifest(),
        "plan": model.plan.to_dict(),
        "precision": model.precision,
        "threshold": model.threshold,
        "source": model.network.source.to_dict(),
        "versions": versions(),
    }


def rows_to_csv(predictions: Sequence[PlacePrediction], table: PlaceTable) -> bytes:
    """UTF-8 text of as many rows a picture as its answer takes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for prediction in predictions:
        for row in table.rows(prediction):
            writer.writerow(["" if value is None else value for value in row])
    return text.getvalue().encode("utf-8", ESCAPED)


def rows_from_csv(content: bytes, table: PlaceTable) -> list[PlacePrediction]:
    """Read what :func:`rows_to_csv` wrote."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    return list(table.read(rows))


def load_places(folder: str | Path) -> PlaceModel:
    """The model of a run, ready to predict. Neither torch nor scikit-learn is imported.

    Raises
    ------
    RunError
        If it is no run, one of another task, or a file is missing, cut short or changed.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest.get("task") not in PLACE_TASKS:
        raise RunError(
            f"The run {str(place)!r} is one of {manifest.get('task')}; accepted are runs of "
            f"{', '.join(PLACE_TASKS)}. Open it with headstart.load."
        )
    return place_model(place, manifest)


def place_model(place: Path, manifest: dict[str, Any]) -> PlaceModel:
    """The model of a run whose manifest was read and checked; see :func:`load_places`."""
    needed = [RESULT, EVIDENCE, PREDICTIONS, *(f"{PLACES}/{name}" for name in _NETWORK_FILES)]
    missing = [name for name in needed if name not in manifest["files"]]
    if missing:
        raise RunError(
            f"The run {str(place)!r} has no file {missing[0]!r}. Copy the whole run folder again, "
            "or make it again with 'headstart fit'."
        )
    try:
        return _model(place, manifest)
    except Exception as error:  # whatever stands in files that the manifest vouches for
        raise not_understood(place, error) from error


def _model(place: Path, manifest: dict[str, Any]) -> PlaceModel:
    task = PLACE_TASKS[manifest["task"]].from_manifest(manifest)
    network = read_converted_places(place / PLACES)
    expected = task.output_shapes(network.strides, network.canvas)
    if network.shapes != expected:
        raise RunError(f"outputs of shapes {network.shapes} where {task.name} has {expected}")
    kept, outcomes = (
        (place / name).read_bytes() if name in manifest["files"] else None
        for name in (KEPT_PLACES, KEPT_OUTCOMES)
    )
    return PlaceModel(
        task=task,
        plan=Plan.from_dict(manifest["plan"]),
        network=network,
        result_=Result.from_dict(json.loads((place / RESULT).read_bytes())),
        evidence=Evidence.from_dict(json.loads((place / EVIDENCE).read_bytes())),
        precision=manifest["precision"],
        threshold=float(manifest["threshold"]),
        predictions=tuple(rows_from_csv((place / PREDICTIONS).read_bytes(), task.table)),
        kept=None if kept is None else kept_from_json(kept),
        outcomes=None if outcomes is None else outcomes_from_bytes(outcomes, task),
    )
