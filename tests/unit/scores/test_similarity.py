"""Similarities: by hand, and against the formulae written out the slow way."""

import sys

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from sklearn.covariance import LedoitWolf

from headstart.errors import InputError
from headstart.scores import (
    batch_norm_gap,
    coral,
    frechet_distance,
    mmd,
    optimal_transport_dataset_distance,
    proxy_a_distance,
)


def draw(n_samples, n_features, shift=0.0, seed=0):
    return np.random.default_rng(seed).normal(shift, 1 + shift, (n_samples, n_features))


def frechet(first, second, spread, other):
    """The formula with matrix roots."""
    root = sqrtm(spread)
    shared = np.real(sqrtm(root @ other @ root))
    apart = ((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum()
    return apart + np.trace(spread + other - 2 * shared)


def test_frechet_distance_of_numbers_by_hand():
    # Means 2 and 6, standard deviations 2 and 4.
    first, second = np.array([[0.0], [2.0], [4.0]]), np.array([[2.0], [6.0], [10.0]])
    assert frechet_distance(first, second) == pytest.approx((6 - 2) ** 2 + (4 - 2) ** 2)


def test_frechet_distance_with_matrix_roots():
    first, second = draw(50, 4), draw(30, 4, 0.5, seed=1)
    expected = frechet(first, second, np.cov(first.T), np.cov(second.T))
    assert frechet_distance(first, second) == pytest.approx(expected)


def test_frechet_distance_of_fewer_samples_than_features():
    first, second = draw(8, 20), draw(10, 20, 0.5, seed=1)
    # In coordinates that hold all samples, beside which both covariances are zero.
    axes = np.linalg.svd(np.concatenate([first, second]))[2]
    assert frechet_distance(first, second) == pytest.approx(
        frechet_distance(first @ axes.T, second @ axes.T)
    )
    assert frechet_distance(first, second) > 0
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("n_samples", [12, 60])
def test_frechet_distance_of_shrunk_covariances(n_samples):
    first, second = draw(n_samples, 20), draw(n_samples, 20, 0.3, seed=1)
    unbiased = n_samples / (n_samples - 1)
    spreads = [LedoitWolf().fit(rows).covariance_ * unbiased for rows in (first, second)]
    expected = frechet(first, second, *spreads)
    assert frechet_distance(first, second, shrink=True) == pytest.approx(expected)
    assert expected < frechet_distance(first, second)


def test_mmd_by_loops():
    first, second = draw(9, 3), draw(7, 3, 0.5, seed=1)
    rows = np.concatenate([first, second])
    lengths = [np.linalg.norm(rows[i] - rows[j]) for i in range(16) for j in range(i)]
    width = np.sqrt(np.median(np.square(lengths)))

    def mean(some, others):
        return np.mean(
            [
                np.exp(-(np.linalg.norm(x - y) ** 2) / (2 * width**2))
                for i, x in enumerate(some)
                for j, y in enumerate(others)
                if some is not others or i != j
            ]
        )

    expected = mean(first, first) + mean(second, second) - 2 * mean(first, second)
    assert mmd(first, second) == pytest.approx(expected)


def test_mmd_is_unbiased():
    values = [mmd(draw(20, 5, seed=seed), draw(20, 5, seed=seed + 500)) for seed in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=3 * np.std(values) / np.sqrt(200))
    assert min(values) < 0 < max(values)


def test_mmd_sees_through_many_equal_samples():
    assert mmd(np.ones((9, 2)), np.ones((9, 2))) == 0
    assert mmd(np.ones((9, 2)), [[1.0, 1.0]] * 8 + [[9.0, 9.0]]) == pytest.approx(0, abs=0.3)
    assert mmd(np.zeros((9, 2)), [[0.0, 0.0]] + [[9.0, 9.0]] * 3) > 0.1


def test_mmd_of_a_large_sample_is_that_of_a_part(monkeypatch):
    first, second = draw(300, 3), draw(300, 3, 0.4, seed=1)
    whole = mmd(first, second)
    monkeypatch.setattr(sys.modules["headstart.scores.mmd"], "MOST_SAMPLES", 100)
    assert mmd(first, second) == pytest.approx(whole, abs=0.05)
    assert mmd(first, second) != whole


def test_coral_by_loops():
    first, second = draw(9, 3), draw(7, 3, 0.5, seed=1)
    total = 0.0
    for one in range(3):
        for other in range(3):
            cells = [
                ((rows[:, one] - rows[:, one].mean()) * (rows[:, other] - rows[:, other].mean()))
                for rows in (first, second)
            ]
            total += (cells[0].sum() / 8 - cells[1].sum() / 6) ** 2
    assert coral(first, second) == pytest.approx(total / (4 * 3**2))


def test_proxy_a_distance_of_the_same_distribution_is_small():
    values = [
        proxy_a_distance(draw(60, 4, seed=seed), draw(60, 4, seed=seed + 100)) for seed in range(8)
    ]
    assert np.mean(values) < 0.3


def test_proxy_a_distance_of_sets_of_different_size():
    # A model that always says "the larger" would be right nine times out of ten.
    assert proxy_a_distance(draw(180, 4), draw(20, 4, seed=1)) < 0.9
    assert proxy_a_distance(draw(180, 4), draw(20, 4, seed=1) + 50) == 2


def transport_by_hand(first, labels, second, other_labels):
    """Exact assignment of as many samples, class distances by matrix roots."""
    costs = np.zeros((len(first), len(second)))
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            one, other = first[labels == labels[i]], second[other_labels == other_labels[j]]
            between = frechet(one, other, np.cov(one.T, bias=True), np.cov(other.T, bias=True))
            costs[i, j] = ((x - y) ** 2).sum() + between
    return np.sqrt(costs[linear_sum_assignment(costs)].mean())


def test_transport_by_an_exact_assignment():
    first, second = draw(16, 2), draw(16, 2, 0.5, seed=1)
    labels, other_labels = np.arange(16) % 2, np.arange(16) // 8
    expected = transport_by_hand(first, labels, second, other_labels)
    found = optimal_transport_dataset_distance(first, labels, second, other_labels)
    assert found == pytest.approx(expected)


def test_transport_of_a_data_set_to_itself_is_no_work():
    first, labels = draw(30, 5), np.arange(30) % 3
    names = np.array(["x", "y", "z"])[labels]
    assert optimal_transport_dataset_distance(first, labels, first, names) < 1e-6
    assert optimal_transport_dataset_distance(first, labels, first, np.sort(labels)) > 0.1


def test_transport_of_a_shift_by_hand():
    # Each sample moves by 3, and so does its class.
    first, labels = draw(20, 1), np.repeat([0, 1], 10)
    first[labels == 1] += 100
    moved = first + 3
    found = optimal_transport_dataset_distance(first, labels, moved, labels)
    assert found == pytest.approx(np.sqrt(3**2 + 3**2))


def test_transport_by_sinkhorn_is_near_the_exact_one():
    first, second = draw(40, 3), draw(40, 3, 0.5, seed=1)
    labels = np.arange(40) % 2
    exact = optimal_transport_dataset_distance(first, labels, second, labels)
    soft = optimal_transport_dataset_distance(first, labels, second, labels, regularisation=0.01)
    assert exact < soft < 1.1 * exact


@pytest.mark.parametrize("regularisation", [0.0, -1.0, float("nan"), float("inf")])
def test_transport_refuses_a_regularisation_that_is_not_above_zero(regularisation):
    with pytest.raises(InputError, match="accepted are None and numbers above 0"):
        optimal_transport_dataset_distance(
            draw(4, 2), [0, 0, 1, 1], draw(4, 2), [0, 0, 1, 1], regularisation
        )


def test_batch_norm_gap_by_hand():
    source = [([0.0, 0.0], [1.0, 4.0]), ([1.0], [1.0])]
    target = [([2.0, 0.0], [1.0, 1.0]), ([1.0], [1.0])]
    # A mean two deviations away, a variance of a quarter, and a layer that is the same.
    expected = ((2**2 / 8 + 0.5 * np.log(2.5 / 2)) / 2 + 0) / 2
    assert batch_norm_gap(source, target) == pytest.approx(expected, abs=1e-4)
    assert batch_norm_gap(target, source) == pytest.approx(batch_norm_gap(source, target))


def test_batch_norm_gap_is_not_ruled_by_a_silent_channel():
    loud = [(np.zeros(10), np.ones(10))]
    silent = [(np.zeros(10), np.array([0.0] + [1.0] * 9))]
    assert 0 < batch_norm_gap(loud, silent) < 1


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ([], [], "There are 0 layers of the source and 0 of the target"),
        ([([0.0], [1.0])], [], "There are 1 layers of the source and 0 of the target"),
        (
            [([0.0], [1.0])],
            [([0.0, 1.0], [1.0, 1.0])],
            "Layer 0 has 1 channels in the source and 2",
        ),
        ([([0.0], [1.0, 1.0])], [([0.0], [1.0])], "The source of layer 0 has 1 means and 2"),
        ([([0.0], [1.0])], [([0.0], [-1.0])], "The target of layer 0 .* the least -1"),
        ([([float("nan")], [1.0])], [([0.0], [1.0])], "source means of layer 0 hold nan"),
        ([([], [])], [([0.0], [1.0])], "source means of layer 0 are empty"),
    ],
)
def test_batch_norm_gap_refuses(source, target, message):
    with pytest.raises(InputError, match=message):
        batch_norm_gap(source, target)
