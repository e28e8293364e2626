"""What ``GET /model`` says: what is served, and how good it is."""

from __future__ import annotations

from typing import Any

from headstart.data.palette import colour_of
from headstart.data.tinting import hexadecimal, is_coloured
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel
from headstart.serve.service import Service


def description(service: Service) -> dict[str, Any]:
    """Plain data for JSON; ``targets`` is empty where there is one, ``classes`` where several."""
    model, limits = service.model, service.limits
    result = model.result_
    told = {
        "name": service.name,
        "task": result.task,
        "modality": result.modality,
        "n_train": result.n_train,
        "source": result.source,
        "explains": service.explainer is not None,
        "limits": {"body_bytes": limits.body_bytes, "samples": limits.samples},
        "classes": [],
        "verdict": None,
        "palette": [],
        "targets": [],
    }
    if isinstance(model, SeveralModel):
        return told | {"targets": _targets(model)}
    palette = _palette(model) if isinstance(model, PlaceModel) else []
    own = {"classes": model.task.class_names, "verdict": model.result_.verdict}
    return told | own | {"palette": palette}


def _targets(model: SeveralModel) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "task": one.result.task,
            "classes": model.models[one.name].task.class_names,
            "n_train": one.result.n_train,
            "verdict": one.result.verdict,
            "sharing": None if one.sharing is None else one.sharing.verdict,
            "served_by": one.served_by,
        }
        for one in model.result_.targets
    ]


def _palette(model: PlaceModel) -> list[str | None]:
    """Of the classes, as masks have them; None: one that is not shown."""
    names = model.classes_
    shown = [model.has_boxes or is_coloured(code, names) for code in range(len(names))]
    return [hexadecimal(colour_of(code)) if one else None for code, one in enumerate(shown)]
