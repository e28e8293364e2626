"""Whether sharing pays, by the number of labels, as ``headstart curve --targets`` told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headstart.errors import InputError
from headstart.evaluation.sharing_curve import SharingCurve
from headstart.report.language import Language
from headstart.report.target_cells import MAIN, compared, section_of


def sharing_section(told: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A table with a row for each target and number of samples.

    Parameters
    ----------
    told : mapping
        What ``headstart curve DATA --targets ... --json`` printed.
    language : Language
        Of the report.

    Raises
    ------
    InputError
        If it is something else.
    """
    say = language.message
    try:
        curve = SharingCurve.from_dict(told)
        rows = [
            [one.name, point.samples, point.labels, *compared(point.sharing, MAIN[one.task], say)]
            for one in curve.targets
            for point in one.points
        ]
        lines = [*_costs(curve, language)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"The curve cannot be read: {type(error).__name__} at {error}. Accepted: the file that "
            "'headstart curve DATA --targets NAMES --json > curve.json' wrote."
        ) from error
    head = ["target", "samples", "labels", "one network for all", "one of its own", "difference"]
    return section_of(
        "by-labels",
        say("Does sharing help with few labels?"),
        texts=[
            say(
                "Both ways learned from growing parts of the training samples, each part inside of "
                "the next. The intervals are about the test samples alone: other random numbers "
                "train other networks."
            )
        ],
        head=[say(one) for one in (*head, "sharing")],
        rows=rows,
        lines=[*lines, *(language.translate(note).text for note in curve.notes)],
    )


def _costs(curve: SharingCurve, language: Language) -> Iterator[str]:
    told = language.message(
        "With %(count)s samples the shared network took %(share)s of the time of all the others."
    )
    for size, seconds in curve.training_seconds.items():
        own = sum(value for name, value in seconds.items() if name != "shared")
        if own:
            yield told % {"count": size, "share": f"{seconds['shared'] / own:.2f}"}
