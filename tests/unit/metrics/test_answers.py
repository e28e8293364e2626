"""Exact match and F1 as SQuAD's own script has them, and their intervals."""

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.metrics.answers import (
    answer_difference,
    answer_figures,
    exact_match,
    normalised_answer,
    overlap_f1,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Denver Broncos", "denver broncos"),
        ("the 1st-century A.D.", "1stcentury ad"),
        ("  An   apple\ta day\n", "apple day"),
        ("$1.4 million", "14 million"),
        ("“gold” theatre", "“gold” theatre"),  # ASCII punctuation alone is taken out
        ("The", ""),
        ("ÜBER alles", "über alles"),
    ],
)
def test_answers_are_normalised_as_in_squad(text: str, expected: str) -> None:
    assert normalised_answer(text) == expected


@pytest.mark.parametrize(
    ("truths", "answer", "exact", "f1"),
    [
        (["Denver Broncos", "The Denver Broncos"], "denver broncos!", 1.0, 1.0),
        (["Santa Clara, California", "Levi's Stadium"], "Levis Stadium", 1.0, 1.0),
        (["gold"], "golden", 0.0, 0.0),
        (["Carolina Panthers"], "the Panthers", 0.0, 2 / 3),
        (["one two two"], "two two three", 0.0, 2 / 3),
        ([], "", 1.0, 1.0),
        ([], "the", 1.0, 1.0),
        ([], "gold", 0.0, 0.0),
        (["gold"], "", 0.0, 0.0),
    ],
)
def test_the_best_truth_counts(truths: list[str], answer: str, exact: float, f1: float) -> None:
    assert exact_match(truths, answer) == exact
    assert overlap_f1(truths, answer) == pytest.approx(f1)


def test_questions_about_one_text_count_as_one_draw() -> None:
    generator = np.random.default_rng(0)
    right = generator.random(20) < 0.5
    truths = [["yes"]] * 100
    answers = ["yes" if right[row // 5] else "no" for row in range(100)]
    together = answer_figures(truths, answers, [row // 5 for row in range(100)])["exact_match"]
    apart = answer_figures(truths, answers, range(100))["exact_match"]
    assert together.value == apart.value
    assert together.high - together.low > 1.8 * (apart.high - apart.low)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_agreement_still_has_a_width(answer: str) -> None:
    figure = answer_figures([["yes"]] * 10, [answer] * 10, range(10))["f1"]
    assert 0.25 < figure.high - figure.low < 0.35
    assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_a_single_text_says_little() -> None:
    figure = answer_figures([["yes"]] * 4, ["yes", "yes", "no", "no"], ["a"] * 4)["f1"]
    assert figure.low < 0.05
    assert figure.high > 0.95


def test_the_difference_is_paired() -> None:
    truths = [["yes"]] * 40
    ours = ["yes"] * 30 + ["no"] * 10
    theirs = ["no"] * 8 + ["yes"] * 22 + ["no"] * 10
    figure = answer_difference(truths, ours, theirs, range(40))
    assert figure.value == pytest.approx(0.2)
    assert 0 < figure.low < 0.2 < figure.high < 0.4
    swapped = answer_difference(truths, theirs, ours, range(40))
    assert swapped.value == pytest.approx(-figure.value)
    assert (swapped.low, swapped.high) == pytest.approx((-figure.high, -figure.low))


def test_what_differs_in_length_is_refused() -> None:
    with pytest.raises(InputError, match="There are 2 lists of true answers, 1 answers and 2"):
        answer_figures([["a"], ["b"]], ["a"], ["x", "y"])
    with pytest.raises(InputError, match="one question at least"):
        answer_figures([], [], [])
