"""Writing a run folder: whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from headstart.activations.converted import FACTS, MODEL, WEIGHTS
from headstart.errors import RunError
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.runs.manifest import is_run, write_manifest
from headstart.runs.model import Model
from headstart.runs.predictions_file import to_csv

HEAD = "model.safetensors"
RESULT = "result.json"
EVIDENCE = "evidence.json"
PREDICTIONS = "predictions.csv"
BACKBONE = "backbone"
REPORT = "report.html"
_LIBRARIES = ("headstart", "numpy", "openvino", "scikit-learn", "torch", "timm", "torchvision")


def check_place(folder: Path) -> None:
    """Refuse to write over something that is not a run.

    Raises
    ------
    RunError
        If ``folder`` is a file, or a folder with other things in it.
    """
    if folder.is_dir() and (is_run(folder) or not any(folder.iterdir())):
        return
    if folder.exists() or folder.is_symlink():
        raise RunError(
            f"{str(folder)!r} exists and is not a run, so it is not written over. Give another "
            "folder, or remove it first."
        )


def save(model: Model, folder: Path, extra: Mapping[str, bytes] | None = None) -> Path:
    """Write everything that predicting and reporting need into ``folder``.

    A run that stands there is replaced once the new one is complete.

    Parameters
    ----------
    model : Model
        What was fitted.
    folder : Path
        Where the run shall stand.
    extra : mapping of str to bytes
        Further files, such as the report.

    Returns
    -------
    Path
        ``folder``.
    """
    check_place(folder)
    try:
        write_folder_atomically(folder, lambda place: _fill(place, model, extra or {}))
    except OSError as error:
        raise RunError(
            f"The run cannot be written to {str(folder)!r}: {error.strerror}. Free some room or "
            "give another folder."
        ) from error
    return folder


def _fill(place: Path, model: Model, extra: Mapping[str, bytes]) -> None:
    from safetensors.numpy import save as to_safetensors

    contents = {
        HEAD: to_safetensors(model.head.to_arrays()),
        RESULT: to_json(model.result_.to_dict()),
        EVIDENCE: to_json(model.evidence.to_dict()),
        PREDICTIONS: to_csv(model.predictions, model.task.class_names),
        **extra,
    }
    for name, content in contents.items():
        write_atomically(place / name, content)
    if model.backbone is not None:
        (place / BACKBONE).mkdir()
        for name in (MODEL, WEIGHTS, FACTS):
            shutil.copyfile(model.backbone.folder / name, place / BACKBONE / name)
    write_manifest(place, _facts(model))


def _facts(model: Model) -> dict[str, Any]:
    return {
        "task": model.task.name,
        "modality": model.result_.modality,
        "classes": model.classes_.tolist(),
        "plan": model.plan.to_dict(),
        "precision": model.precision,
        "source": None if model.backbone is None else model.backbone.source.to_dict(),
        "versions": {name: version(name) for name in _LIBRARIES},
    }
