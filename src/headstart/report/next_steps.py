"""What a person should do after reading the score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headstart.evaluation.result import Result
from headstart.report.fit_command import fit_command
from headstart.report.sayings import SAYINGS, Sayings
from headstart.report.training_curve import is_in_vain, is_still_falling
from headstart.report.wording import noun

_POOR_CALIBRATION = 0.10


def next_steps(
    result: Result, mixups: list[dict[str, Any]], curve: Mapping[str, Any] | None = None
) -> list[dict[str, str]]:
    """Sentences, the most useful first, each with the command that does it or an empty one.

    Parameters
    ----------
    result : Result
        The figures.
    mixups : list of dict
        The most frequent mistakes, ``{"true", "predicted", "count"}``.
    curve : mapping or None
        What :func:`~headstart.report.training_curve.training_curve` gave.

    Returns
    -------
    list of dict
        ``{"text", "command"}``.
    """
    says = SAYINGS[result.task]
    steps = [
        _about_verdict(result),
        _about_training(result, curve),
        _about_test(result, says),
        _said(says.about_mistakes(result, mixups)),
        _said(_about_confidence(result)),
        _said(_about_quarantine(result)),
        _said(_about_near_duplicates(result)),
        _use_it(result, says),
    ]
    return [step for step in steps if step["text"]]


def _said(text: str, command: str = "") -> dict[str, str]:
    return {"text": text, "command": command}


def _about_verdict(result: Result) -> dict[str, str]:
    if result.fallback is not None:
        return _said(
            "The model without transfer was saved, since this source does not help with this data. "
            "Another source may; to see them:",
            "headstart sources",
        )
    if result.verdict == "transfer hurts":
        return _said(
            "Do not use this source for this data: the model without transfer does better. "
            "Try another source; to see them:",
            "headstart sources",
        )
    if result.verdict == "no measurable difference":
        return _said(
            "The simpler model without transfer may serve you as well. "
            "A larger test set would show which one is ahead."
        )
    return _said("")


def _about_training(result: Result, curve: Mapping[str, Any] | None) -> dict[str, str]:
    if is_in_vain(curve):
        return _said(
            "Training the stages did not help: the weights from before it were kept. The plan that "
            "keeps all stages as they came takes less time:",
            fit_command(result.task, "--plan probe"),
        )
    if is_still_falling(curve):
        planned = int((result.plan.get("training") or {}).get("epochs", 0))
        return _said(
            "The loss was still falling when training ended. More epochs may do better; the same "
            "command with:",
            f"--epochs {2 * planned}" if planned else "--epochs",
        )
    return _said("")


def _about_test(result: Result, says: Sayings) -> dict[str, str]:
    many = noun(result.modality)
    if not result.n_test:
        return _said(
            f"Set some labelled {many} aside and fit again, since nobody knows how good this "
            "model is:",
            fit_command(result.task, tests=True),
        )
    figure = result.test.get(says.metric)
    if figure is None or not says.is_wide(figure):
        return _said("")
    return _said(
        f"The interval is wide because the test set is small ({result.n_test:,}). "
        f"About {4 * result.n_test:,} test {many} would halve it."
    )


def _about_confidence(result: Result) -> str:
    error = result.test.get("calibration_error")
    if error is None or not (math.isfinite(error.value) and error.value > _POOR_CALIBRATION):
        return ""
    return "Do not take its stated confidence at face value; see the calibration curve below."


def _about_quarantine(result: Result) -> str:
    count = len(result.quarantined)
    if not count:
        return ""
    inputs = "1 input" if count == 1 else f"{count:,} inputs"
    return f"Repair or remove {inputs} that could not be used; the reasons are listed below."


def _about_near_duplicates(result: Result) -> str:
    count = len(result.near_duplicates)
    if not count:
        return ""
    pairs = "1 pair" if count == 1 else f"{count:,} pairs"
    return f"Check {pairs} of near-duplicates across training and test: they can flatter the score."


def _use_it(result: Result, says: Sayings) -> dict[str, str]:
    if result.modality == "image":
        return _said(f"{says.use} new pictures:", "headstart predict RUN NEW/*.jpg")
    if result.modality == "text":
        return _said(f"{says.use} new texts:", 'headstart predict RUN "A NEW TEXT"')
    return _said(f"{says.use} new samples in Python:", 'headstart.load("RUN").predict(samples)')
