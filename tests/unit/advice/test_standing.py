"""Figures of one target on a common scale."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.standing import in_columns, standings


def test_mean_0_and_deviation_1_over_what_was_measured():
    placed = standings([3.0, np.nan, 1.0, 7.0, np.inf])
    assert np.isnan(placed[[1, 4]]).all()
    assert placed[[0, 2, 3]].mean() == pytest.approx(0)
    assert placed[[0, 2, 3]].std() == pytest.approx(1)


def test_the_order_is_kept():
    figures = np.array([5.0, -2.0, 8.0, 8.0, 0.0])
    placed = standings(figures)
    assert (np.argsort(placed, kind="stable") == np.argsort(figures, kind="stable")).all()
    assert placed[2] == placed[3]


def test_unit_and_zero_of_the_figures_do_not_matter():
    figures = np.array([0.1, 0.5, 0.2, 0.9])
    np.testing.assert_allclose(standings(figures), standings(100 * figures - 7), atol=1e-12)


def test_one_figure_far_away_leaves_the_others_apart():
    placed = standings([1.0, 2.0, 3.0, -1e9])
    assert placed[2] - placed[0] > 0.5


def test_the_largest_floats_have_a_standing():
    assert standings([-1e308, 0.0, 1e308]) == pytest.approx([-1.2247, 0, 1.2247], abs=1e-3)


@pytest.mark.parametrize("figures", [[2.0, 2.0, 2.0], [5.0], [np.nan, 1.0]])
def test_where_nothing_differs_all_stand_at_0(figures):
    placed = standings(figures)
    assert (placed[np.isfinite(figures)] == 0).all()


def test_nothing_measured_is_nothing():
    assert np.isnan(standings([np.nan, np.nan])).all()
    assert standings([]).shape == (0,)


def test_columns_do_not_touch_each_other():
    table = np.array([[1.0, 5.0], [2.0, np.nan], [3.0, 4.0]])
    np.testing.assert_array_equal(in_columns(table)[:, 0], standings(table[:, 0]))
    np.testing.assert_array_equal(in_columns(table)[:, 1], standings(table[:, 1]))
    assert in_columns(np.empty((3, 0))).shape == (3, 0)
