"""The report of a model, with the pictures that it found hardest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.data import open_image
from headstart.data.thumbnails import thumbnail
from headstart.errors import UnreadableInputError
from headstart.report import hardest_predictions, render_html, report_contents
from headstart.runs import Model

_SIDE = 160


def report_page(model: Model, circumstances: Mapping[str, Any] | None = None) -> bytes:
    """One self-contained HTML file."""
    return render_html(contents_of(model, circumstances)).encode("utf-8", "backslashreplace")


def contents_of(model: Model, circumstances: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the page and the Markdown say; ``circumstances`` tell how to do it again."""
    rows = [prediction.to_dict() for prediction in model.predictions]
    hardest = hardest_predictions(rows)
    is_of_pictures = model.result_.modality == "image"
    pictures = _thumbnails([row["input"] for row in hardest]) if is_of_pictures else {}
    return report_contents(model.result_, model.evidence, rows, pictures, circumstances)


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
