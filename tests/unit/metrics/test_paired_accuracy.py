"""Paired comparison of accuracies."""

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.metrics import paired_difference


def pairs(both, gained, lost, neither):
    with_transfer = [True] * (both + gained) + [False] * (lost + neither)
    without = [True] * both + [False] * gained + [True] * lost + [False] * neither
    return np.array(with_transfer), np.array(without)


def test_tango_satisfies_its_score_equation():
    gained, lost, count = 1, 7, 32
    figure = paired_difference(*pairs(20, gained, lost, count - 20 - gained - lost))
    assert figure.value == (gained - lost) / count
    for limit in (figure.low, figure.high):
        # The two restricted maximum-likelihood cell probabilities solve the score equations.
        grid = np.linspace(max(0, -limit), min(1, (1 - limit) / 2), 2_000_001)[1:-1]
        inner = gained * np.log(grid + limit) + lost * np.log(grid)
        likelihood = inner + (count - gained - lost) * np.log(1 - 2 * grid - limit + 1e-300)
        share = grid[likelihood.argmax()]
        spread = np.sqrt(count * (2 * share + limit * (1 - limit)))
        assert abs(gained - lost - count * limit) / spread == pytest.approx(1.96, abs=1e-3)


def test_models_that_agree_everywhere_get_a_width():
    same = np.array([True] * 45 + [False] * 5)
    figure = paired_difference(same, same)
    assert figure.value == 0
    # z^2 / (n + z^2)
    assert figure.high == pytest.approx(3.8415 / 53.8415, abs=1e-4)
    assert figure.low == -figure.high


def test_pairing_narrows_the_interval():
    agreeing = paired_difference(*pairs(80, 8, 2, 10))
    disagreeing = paired_difference(*pairs(20, 43, 37, 0))
    assert agreeing.value == disagreeing.value
    assert agreeing.high - agreeing.low < disagreeing.high - disagreeing.low


@pytest.mark.parametrize(("gained", "lost"), [(10, 0), (0, 10)])
def test_total_difference_stays_in_bounds(gained, lost):
    figure = paired_difference(*pairs(0, gained, lost, 0))
    assert -1 <= figure.low <= figure.value <= figure.high <= 1
    assert figure.high - figure.low > 0.2


@pytest.mark.parametrize(
    ("count", "shares"), [(50, (0.85, 0.1, 0.03, 0.02)), (120, (0.9, 0.05, 0.05, 0.0))]
)
def test_interval_covers_the_truth(count, shares):
    random = np.random.default_rng(0)
    truth = shares[1] - shares[2]
    figures = [paired_difference(*pairs(*random.multinomial(count, shares))) for _ in range(300)]
    covered = np.mean([figure.low <= truth <= figure.high for figure in figures])
    assert covered >= 0.92


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([], [], r"correct_with has shape \(0,\)"),
        ([True], [True, False], "correct_with has 1 samples and correct_without 2"),
        ([True], [1], "correct_without has .*type int"),
    ],
)
def test_wrong_pairs_are_refused(first, second, message):
    with pytest.raises(InputError, match=message):
        paired_difference(first, second)
