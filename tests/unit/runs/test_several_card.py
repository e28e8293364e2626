"""The model card of a run with several targets."""

from __future__ import annotations

from dataclasses import replace

from headstart.evaluation.result import Result
from headstart.evaluation.several_targets import SeveralResult, Sharing, TargetResult
from headstart.metrics.figure import Figure
from headstart.runs.several_card import several_card

FIGURE = Figure(0.9, 0.8, 1.0)


def result_of(name, **more):
    result = Result(
        "classification", "image", ("a",), 9, 3, "x", {}, {"accuracy": FIGURE}, (), **more
    )
    sharing = Sharing({}, {}, Figure(-0.1, -0.2, -0.05), "sharing hurts")
    target = TargetResult(name, result, "own", sharing)
    return SeveralResult("image", 9, 3, "x", {}, (target,), notes=("A note.",))


def test_figures_and_verdicts_stand_there():
    card = several_card(result_of("car", verdict="transfer helps", difference=FIGURE), None)
    assert card.startswith("---\nlicense: unknown\n")
    assert "| car | classification | accuracy | 0.9 | 0.8 to 1 |" in card
    assert "- car: transfer helps (+0.9, +0.8 to +1); sharing hurts (-0.1, -0.2 to -0.05)." in card
    assert 'load("RUN")' in card


def test_text_of_the_data_becomes_no_markup():
    card = several_card(result_of("<b>|x", verdict=None, fallback="pixels"), None)
    assert "<b>" not in card
    assert "nothing could be compared; what was saved is the model without transfer" in card


def test_a_group_is_named():
    plain = result_of("car", verdict=None)
    sharing = plain.targets[0].sharing
    target = replace(plain.targets[0], group=("car", "sign"), grouped=sharing)
    card = several_card(replace(plain, targets=(target,)), None)
    assert "one network for all beside one with sign: sharing hurts (-0.1, -0.2 to -0.05)." in card
