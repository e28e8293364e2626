"""The report of a model, with the pictures that it found hardest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headstart.data.items import FileItem
from headstart.errors import UnreadableInputError
from headstart.report import hardest_predictions, render_html, report_contents, thumbnail
from headstart.runs import Model

_SIDE = 160


def report_page(model: Model) -> bytes:
    """One self-contained HTML file."""
    contents = contents_of(model)
    return render_html(contents).encode("utf-8", "backslashreplace")


def contents_of(model: Model) -> dict[str, Any]:
    """What the page and the Markdown say."""
    rows = [prediction.to_dict() for prediction in model.predictions]
    hardest = hardest_predictions(rows)
    pictures = _thumbnails([row["input"] for row in hardest]) if model.backbone else {}
    return report_contents(model.result_, model.evidence, rows, pictures)


def _thumbnails(names: Sequence[str]) -> dict[str, bytes]:
    """Small pictures of the files that are still there."""
    pictures = {}
    for name in names:
        try:
            item = FileItem.read(Path(name))
            pictures[name] = thumbnail(item.open(at_least=_SIDE), _SIDE)
        except (OSError, ValueError, UnreadableInputError):
            continue
    return pictures
