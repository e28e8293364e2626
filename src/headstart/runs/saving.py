"""Writing a run folder: whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart import __version__
from headstart.activations.classical import CLASSICAL_SOURCE, ClassicalEncoder
from headstart.activations.conversion import FACTS, NETWORK
from headstart.activations.converted import ConvertedBackbone
from headstart.activations.ngrams import OUTPUTS, ngram_facts
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.backbones.source import TOKENIZER
from headstart.errors import RunError
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.plan import Plan
from headstart.runs.kept_samples import HARDEST, TRAINING, write_kept_samples
from headstart.runs.manifest import is_run, write_manifest
from headstart.runs.model import Model
from headstart.runs.model_card import MODEL_CARD, model_card
from headstart.runs.predictions_file import to_csv

if TYPE_CHECKING:
    from headstart.runs.answerer import Answerer

HEAD = "model.safetensors"
RESULT = "result.json"
EVIDENCE = "evidence.json"
PREDICTIONS = "predictions.csv"
BACKBONE = "backbone"
REPORT = "report.html"
_LIBRARIES = ("numpy", "openvino", "scikit-image", "scikit-learn", "torch", "timm", "torchvision")


def check_place(folder: Path) -> None:
    """Refuse to write over something that is not a run, or where no folder can stand.

    Raises
    ------
    RunError
        If ``folder`` is a file, a folder with other things in it, or inside of a file.
    """
    try:
        if folder.is_dir() and (is_run(folder) or not any(folder.iterdir())):
            return
        taken = folder.exists() or folder.is_symlink()
    except OSError as error:
        raise cannot_write(folder, error) from error
    if taken:
        raise RunError(
            f"{str(folder)!r} exists and is not a run, so it is not written over. Give another "
            "folder, or remove it first."
        )
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir():
        raise RunError(
            f"The run cannot be written to {str(folder)!r}, because {str(above)!r} is not a "
            "folder. Give another folder."
        )


def cannot_write(folder: Path, error: OSError) -> RunError:
    """The error for a folder that the system refuses, or that has no room."""
    return RunError(
        f"The run cannot be written to {str(folder)!r}: {error.strerror or error}. Free some room "
        "or give another folder."
    )


def save(model: Model | Answerer, folder: Path, extra: Mapping[str, bytes] | None = None) -> Path:
    """Write everything that predicting and reporting need into ``folder``.

    A run that stands there is replaced once the new one is complete.

    Parameters
    ----------
    model : Model or Answerer
        What was fitted.
    folder : Path
        Where the run shall stand.
    extra : mapping of str to bytes
        Further files, such as the report.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    RunError
        If something else stands there, or it cannot be written; what stood there is left as it was.
    """
    check_place(folder)
    whole_name = folder.resolve()  # "." has no name; a link is followed rather than replaced
    try:
        write_folder_atomically(whole_name, lambda place: _fill(place, model, extra or {}))
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _fill(place: Path, model: Model | Answerer, extra: Mapping[str, bytes]) -> None:
    from safetensors.numpy import save as to_safetensors

    if model.backbone is not None:
        copy_backbone(model.backbone, place / BACKBONE)
    source = None if model.backbone is None else model.backbone.source
    card = model_card(model.result_, model.plan, source)
    contents = {
        MODEL_CARD: card.encode("utf-8", "backslashreplace"),
        HEAD: to_safetensors(model.head.to_arrays()),
        RESULT: to_json(model.result_.to_dict()),
        EVIDENCE: to_json(model.evidence.to_dict()),
        PREDICTIONS: to_csv(model.predictions, model.task.table),
        **extra,
    }
    for name, content in contents.items():
        write_atomically(place / name, content)
    if isinstance(model, Model):
        for kind, kept in ((TRAINING, model.kept_samples), (HARDEST, model.kept_tests)):
            if kept is not None:
                write_kept_samples(kept, place, kind)
    write_manifest(place, _facts(model))


def copy_backbone(backbone: ConvertedBackbone, place: Path) -> None:
    """Copy everything that the network of a run consists of into the new folder ``place``.

    Raises
    ------
    RunError
        If it is gone.
    """
    if not backbone.model_path.is_file():
        raise RunError(
            f"The network of this model is gone from {str(backbone.folder)!r}: the cache was "
            "cleared since. Fit again, then save."
        )
    place.mkdir()
    for name in (MODEL, WEIGHTS, FACTS, NETWORK, TOKENIZER):
        if name not in (NETWORK, TOKENIZER) or (backbone.folder / name).is_file():
            shutil.copyfile(backbone.folder / name, place / name)


def _facts(model: Model | Answerer) -> dict[str, Any]:
    return {
        "task": model.task.name,
        "modality": model.result_.modality,
        **model.task.to_manifest(),
        "plan": model.plan.to_dict(),
        "precision": model.precision,
        "source": None if model.backbone is None else model.backbone.source.to_dict(),
        "features": features_of(model.plan),
        "versions": versions(),
    }


def features_of(plan: Plan) -> dict[str, Any] | None:
    """How the classical features are computed that a plan reads; None for any other plan."""
    if plan.source != CLASSICAL_SOURCE:
        return None
    counts = {stage.name for stage in plan.stages} == set(OUTPUTS)
    return ngram_facts() if counts else ClassicalEncoder().key.to_dict()


def versions() -> dict[str, str]:
    """Of headstart and the libraries that are there: a run can be saved where there is no torch."""
    found = {"headstart": __version__}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
