"""The report of a model that says where something is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headstart.report import Exhibits, render_html, report_contents
from headstart.runs.place_model import PlaceModel


def places_page(model: PlaceModel, circumstances: Mapping[str, Any] | None = None) -> bytes:
    """One self-contained HTML file."""
    contents = report_contents(
        model.result_, model.evidence, [], Exhibits({}, {}, {}, {}, None, None), circumstances
    )
    return render_html(contents).encode("utf-8", "backslashreplace")
