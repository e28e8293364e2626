"""The report of a model, with what its run keeps to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.cli.place_report import place_contents
from headstart.data import open_image
from headstart.data.thumbnails import thumbnail
from headstart.errors import UnreadableInputError
from headstart.evaluation.hardest import hardest_predictions
from headstart.explanations import Explanation, explain
from headstart.report import Exhibits, render_html, report_contents
from headstart.report.exhibits import NEAREST_SHOWN
from headstart.runs import Model
from headstart.runs.kept_samples import KeptSamples, Nearest
from headstart.runs.place_model import PlaceModel

_SIDE = 160


def report_page(model: Model | PlaceModel, circumstances: Mapping[str, Any] | None = None) -> bytes:
    """One self-contained HTML file."""
    return render_html(contents_of(model, circumstances)).encode("utf-8", "backslashreplace")


def contents_of(
    model: Model | PlaceModel,
    circumstances: Mapping[str, Any] | None = None,
    explains: bool = False,
    curve: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page and the Markdown say.

    Parameters
    ----------
    model : Model or PlaceModel
        Fitted or loaded.
    circumstances : mapping or None
        How to do it again.
    explains : bool
        Whether to find out what counted for the hardest samples, which takes a while.
    curve : mapping or None
        What ``headstart curve --json`` told of the same data.

    Raises
    ------
    InputError
        If the model says where something is, and shall be explained; or the curve is no curve.
    """
    if isinstance(model, PlaceModel):
        return place_contents(model, circumstances, explains, curve)
    rows = [prediction.to_dict() for prediction in model.predictions]
    names = [str(row["input"]) for row in hardest_predictions(rows)]
    kept = model.kept_tests
    exhibits = Exhibits(
        _thumbnails(names) if model.result_.modality == "image" else {},
        _texts(kept),
        {} if kept is None or model.kept_samples is None else _nearest(kept, model.kept_samples),
        _explanations(model, names) if explains else {},
        model.kept_samples,
        curve,
    )
    return report_contents(model.result_, model.evidence, rows, exhibits, circumstances)


def _texts(kept: KeptSamples | None) -> dict[str, str]:
    if kept is None:
        return {}
    return {name: text for name, text in zip(kept.names, kept.texts, strict=False) if text}


def _nearest(kept: KeptSamples, training: KeptSamples) -> dict[str, list[Nearest]]:
    pairs = zip(kept.names, kept.vectors, strict=True)
    return {name: training.nearest(vector, NEAREST_SHOWN) for name, vector in pairs}


def _explanations(model: Model, names: Sequence[str]) -> dict[str, Explanation]:
    """Of pictures whose files are still there, and of texts that are kept."""
    texts = _texts(model.kept_tests)
    found: dict[str, Explanation] = {}
    for name in names:
        try:
            if model.result_.modality == "image":
                found[name] = explain(model, Path(name).read_bytes())
            elif name in texts:
                found[name] = explain(model, texts[name])
        except (OSError, ValueError, UnreadableInputError):
            continue
    return found


def _thumbnails(names: Sequence[str]) -> dict[str, bytes]:
    """Small pictures of the files that are still there."""
    pictures = {}
    for name in names:
        try:
            content = Path(name).read_bytes()
            pictures[name] = thumbnail(open_image(content, at_least=_SIDE), _SIDE)
        except (OSError, ValueError, UnreadableInputError):
            continue
    return pictures
