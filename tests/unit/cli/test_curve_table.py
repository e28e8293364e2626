"""What ``headstart curve`` prints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headstart.cli.curve_table import curve_lines
from headstart.evaluation.curve_result import WITH, WITHOUT, Curve, CurvePoint, CurveResult
from headstart.evaluation.power_law import LabelCount, PowerLaw
from headstart.metrics.figure import Figure


def curve(name, errors):
    points = tuple(
        CurvePoint(labels, Figure(error, error - 0.02, error + 0.03), Figure(error, error, error))
        for labels, error in zip((8, 1600), errors, strict=True)
    )
    law = PowerLaw(0.5, np.full(3, 0.05), np.full(3, 10.0), np.full(3, 1.0), 1600)
    return Curve(name, points, law)


RESULT = CurveResult(
    task="classification",
    modality="image",
    source="bundled/net",
    n_labels=2000,
    curves=(curve(WITH, (0.3, 0.1)), curve(WITHOUT, (0.4, 0.2))),
    step=0.01,
    more=LabelCount(1200, 900, None),
    saved=LabelCount(340, 100, 800),
    notes=("Mind the gap.",),
    seconds={"read": 1.0, "encode": 2.5},
)


def lines(**changed):
    return list(curve_lines(replace(RESULT, **changed)))


def test_the_table_shows_accuracies_with_their_intervals():
    printed = lines()
    assert printed[0] == "Accuracy by number of labels, of 2,000 pictures with bundled/net"
    assert printed[1].split("  ")[1].strip() == "labels"
    assert printed[2].split() == [
        "8",
        *["0.700", "0.670", "to", "0.720"],
        *["0.600", "0.570", "to", "0.620"],
    ]
    assert printed[3].split()[0] == "1,600"
    assert max(map(len, printed[1:8])) <= 80
    assert all(line.isascii() for line in printed)


def test_the_law_goes_on_with_the_curve():
    expected = lines()[6:9]
    assert [line.split()[0] for line in expected] == ["2,000", "4,000", "8,000"]
    assert float(expected[0].split()[1]) < float(expected[-1].split()[1]) < 0.95


def test_answers_and_notes_follow():
    printed = lines()
    assert "About 1,200 more labels for 1 point of accuracy (95 %: 900 to out of reach)." in printed
    assert "Transfer saves about 340 labels (95 %: 100 to 800)." in printed
    assert printed[-2:] == ["Note: Mind the gap.", "Took 3.5 s."]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"more": LabelCount(None, 500, None)}, "No number of labels within reach brings 1 point"),
        ({"saved": LabelCount(None, 500, None)}, "does as well; 500 more at least."),
        ({"saved": LabelCount(-50, -90, 10)}, "Without transfer, 50 labels fewer do as well"),
        ({"crossing": 700}, "The curves cross at about 700 labels."),
        ({"target": 0.05, "needed": LabelCount(9, 8, 10)}, "About 9 labels in all for 0.950"),
        ({"target": 0.05, "needed": LabelCount(None, 8, None)}, "0.950 is out of reach"),
        ({"task": "regression"}, "for an error smaller by a tenth"),
    ],
)
def test_each_answer_has_its_sentence(changed, sentence):
    assert any(sentence in line for line in lines(**changed))


def test_what_was_set_aside_is_named():
    aside = tuple({"input": f"{row}.png", "reason": "is empty"} for row in range(7))
    printed = lines(quarantined=aside)
    assert "Set aside, because they could not be used: 7" in printed
    assert "  4.png: is empty" in printed
    assert "  ... and 2 more pictures; --json has them" in printed
