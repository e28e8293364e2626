"""Everything that the report says, as one plain dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headstart.evaluation.hardest import Prediction
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.report.answer import answer
from headstart.report.calibration_table import calibration_table
from headstart.report.class_table import class_table
from headstart.report.confusion_table import confusion_table
from headstart.report.data_map import data_map
from headstart.report.exhibits import Exhibits
from headstart.report.fit_command import fit_command
from headstart.report.hardest import hardest_cards
from headstart.report.label_curve import label_curve
from headstart.report.method import method
from headstart.report.next_steps import next_steps
from headstart.report.place_gallery import place_gallery
from headstart.report.plan_table import plan_table
from headstart.report.plan_words import plan_in_short, trains
from headstart.report.printable import plain_data
from headstart.report.sayings import SAYINGS
from headstart.report.scatter import scatter
from headstart.report.score_table import lane_axis, lanes, score_table
from headstart.report.source_table import source_table
from headstart.report.stage_table import chosen_value, stage_table
from headstart.report.training_curve import training_curve
from headstart.report.wording import counted, duration, noun


def report_contents(
    result: Result,
    evidence: Evidence,
    predictions: Sequence[Prediction] = (),
    exhibits: Exhibits | None = None,
    circumstances: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a page about a run says, before anybody thinks of HTML.

    Parameters
    ----------
    result : Result
        The figures of the fit.
    evidence : Evidence
        The decisions of the fit. The one with the question ``"which stages"`` holds the rows
        ``stages``, ``cv_accuracy`` (or ``cv_absolute_error``), ``standard_error``, ``chosen``; the
        one with the question ``"which weights"`` holds a row an epoch.
    predictions : sequence of mapping
        One per test sample: ``input``, ``label``, ``predicted``; of a class ``correct`` (bool),
        ``confidence`` (in [0, 1]), ``probabilities`` (class to probability in [0, 1]); of a number
        ``error``.
    exhibits : Exhibits, optional
        What can be shown of samples besides numbers.
    circumstances : mapping, optional
        Facts that help to make the run again, such as ``command``, ``seed``, ``headstart``.

    Returns
    -------
    dict
        Plain data: ``json.dumps`` takes it, and all text can be written as UTF-8. It is English;
        for another language see :func:`~headstart.report.translation.translated`.

    Examples
    --------
    >>> from headstart.metrics.figure import Figure
    >>> result = Result("classification", "image", ("a", "b"), 20, 8, "bundled/x", {},
    ...                 {"accuracy": Figure(0.75, 0.41, 0.93)}, ())
    >>> report_contents(result, Evidence())["answer"]["short"]
    '75 of 100 correct'
    """
    # Scores of the probe say nothing of the stages once these were trained.
    tried = result.plan if result.with_transfer is None else result.with_transfer.plan
    stages = None if trains(tried) else stage_table(evidence)
    confusion, curve = confusion_table(result), training_curve(evidence)
    exhibits = exhibits or Exhibits()
    cards = hardest_cards(predictions, exhibits)
    rows = lanes(result)
    contents = {
        "language": "en",
        "untranslated": (),
        "task": result.task,
        "noun": noun(result.modality),
        "answer": answer(result, None if result.fallback else chosen_value(stages)),
        "next_steps": next_steps(result, confusion["mixups"] if confusion else [], curve),
        "lanes": rows,
        "lane_axis": lane_axis(result, rows),
        "facts": _facts(result),
        "scores": score_table(result),
        "per_class": class_table(result),
        "confusion": confusion,
        "calibration": calibration_table(result),
        "scatter": scatter(predictions),
        "stages": stages,
        "training": curve,
        "n_train": result.n_train,
        "hardest": cards,
        "places": place_gallery(exhibits.places, exhibits.thumbnails, result.task, result.classes),
        "explained": any(card["explained"] for card in cards),
        "map": data_map(exhibits.training, result.classes),
        "labels": label_curve(exhibits.curve),
        "sources": source_table(evidence),
        "plans": plan_table(evidence),
        "hardest_words": SAYINGS[result.task].hardest,
        "has_pictures": result.modality == "image",
        **_about_the_data(result),
        "method": method(result, evidence),
        "seconds": _seconds(result.seconds),
        "fit_again": fit_command(result.task, f"--source {result.source}", tests=True),
        "circumstances": dict(circumstances or {}),
    }
    plain: dict[str, Any] = plain_data(contents)
    return plain


def _facts(result: Result) -> list[dict[str, str]]:
    total = sum(result.seconds.values())
    facts = {
        "Learned from": counted(result.n_train, result.modality),
        "Measured on": counted(result.n_test, result.modality),
        "Classes": f"{len(result.classes):,}" if result.classes else "",
        "Source": result.source,
        "Tried, and not saved": "" if result.with_transfer is None else result.with_transfer.source,
        "Plan": plan_in_short(result.plan),
        "Took": duration(total) if result.seconds else "",
    }
    return [{"name": name, "value": value} for name, value in facts.items() if value]


def _about_the_data(result: Result) -> dict[str, Any]:
    pairs = sorted(result.near_duplicates, key=lambda pair: -pair.similarity)
    return {
        "duplicates": list(result.duplicates),
        "near_duplicates": [
            {"test": pair.test, "train": pair.train, "similarity": pair.similarity}
            for pair in pairs
        ],
        "quarantined": [dict(row) for row in result.quarantined],
        "notes": list(result.notes),
    }


def _seconds(seconds: Mapping[str, float]) -> dict[str, Any]:
    longest = max(seconds.values(), default=0.0)
    rows = [
        {
            "step": step.replace("_", " "),
            "text": duration(took),
            "length": float(took) / longest if longest > 0 else 0.0,
        }
        for step, took in seconds.items()
    ]
    return {"rows": rows, "total": duration(sum(seconds.values()))}
