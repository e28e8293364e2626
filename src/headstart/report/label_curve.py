"""What more labels would bring, as ``headstart curve --json`` told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.report.score_table import figure_cell
from headstart.report.wording import Form

_FORMS: Mapping[str, Form] = dict.fromkeys(("accuracy", "ap50", "mean_iou"), "percent")
#: Names that a capital letter does not make.
_TITLES: Mapping[str, str] = {"ap50": "AP50", "mean_iou": "Mean IoU"}


def label_curve(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Points of both curves and what is expected of more labels.

    Parameters
    ----------
    told : mapping or None
        What ``headstart curve DATA --json`` printed.

    Returns
    -------
    dict or None
        ``measure`` (a name), ``form``, ``lines`` (list of ``{"name", "transfers", "rows"}``) and
        ``expected`` (rows); a row is ``{"labels", "value", "low", "high", "text", "interval"}``.

    Raises
    ------
    InputError
        If it is something else.
    """
    if told is None:
        return None
    try:
        measure = str(told["measure"])
        form = _FORMS.get(measure, "amount")
        lines = [
            {
                "name": str(curve["name"]),
                "transfers": place == 0,
                "rows": [_row(point, measure, form) for point in curve["points"]],
            }
            for place, curve in enumerate(told["curves"])
        ]
        expected = [_row(point, measure, form) for point in told["curves"][0]["expected"]]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError(
            f"The curve cannot be read: {type(error).__name__} at {error}. Accepted: the file that "
            "'headstart curve DATA --json > curve.json' wrote."
        ) from error
    title = _TITLES.get(measure, measure.replace("_", " ").capitalize())
    return {"measure": title, "form": form, "lines": lines, "expected": expected}


def _row(point: Mapping[str, Any], measure: str, form: Form) -> dict[str, Any]:
    figure = Figure(**{key: float(point[measure][key]) for key in ("value", "low", "high")})
    cell = figure_cell(figure, form)
    if cell is None:
        raise ValueError(f"{measure} of {point['labels']} labels, which is {figure.value}")
    return {"labels": int(point["labels"]), **cell}
