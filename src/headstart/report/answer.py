"""The first thing on the page: how good it is, and whether transfer was worth it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.sayings import SAYINGS, Sayings
from headstart.report.wording import counted, listed

#: The verdict in one word, for colour and icon.
_TONES = {
    "transfer helps": "good",
    "no measurable difference": "even",
    "transfer hurts": "bad",
}


def answer(result: Result, cross_validated: float | None = None) -> dict[str, Any]:
    """The score as a sentence, the interval, the verdict and what the model beats.

    Parameters
    ----------
    result : Result
        The figures.
    cross_validated : float or None
        What a person reads of held-out parts of the training data (accuracy in [0, 1], say): all
        there is to say when the test set is empty.

    Returns
    -------
    dict
        ``headline``, ``short``, ``small_print``, ``verdict`` (``{"tone", "title", "sentence"}``)
        and ``beats``: text.
    """
    says = SAYINGS[result.task]
    figure = _finite(result.test.get(says.metric))
    if figure is None:
        score = _without_test(result, says, cross_validated)
    else:
        score = says.score(result, figure)
    return {**score, "verdict": _verdict(result, says), "beats": _beats(result, says)}


def _finite(figure: Figure | None) -> Figure | None:
    return figure if figure is not None and math.isfinite(figure.value) else None


def _without_test(result: Result, says: Sayings, cross_validated: float | None) -> dict[str, str]:
    if result.n_test:
        small_print = f"The {counted(result.n_test, result.modality)} of the test set gave no score"
    elif cross_validated is None:
        small_print = "Nothing was kept away from training to measure it on"
    else:
        small_print = (
            f"Within the training data, {says.held_out(cross_validated)} when held out in turn; "
            "that number also chose the model, so it flatters"
        )
    headline = "A model was trained, and how good it is was not measured"
    return {"headline": headline, "short": "not measured", "small_print": small_print}


def _verdict(result: Result, says: Sayings) -> dict[str, str] | None:
    if result.verdict is None and result.difference is None:
        return None
    title = result.verdict or "nothing was transferred"
    sentences = [_verdict_sentence(result, says)]
    if result.fallback is not None:
        sentences.append(f"Your model is the one without transfer: “{result.fallback}”.")
    return {
        "tone": _TONES.get(title, "even"),
        "title": title[:1].upper() + title[1:],
        "sentence": " ".join(sentences),
    }


def _verdict_sentence(result: Result, says: Sayings) -> str:
    other = f"“{result.compared_with}”" if result.compared_with else "the model without transfer"
    if result.difference is None:
        return f"Compared with {other} on the same test data."
    return says.verdict(result, other, result.difference)


def _beats(result: Result, says: Sayings) -> str:
    own = _finite(result.test.get(says.metric))
    scores = [(row.name, _finite(row.test.get(says.metric))) for row in result.others]
    known = [(name, figure.value) for name, figure in scores if figure is not None]
    if own is None or not known:
        return ""
    worse = [row for row in known if says.beats(own.value, row[1])]
    others = [row for row in known if row not in worse]
    said = [
        _group(opening, rows, says)
        for opening, rows in zip(says.beaten, (worse, others), strict=True)
    ]
    return " ".join(part for part in said if part)


def _group(opening: str, rows: Sequence[tuple[str, float]], says: Sayings) -> str:
    if not rows:
        return ""
    models = [f"“{name}” ({says.shown(value)})" for name, value in rows]
    return f"{opening} {listed(models)}."
