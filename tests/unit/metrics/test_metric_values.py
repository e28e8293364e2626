"""The values are those of scikit-learn; degenerate test sets get honest figures."""

import numpy as np
import pytest
from sklearn import metrics as reference

from headstart.errors import InputError
from headstart.metrics import (
    accuracy,
    auroc,
    calibration_error,
    classification_figures,
    confusion_matrix,
    log_loss,
    macro_f1,
    reliability_bins,
)
from headstart.metrics.arguments import check_codes


def predicted_sample(n_samples=120, n_classes=4, seed=0, strength=1.5):
    random = np.random.default_rng(seed)
    targets = random.integers(0, n_classes, n_samples)
    scores = random.normal(size=(n_samples, n_classes))
    scores[np.arange(n_samples), targets] += strength
    scores = np.exp(scores)
    return targets, scores / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_values_are_those_of_scikit_learn(n_classes):
    targets, probabilities = predicted_sample(n_classes=n_classes)
    predictions = probabilities.argmax(axis=1)
    scores = probabilities[:, 1] if n_classes == 2 else probabilities
    assert accuracy(targets, predictions).value == reference.accuracy_score(targets, predictions)
    assert macro_f1(targets, predictions).value == pytest.approx(
        reference.f1_score(targets, predictions, average="macro")
    )
    assert auroc(targets, probabilities).value == pytest.approx(
        reference.roc_auc_score(targets, scores, multi_class="ovr")
    )
    assert log_loss(targets, probabilities).value == pytest.approx(
        reference.log_loss(targets, probabilities)
    )
    np.testing.assert_array_equal(
        confusion_matrix(targets, predictions, n_classes),
        reference.confusion_matrix(targets, predictions),
    )


def test_macro_f1_counts_a_class_that_is_only_predicted():
    targets, predictions = [0, 0, 1, 1], [0, 2, 1, 1]
    expected = reference.f1_score(targets, predictions, average="macro")
    assert macro_f1(targets, predictions).value == pytest.approx(expected)
    assert expected < 0.6


def test_tied_scores_count_half():
    targets = [0, 1, 0, 1, 1]
    scores = np.array([0.2, 0.2, 0.7, 0.7, 0.4])
    expected = reference.roc_auc_score(targets, scores)
    found = auroc(targets, np.column_stack([1 - scores, scores]))
    assert found.value == pytest.approx(expected)


def test_a_constant_score_is_chance():
    figure = auroc([0, 1] * 10, np.full((20, 2), 0.5))
    assert figure.value == 0.5
    assert figure.low < 0.3 < 0.7 < figure.high


def test_macro_auroc_leaves_out_absent_classes():
    targets, probabilities = predicted_sample(n_classes=4)
    kept = targets < 3
    areas = [
        reference.roc_auc_score(targets[kept] == code, probabilities[kept, code])
        for code in range(3)
    ]
    assert auroc(targets[kept], probabilities[kept]).value == pytest.approx(np.mean(areas))


def test_one_class_has_no_auroc():
    probabilities = [[0.7, 0.3], [0.4, 0.6]]
    assert auroc([0, 0], probabilities) is None
    assert "auroc" not in classification_figures([0, 0], probabilities)


def test_log_loss_of_a_sure_mistake_is_finite():
    figure = log_loss([0], [[0.0, 1.0]])
    assert figure.value == pytest.approx(reference.log_loss([0], [[0.0, 1.0]], labels=[0, 1]))
    assert figure.value == pytest.approx(36.04, abs=0.01)


def test_calibration_error_by_hand():
    targets = [0, 0, 0, 1, 1]
    probabilities = [[0.9, 0.1]] * 4 + [[0.3, 0.7]]
    # Bin at 0.9: three of four right, bin at 0.7: one of one.
    expected = (4 * abs(0.75 - 0.9) + 1 * abs(1 - 0.7)) / 5
    assert calibration_error(targets, probabilities).value == pytest.approx(expected)


def test_reliability_bins_by_hand():
    targets = [0, 0, 0, 1, 1]
    probabilities = [[0.9, 0.1]] * 4 + [[0.3, 0.7]]
    low, high = reliability_bins(targets, probabilities)
    assert low == {"confidence": pytest.approx(0.7), "accuracy": 1.0, "count": 1}
    assert high == {"confidence": pytest.approx(0.9), "accuracy": 0.75, "count": 4}


def test_all_at_once_is_the_same_as_one_by_one():
    targets, probabilities = predicted_sample()
    predictions = probabilities.argmax(axis=1)
    together = classification_figures(targets, probabilities, seed=3)
    assert together["accuracy"] == accuracy(targets, predictions)
    assert together["macro_f1"] == macro_f1(targets, predictions)
    assert together["auroc"] == auroc(targets, probabilities)
    assert together["log_loss"].low == pytest.approx(log_loss(targets, probabilities).low)
    alone = calibration_error(targets, probabilities, seed=3)
    assert together["calibration_error"].high == pytest.approx(alone.high)


def test_blocks_do_not_change_the_weights(monkeypatch):
    targets, probabilities = predicted_sample()
    whole = classification_figures(targets, probabilities)
    monkeypatch.setattr("headstart.metrics.resamples.BLOCK", 1000)
    monkeypatch.setattr("headstart.metrics.calibration.BLOCK", 1000)
    parts = classification_figures(targets, probabilities)
    for name in whole:
        assert parts[name].low == pytest.approx(whole[name].low)
        assert parts[name].high == pytest.approx(whole[name].high)


@pytest.mark.parametrize(
    ("targets", "predictions", "message"),
    [
        (np.empty(0, dtype=int), [], r"shape \(0,\).*at least one sample"),
        ([0, 1], [0], "2 targets and 1 predictions"),
        ([0.5], [0], "type float64"),
        ([0, -1], [0, 0], "code -1"),
        ([[0]], [0], r"shape \(1, 1\)"),
    ],
)
def test_wrong_codes_are_refused(targets, predictions, message):
    with pytest.raises(InputError, match=message):
        accuracy(targets, predictions)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([0.5, 0.5], r"shape \(2,\)"),
        ([[0.5, 0.5]], "2 targets and 1 rows"),
        ([[0.5, 0.5], [0.9, 0.9]], "Row 1 .*sum to 1"),
        ([[np.nan, 0.5], [0.5, 0.5]], "Row 0 .*finite"),
        ([[1.5, -0.5], [0.5, 0.5]], "Row 0 .*at least 0"),
        ([[1.0], [1.0]], "code 1; accepted are codes from 0 to 0"),
    ],
)
def test_wrong_probabilities_are_refused(probabilities, message):
    with pytest.raises(InputError, match=message):
        classification_figures([0, 1], probabilities)


def test_codes_are_bounded_only_when_asked():
    assert check_codes("codes", [7]).tolist() == [7]
    with pytest.raises(InputError, match="code 7"):
        confusion_matrix([0], [7], n_classes=3)
