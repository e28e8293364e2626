"""Figures of predicted numbers: by hand, as scikit-learn has them, and with honest intervals."""

import numpy as np
import pytest
from sklearn import metrics as reference

from headstart.errors import InputError
from headstart.metrics import (
    mean_absolute_error,
    paired_error_difference,
    r2,
    regression_figures,
    root_mean_squared_error,
)
from headstart.metrics.skewed_mean import mean_limits, student_point

TARGETS, PREDICTED = [1.0, 2.0, 3.0, 6.0], [2.0, 2.0, 1.0, 7.0]


def draw(random, n_samples, error=0.5):
    targets = random.normal(size=n_samples)
    return targets, targets + error * random.standard_t(5, n_samples)


def test_values_by_hand():
    figures = {
        name: figure.value for name, figure in regression_figures(TARGETS, PREDICTED).items()
    }
    # Errors 1, 0, 2, 1; the targets' distances from their mean 3 are 2, 1, 0, 3.
    assert figures == pytest.approx(
        {
            "r2": 1 - 6 / 14,
            "mean_absolute_error": 1.0,
            "root_mean_squared_error": np.sqrt(6 / 4),
        }
    )


def test_values_are_those_of_scikit_learn():
    sample = draw(np.random.default_rng(0), 200)
    assert r2(*sample).value == pytest.approx(reference.r2_score(*sample))
    assert mean_absolute_error(*sample).value == pytest.approx(
        reference.mean_absolute_error(*sample)
    )
    assert root_mean_squared_error(*sample).value == pytest.approx(
        reference.root_mean_squared_error(*sample)
    )


def test_all_at_once_is_each_on_its_own():
    sample = draw(np.random.default_rng(0), 30)
    figures = regression_figures(*sample)
    assert list(figures) == ["r2", "mean_absolute_error", "root_mean_squared_error"]
    for name, alone in (
        ("r2", r2(*sample)),
        ("mean_absolute_error", mean_absolute_error(*sample)),
        ("root_mean_squared_error", root_mean_squared_error(*sample)),
    ):
        together = figures[name]
        assert (together.value, together.low, together.high) == pytest.approx(
            (alone.value, alone.low, alone.high)
        )


def test_targets_without_spread_have_no_r2():
    assert r2([2.0, 2.0], [1.0, 3.0]) is None
    assert list(regression_figures([2.0], [1.0])) == [
        "mean_absolute_error",
        "root_mean_squared_error",
    ]


def draw_normal(random, n_samples):
    predicted = 2 * random.normal(size=n_samples)
    return predicted + random.normal(size=n_samples), predicted


@pytest.mark.parametrize("n_samples", [10, 30, 100])
@pytest.mark.parametrize(("drawn", "least"), [(draw, 0.87), (draw_normal, 0.92)])
def test_intervals_cover_the_truth(n_samples, drawn, least):
    """Squares of heavy-tailed errors have so long a tail that few samples seldom show it."""
    random = np.random.default_rng(0)
    truth = regression_figures(*drawn(random, 400_000))
    figures = [regression_figures(*drawn(random, n_samples)) for _ in range(300)]
    for name, expected in truth.items():
        covered = [one[name].low <= expected.value <= one[name].high for one in figures]
        assert least <= np.mean(covered) <= 0.985, name


def test_one_sample_proves_little():
    figure = mean_absolute_error([0.0], [1.0])
    assert figure.low < 0.1
    assert figure.high > 1.2


def test_the_unit_of_the_targets_scales_the_errors_and_not_r2():
    targets, predicted = draw(np.random.default_rng(0), 30)
    small = regression_figures(targets, predicted)
    large = regression_figures(1000 * targets, 1000 * predicted)
    assert large["r2"].low == pytest.approx(small["r2"].low)
    assert large["mean_absolute_error"].high == pytest.approx(
        1000 * small["mean_absolute_error"].high
    )


def test_paired_difference_by_hand():
    figure = paired_error_difference([1.0, 0.0, 2.0], [2.0, 1.0, 2.0])
    assert figure.value == pytest.approx(2 / 3)


