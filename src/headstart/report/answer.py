"""The first thing on the page: how good it is, and whether transfer was worth it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.wording import counted, listed, noun, of_hundred, signed_of_hundred

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
        Accuracy on held-out parts of the training data, in [0, 1]: all there is to say when the
        test set is empty.

    Returns
    -------
    dict
        ``headline``, ``short``, ``small_print``, ``verdict`` (``{"tone", "title", "sentence"}``)
        and ``beats``: text.
    """
    accuracy = _accuracy(result.test)
    if accuracy is None:
        score = _without_test(result, cross_validated)
    else:
        score = _with_test(result, accuracy)
    return {**score, "verdict": _verdict(result), "beats": _beats(result)}


def _accuracy(test: Mapping[str, Figure]) -> Figure | None:
    figure = test.get("accuracy")
    return figure if figure is not None and math.isfinite(figure.value) else None


def _with_test(result: Result, accuracy: Figure) -> dict[str, str]:
    many = noun(result.modality)
    share = of_hundred(accuracy.value)
    words = f"{share} of 100 new {many} like your test {many} are labelled correctly"
    low, high = of_hundred(accuracy.low), of_hundred(accuracy.high)
    return {
        "headline": f"Nearly all new {many} like your test {many} are labelled correctly"
        if share == "100"
        else f"About {words}",
        "short": f"{share} of 100 correct",
        "small_print": (
            f"95\u00a0% interval {low} to {high} of 100; "
            f"measured on {counted(result.n_test, result.modality)} kept away from training"
        ),
    }


def _without_test(result: Result, cross_validated: float | None) -> dict[str, str]:
    if result.n_test:
        small_print = f"The {counted(result.n_test, result.modality)} of the test set gave no score"
    elif cross_validated is None:
        small_print = "Nothing was kept away from training to measure it on"
    else:
        small_print = (
            f"Within the training data, about {of_hundred(cross_validated)} of 100 were right when "
            "held out in turn; that number also chose the model, so it flatters"
        )
    headline = "A model was trained, and how good it is was not measured"
    return {"headline": headline, "short": "not measured", "small_print": small_print}


def _verdict(result: Result) -> dict[str, str] | None:
    if result.verdict is None:
        return None
    return {
        "tone": _TONES.get(result.verdict, "even"),
        "title": result.verdict[:1].upper() + result.verdict[1:],
        "sentence": _verdict_sentence(result),
    }


def _verdict_sentence(result: Result) -> str:
    other = f"“{result.compared_with}”" if result.compared_with else "the model without transfer"
    difference = result.difference
    if difference is None:
        return f"Compared with {other} on the same test data."
    low, high = signed_of_hundred(difference.low), signed_of_hundred(difference.high)
    interval = f"(95\u00a0% interval of the difference {low} to {high})"
    if result.verdict == "no measurable difference":
        return (
            f"On this test set it cannot be told apart from {other}, which uses no pretrained "
            f"network: {signed_of_hundred(difference.value)} of 100 {interval}."
        )
    direction = "more" if difference.value > 0 else "fewer"
    return (
        f"It gets {of_hundred(abs(difference.value))} {direction} of 100 right than {other}, "
        f"which uses no pretrained network {interval}."
    )


def _beats(result: Result) -> str:
    own = _accuracy(result.test)
    scores = [(row.name, _accuracy(row.test)) for row in result.baselines]
    known = [(name, figure.value) for name, figure in scores if figure is not None]
    if own is None or not known:
        return ""
    said = [
        _group("It scores above", [row for row in known if row[1] < own.value]),
        _group("It does not score above", [row for row in known if row[1] >= own.value]),
    ]
    return " ".join(part for part in said if part)


def _group(opening: str, rows: Sequence[tuple[str, float]]) -> str:
    if not rows:
        return ""
    models = [f"“{name}” ({of_hundred(value)} of 100)" for name, value in rows]
    return f"{opening} {listed(models)}."
