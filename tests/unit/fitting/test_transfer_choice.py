"""What follows from two comparisons, and how it is said."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.evaluation.baselines import Baseline
from headstart.fitting.comparison import Comparison
from headstart.fitting.transfer_choice import TransferChoice
from headstart.metrics.figure import Figure

RIVAL = Baseline("pixels", np.zeros((1, 2)), 0.5)
GAIN, LOSS, TIE = Figure(0.2, 0.1, 0.3), Figure(-0.2, -0.3, -0.1), Figure(0.0, -0.1, 0.1)


def compared(difference, is_worse=False, is_better=False):
    return Comparison("some", 40, "accuracy", 0.5, 0.5, difference, is_worse, is_better)


CASES = {
    # in training, in test, whether it falls back, answer, a part of the reason
    "helps": (compared(GAIN), compared(GAIN), False, "yes", "is better than the model without"),
    "cannot be told": (compared(TIE), compared(TIE), False, "it cannot be told", "Nothing shows"),
    "worse in training": (
        compared(LOSS, True),
        compared(TIE),
        True,
        "no",
        "before any test sample",
    ),
    "hurts in the test": (compared(TIE), compared(LOSS), True, "no", "had a say in this choice"),
    "no test": (compared(LOSS, True), None, True, "no", "before any test sample"),
    "no folds": (None, compared(TIE), False, "it cannot be told", "it was kept"),
    "nothing at all": (None, None, False, "it cannot be told", "it was kept"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_follows(name):
    in_training, in_test, falls_back, answer, part = CASES[name]
    choice = TransferChoice(RIVAL, in_training, in_test)
    decision = choice.decision()
    assert (choice.falls_back, decision.answer) == (falls_back, answer)
    assert part in decision.reason
    assert choice.notes() == ((decision.reason,) if falls_back else ())
    made = [one for one in (in_training, in_test) if one is not None]
    assert decision.measurements == tuple(one.row() for one in made)


@pytest.mark.parametrize("name", ["worse in training", "hurts in the test"])
def test_falling_back_can_be_refused_and_is_told_all_the_same(name):
    in_training, in_test, *_ = CASES[name]
    choice = TransferChoice(RIVAL, in_training, in_test, may_fall_back=False)
    assert not choice.falls_back
    (note,) = choice.notes()
    assert note.endswith("saved all the same, because that was asked for.")


@pytest.mark.parametrize(
    ("in_training", "falls_back"), [(compared(TIE), True), (compared(GAIN, is_better=True), False)]
)
def test_weights_that_nobody_vouches_for_have_to_earn_their_place(in_training, falls_back):
    choice = TransferChoice(RIVAL, in_training, compared(TIE), is_vouched_for=False)
    assert choice.falls_back is falls_back
    decision = choice.decision()
    assert decision.answer == "it cannot be told"
    assert decision.reason.startswith("Nobody vouches for the weights") is falls_back
    assert TransferChoice(RIVAL, in_training, compared(TIE)).falls_back is False


def test_help_is_not_claimed_where_the_training_samples_deny_it():
    denied = TransferChoice(RIVAL, compared(LOSS, is_worse=True), compared(GAIN))
    assert denied.verdict == "no measurable difference"
    assert TransferChoice(RIVAL, compared(TIE), compared(GAIN)).verdict == "transfer helps"
    assert TransferChoice(RIVAL, None, None).verdict is None
