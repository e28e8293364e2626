"""Figures of samples that may carry several labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from headstart.errors import InputError
from headstart.metrics.multi_label import multi_label_figures


def drawn(count=60, n_labels=4, seed=0):
    random = np.random.default_rng(seed)
    targets = random.integers(0, 2, (count, n_labels))
    noise = random.normal(0.0, 0.4, targets.shape)
    return targets, 1 / (1 + np.exp(-4 * (targets - 0.5 + noise)))


@pytest.mark.parametrize("seed", range(3))
def test_values_are_those_of_scikit_learn(seed):
    targets, shares = drawn(seed=seed)
    says = (shares >= 0.5).astype(int)
    figures = multi_label_figures(targets, shares)
    assert figures["label_accuracy"].value == pytest.approx((says == targets).mean())
    assert figures["exact_match"].value == pytest.approx(accuracy_score(targets, says))
    assert figures["macro_f1"].value == pytest.approx(f1_score(targets, says, average="macro"))
    assert figures["auroc"].value == pytest.approx(roc_auc_score(targets, shares, average="macro"))
    for figure in figures.values():
        assert 0.0 <= figure.low < figure.value < figure.high <= 1.0


def test_a_perfect_answer_still_has_a_width():
    targets, _ = drawn(12)
    figures = multi_label_figures(targets, targets.astype(float))
    for figure in figures.values():
        assert figure.low < figure.value == 1.0 == figure.high


def test_more_samples_are_narrower():
    few, many = (multi_label_figures(*drawn(count)) for count in (30, 1000))
    for name, figure in many.items():
        assert figure.high - figure.low < few[name].high - few[name].low


def test_a_label_that_never_occurs_has_no_area_and_one_that_is_not_said_is_right():
    targets = np.array([[0, 1], [0, 0], [0, 1]])
    figures = multi_label_figures(targets, np.array([[0.1, 0.9], [0.1, 0.1], [0.1, 0.8]]))
    assert figures["macro_f1"].value == figures["auroc"].value == 1.0
    nothing = multi_label_figures(np.zeros((3, 1), int), np.zeros((3, 1)))
    assert "auroc" not in nothing


@pytest.mark.parametrize("shape", [((3,), (3,)), ((3, 2), (3, 1)), ((0, 2), (0, 2))])
def test_shapes_that_do_not_fit(shape):
    with pytest.raises(InputError, match="both must be \\(n_samples, n_labels\\)"):
        multi_label_figures(np.zeros(shape[0], int), np.zeros(shape[1]))
