"""The report as one HTML file that asks nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headstart.report.charts import (
    calibration_marks,
    curve_marks,
    lane_marks,
    loss_marks,
    map_marks,
    scatter_marks,
    stage_marks,
)
from headstart.report.language import Language, language_named
from headstart.report.printable import plain_data
from headstart.report.unsaid import marker

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATE = "report.html.jinja"


def render_html(contents: Mapping[str, Any]) -> str:
    """A page with its style, pictures and thumbnails inside: no script, no request to anywhere.

    Parameters
    ----------
    contents : mapping
        What :func:`~headstart.report.contents.report_contents` gave, or
        :func:`~headstart.report.translation.translated` made of it.

    Returns
    -------
    str
        HTML that can be encoded as UTF-8. Every text from the data is escaped.
    """
    plain = plain_data(contents)
    language = language_named(plain["language"])
    environment = page_environment(language)
    environment.filters["ours"] = marker(plain["untranslated"])
    sections = _sections(plain, language)
    return environment.get_template(_TEMPLATE).render(
        **plain,
        tag=language.tag,
        marks=_marks(plain),
        sections=sections,
        shown={row["id"] for row in sections},
    )


def page_environment(language: Language) -> Environment:
    """Templates whose own words are said in a language; what is filled in is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("headstart.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.message,
        lambda one, many, count: language.message(one if count == 1 else many),
        newstyle=True,
    )
    environment.filters["said"] = lambda text: language.translate(text).text
    return environment


def _marks(contents: Mapping[str, Any]) -> dict[str, Any]:
    stages, calibration = contents["stages"], contents["calibration"]
    scatter, training = contents["scatter"], contents["training"]
    return {
        "lanes": lane_marks(contents["lanes"], contents["lane_axis"]["scale"]),
        "classes": _class_marks(contents),
        "stages": stage_marks(stages["rows"], stages["form"]) if stages else None,
        "scatter": scatter_marks(scatter["points"]) if scatter else None,
        "labels": curve_marks(contents["labels"]) if contents["labels"] else None,
        "map": map_marks(contents["map"]) if contents["map"] else None,
        "training": loss_marks(training["rows"]) if training else None,
        "calibration": calibration_marks(calibration["bins"]) if calibration else None,
    }


def _class_marks(contents: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = contents["per_class"]["rows"] if contents["per_class"] else []
    return lane_marks(rows, (0.0, 1.0))


def _sections(contents: Mapping[str, Any], language: Language) -> list[dict[str, str]]:
    """The sections that have something to say, in the order of the page."""
    data = ("duplicates", "near_duplicates", "quarantined", "notes")
    hardest = "The hardest test %(noun)s"
    wanted = {
        ("scores", "How good is it?"): contents["scores"]["rows"],
        ("classes", "How good is it for each class?"): contents["per_class"],
        ("confusion", "What does it mix up?"): contents["confusion"],
        ("calibration", "Can its confidence be believed?"): contents["calibration"],
        ("scatter", "Where is it right?"): contents["scatter"],
        ("hardest", hardest): contents["hardest"],
        ("places", "What it finds in test %(noun)s"): contents["places"],
        ("map", "How the model sees your data"): contents["map"],
        ("labels", "What would more labels bring?"): contents["labels"],
        ("sources", "Which source, and which of its stages?"): contents["sources"],
        ("plans", "How much to transfer: what was tried"): contents["plans"],
        ("stages", "Which stages of the source helped?"): contents["stages"],
        ("training", "How did training go?"): contents["training"],
        ("data", "What was found in the data"): any(contents[key] for key in data),
        ("method", "How it was done"): True,
        ("seconds", "Where the time went"): contents["seconds"]["rows"],
        ("again", "How to do it again"): True,
    }
    return [
        {"id": key, "title": language.message(title) % {"noun": contents["noun"]}}
        for (key, title), full in wanted.items()
        if full
    ]
