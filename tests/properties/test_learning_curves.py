"""What holds for every learning curve, whatever its points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.advice.next_labels import next_labels
from headstart.evaluation.learning_curve import curve_sizes, nested_order
from headstart.evaluation.power_law import fit_power_law

errors = st.floats(0.0, 1.0)


@settings(max_examples=40)
@given(st.lists(errors, min_size=1, max_size=8), st.floats(1e-8, 0.01), errors, st.integers(0, 9))
def test_laws_are_finite_fall_and_agree_with_themselves(points, variance, guess, seed):
    sizes = 8 * 2 ** np.arange(len(points))
    law = fit_power_law(sizes, points, variance * np.eye(len(points)), max(guess, 1e-6), seed)
    few, more = law.errors(10), law.errors(1000)
    assert np.isfinite(few).all()
    assert (more <= few + 1e-12).all()
    assert (law.floor >= 0).all()
    assert (few <= law.guess + 1e-12).all()
    needed = law.labels(few)
    reached = np.isfinite(needed) & (few - law.floor > 1e-6)
    np.testing.assert_allclose(needed[reached], 10.0, rtol=1e-3)
    count = law.labels_needed(float(np.median(more)))
    ends = [np.inf if one is None else one for one in (count.low, count.value, count.high)]
    assert ends == sorted(ends)


@given(st.integers(1, 5000), st.integers(1, 100))
def test_sizes_rise_to_all_labels(n_labels, n_strata):
    sizes = curve_sizes(n_labels, n_strata)
    assert sizes[-1] == n_labels
    assert 1 <= len(sizes) <= 8
    assert all(small < large for small, large in pairwise(sizes))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 99))
def test_an_order_holds_each_row_once_and_each_stratum_early(strata, seed):
    array = np.array(strata)
    order = nested_order(np.arange(len(array)), array, seed)
    assert sorted(order.tolist()) == list(range(len(array)))
    n_strata = len(set(strata))
    assert set(array[order[:n_strata]].tolist()) == set(strata)


@given(st.integers(1, 30), st.integers(1, 40), st.integers(2, 4), st.integers(0, 99))
def test_the_next_labels_are_different_rows(n_samples, count, n_classes, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(0, 3, (n_samples, 3)).astype(float)
    shares = rng.dirichlet(np.ones(n_classes), n_samples)
    chosen = next_labels(vectors, count, shares, seed).tolist()
    assert len(chosen) == len(set(chosen)) == min(count, n_samples)
