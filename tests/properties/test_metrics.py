"""What holds for every metric and comparison, whatever the predictions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from headstart.metrics import (
    classification_figures,
    confusion_matrix,
    paired_difference,
    paired_error_difference,
    regression_figures,
    reliability_bins,
)


@st.composite
def predictions(draw):
    """Targets and probabilities, with ties, sure mistakes and absent classes among them."""
    n_samples, n_classes = draw(st.integers(1, 40)), draw(st.integers(2, 5))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    n_present = draw(st.integers(1, n_classes))
    targets = random.integers(0, n_present, n_samples)
    scores = random.integers(0, 4, (n_samples, n_classes)) * draw(st.sampled_from([0.0, 1.0, 30.0]))
    if draw(st.booleans()):
        scores[np.arange(n_samples), targets] += 3
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return targets, weights / weights.sum(axis=1, keepdims=True)


@settings(max_examples=60, deadline=None)
@given(predictions())
def test_intervals_contain_the_value_and_stay_in_bounds(sample):
    for name, figure in classification_figures(*sample).items():
        assert 0 <= figure.low <= figure.value <= figure.high
        assert figure.high <= (np.inf if name == "log_loss" else 1)
        assert np.isfinite(figure.high)
        assert figure.low < figure.high


@settings(max_examples=40, deadline=None)
@given(predictions(), st.integers(0, 1000))
def test_row_order_does_not_matter(sample, seed):
    targets, probabilities = sample
    order = np.random.default_rng(seed).permutation(len(targets))
    before = classification_figures(targets, probabilities)
    after = classification_figures(targets[order], probabilities[order])
    assert before.keys() == after.keys()
    for name, figure in before.items():
        found = (after[name].value, after[name].low, after[name].high)
        assert found == pytest.approx((figure.value, figure.low, figure.high), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(predictions())
def test_values_agree_with_scikit_learn(sample):
    targets, probabilities = sample
    figures = classification_figures(targets, probabilities)
    predicted, labels = probabilities.argmax(axis=1), np.arange(probabilities.shape[1])
    assert figures["accuracy"].value == pytest.approx(np.mean(targets == predicted))
    assert figures["macro_f1"].value == pytest.approx(
        reference.f1_score(targets, predicted, average="macro")
    )
    assert figures["log_loss"].value == pytest.approx(
        reference.log_loss(targets, probabilities, labels=labels)
    )
    present = np.unique(targets)
    assert ("auroc" in figures) == (len(present) > 1)
    if len(present) > 1:
        areas = [
            reference.roc_auc_score(targets == code, probabilities[:, code]) for code in present
        ]
        expected = areas[-1] if len(labels) == 2 else np.mean(areas)
        assert figures["auroc"].value == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(predictions())
def test_counts_add_up(sample):
    targets, probabilities = sample
    counts = confusion_matrix(targets, probabilities.argmax(axis=1), probabilities.shape[1])
    bins = reliability_bins(targets, probabilities)
    assert counts.sum() == sum(row["count"] for row in bins) == len(targets)
    right = sum(row["count"] * row["accuracy"] for row in bins)
    assert right == pytest.approx(np.trace(counts))


correctness = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80).map(
    lambda rows: np.array(rows, dtype=bool).T
)


@settings(max_examples=100, deadline=None)
@given(correctness)
def test_swapping_the_models_negates_the_difference(pair):
    forward, backward = paired_difference(*pair), paired_difference(*pair[::-1])
    assert (forward.value, forward.low, forward.high) == (
        -backward.value,
        -backward.high,
        -backward.low,
    )


@settings(max_examples=100, deadline=None)
@given(correctness, st.integers(0, 1000))
def test_difference_contains_its_value_and_ignores_row_order(pair, seed):
    figure = paired_difference(*pair)
    assert -1 <= figure.low <= figure.value <= figure.high <= 1
    assert figure.low < figure.high
    order = np.random.default_rng(seed).permutation(pair.shape[1])
    assert paired_difference(*pair[:, order]) == figure


@st.composite
def numbers(draw):
    """Targets and predictions, with ties, constants and perfect predictions among them."""
    n_samples = draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    unit = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    targets = random.integers(0, draw(st.integers(1, 5)), n_samples) * unit
    return targets, targets + random.normal(size=n_samples) * unit * draw(st.sampled_from([0, 1]))


@settings(max_examples=60, deadline=None)
@given(numbers())
def test_figures_of_numbers_contain_their_value_and_agree_with_scikit_learn(sample):
    targets, predicted = sample
    figures = regression_figures(targets, predicted)
    for figure in figures.values():
        assert figure.low <= figure.value <= figure.high
        assert np.isfinite([figure.low, figure.high]).all()
    expected = {
        "mean_absolute_error": reference.mean_absolute_error(targets, predicted),
        "root_mean_squared_error": reference.root_mean_squared_error(targets, predicted),
    }
    if np.ptp(targets) > 0:
        expected["r2"] = reference.r2_score(targets, predicted)
    assert {name: figure.value for name, figure in figures.items()} == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(numbers(), st.integers(0, 1000))
def test_the_order_of_numbers_does_not_matter(sample, seed):
    targets, predicted = sample
    order = np.random.default_rng(seed).permutation(len(targets))
    before = regression_figures(targets, predicted)
    after = regression_figures(targets[order], predicted[order])
    for name, figure in before.items():
        found = (after[name].value, after[name].low, after[name].high)
        assert found == pytest.approx((figure.value, figure.low, figure.high), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(numbers(), st.integers(0, 1000))
def test_swapping_the_errors_negates_the_difference(sample, seed):
    errors = np.abs(np.subtract(*sample))
    others = np.random.default_rng(seed).permutation(errors)
    forward, backward = (
        paired_error_difference(*pair) for pair in ((errors, others), (others, errors))
    )
    assert forward.low <= forward.value <= forward.high
    rounding = 1e-9 * errors.max()
    assert forward.value == pytest.approx(-backward.value, abs=rounding)
    # Differences of one size and either sign are weighted in another order.
    if len(np.unique(np.abs(errors - others))) == len(errors):
        negated = (-backward.high, -backward.low)
        assert (forward.low, forward.high) == pytest.approx(negated, abs=rounding)