@pytest.mark.parametrize(("n_samples", "clear"), [(1, False), (4, False), (7, True), (20, True)])
def test_as_many_samples_that_agree_as_the_sign_test_asks_for(n_samples, clear):
    figure = paired_error_difference([1.0] * n_samples, [3.0] * n_samples)
    assert figure.value == 2.0
    assert (figure.low > 0) == clear


def test_models_that_agree_everywhere_show_no_difference():
    figure = paired_error_difference([1.0, 2.0], [1.0, 2.0])
    assert (figure.low, figure.value, figure.high) == (0.0, 0.0, 0.0)


def test_pairing_narrows_the_interval():
    random = np.random.default_rng(0)
    hard = np.abs(random.normal(size=60)) * 10
    close = paired_error_difference(hard, hard + 1 + 0.1 * random.random(60))
    apart = paired_error_difference(random.permutation(hard), hard + 1)
    assert close.low > 0
    assert close.high - close.low < apart.high - apart.low


def test_the_difference_covers_the_truth():
    random = np.random.default_rng(0)
    # Mean of half-normal errors: sqrt(2 / pi) times the standard deviation.
    truth = 0.5 * np.sqrt(2 / np.pi)
    figures = [
        paired_error_difference(*np.abs(random.normal(size=(2, 40)) * [[1.0], [1.5]]))
        for _ in range(400)
    ]
    assert 0.92 <= np.mean([one.low <= truth <= one.high for one in figures]) <= 0.975


def test_student_and_hall_on_values_that_lean():
    """Gosset's half-width and Hall's inverse, worked out step by step."""
    values = np.array([1.0, 1.0, 2.0, 2.0, 9.0])
    low, high = mean_limits(values)
    # Mean 3, standard deviation sqrt(11.5), 4 degrees of freedom: 2.776.
    error = np.sqrt(11.5 / 5)
    assert low == pytest.approx(3 - 2.776 * error, abs=0.02)
    skewness = np.mean((values - 3) ** 3) / np.mean((values - 3) ** 2) ** 1.5 * np.sqrt(20) / 3
    lean = skewness / np.sqrt(5)
    t = (3 - high) / error
    # Hall's transformation takes this t to the lower normal point's place.
    assert t + lean * t**2 / 3 + lean**2 * t**3 / 27 + lean / 6 == pytest.approx(-2.776, abs=0.02)


def test_mirrored_values_have_the_mirrored_interval():
    values = np.array([1.0, 1.0, 2.0, 2.0, 9.0])
    low, high = mean_limits(values)
    assert mean_limits(-values) == pytest.approx((-high, -low))


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_without_spread_the_limits_are_the_mean(values):
    assert mean_limits(np.array(values)) == (2.0, 2.0)


@pytest.mark.parametrize(("freedom", "point"), [(1, 12.706), (2, 4.303), (3, 3.182), (30, 2.042)])
def test_points_of_student_are_those_of_the_tables(freedom, point):
    assert student_point(freedom) == pytest.approx(point, rel=0.01)


@pytest.mark.parametrize(
    ("targets", "predicted", "message"),
    [
        ([], [], r"The targets have shape \(0,\)"),
        ([[1.0]], [1.0], r"The targets have shape \(1, 1\)"),
        (["a"], [1.0], "The targets have shape .* and type <U1; a metric needs one number"),
        ([True], [1.0], "The targets have .* type bool"),
        ([1.0, 2.0], [1.0, np.nan], "The predictions hold nan at row 1; accepted are finite"),
        ([1.0], [np.inf], "The predictions hold inf at row 0"),
        ([1.0, 2.0], [1.0], "There are 2 targets and 1 predictions"),
    ],
)
def test_wrong_numbers_are_refused(targets, predicted, message):
    with pytest.raises(InputError, match=message):
        regression_figures(targets, predicted)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([], [], r"errors_with has shape \(0,\)"),
        ([1.0], [1.0, 2.0], "errors_with has 1 samples and errors_without 2"),
        ([1.0], [-1.0], "errors_without has .* one finite absolute error of 0 or more"),
        ([1.0], [np.nan], "errors_without has .* one finite absolute error of 0 or more"),
    ],
)
def test_wrong_errors_are_refused(first, second, message):
    with pytest.raises(InputError, match=message):
        paired_error_difference(first, second)
