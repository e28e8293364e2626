"""Opening a run folder, after checking that nothing in it was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from headstart.activations.converted import read_converted
from headstart.errors import HeadstartError, RunError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.plan import Plan
from headstart.runs.manifest import read_manifest
from headstart.runs.model import Model
from headstart.runs.predictions_file import from_csv
from headstart.runs.saving import BACKBONE, EVIDENCE, HEAD, PREDICTIONS, RESULT
from headstart.tasks.classification import ClassificationTask
from headstart.training.linear_head import LinearHead


def load(folder: str | Path) -> Model:
    """The model of a run, ready to predict. Neither torch nor scikit-learn is imported.

    Parameters
    ----------
    folder : str or Path
        What ``headstart fit --out`` or ``save`` wrote, wherever it was copied.

    Raises
    ------
    RunError
        If it is no run, or a file is missing, cut short or changed.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    try:
        return _model(place, manifest)
    except (OSError, ValueError, KeyError, TypeError, HeadstartError) as error:
        raise RunError(
            f"The run {str(place)!r} cannot be understood: {error}. It may come from another "
            "version of headstart; make it again with 'headstart fit'."
        ) from error


def _model(place: Path, manifest: dict[str, Any]) -> Model:
    from safetensors.numpy import load as from_safetensors

    backbone = None if manifest["source"] is None else read_converted(place / BACKBONE)
    return Model(
        task=ClassificationTask(np.array(manifest["classes"])),
        plan=Plan.from_dict(manifest["plan"]),
        head=LinearHead.from_arrays(from_safetensors((place / HEAD).read_bytes())),
        result_=Result.from_dict(json.loads((place / RESULT).read_bytes())),
        evidence=Evidence.from_dict(json.loads((place / EVIDENCE).read_bytes())),
        backbone=backbone,
        precision=manifest["precision"],
        predictions=tuple(from_csv((place / PREDICTIONS).read_bytes())),
    )
