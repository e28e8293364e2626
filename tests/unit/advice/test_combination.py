"""Prior and scores together: learned from earlier targets, sensible without any."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import weightedtau

from headstart.advice import combination
from headstart.advice.combination import MEAN_SLOPE, combine
from headstart.advice.experience import Outcome
from headstart.advice.kernels import kernels, target_likeness
from headstart.advice.pairs import pairs_of
from headstart.advice.prior import Standing
from headstart.advice.standing import standings
from headstart.advice.variance_components import default_variances, learn_variances


def world(worth=0.0, by_score=0.0, n_targets=8, n_sources=9, seed=0, noise=0.3):
    """Outcomes that are partly the source's own worth, partly what a score sees."""
    random = np.random.default_rng(seed)
    worths, scores = random.normal(size=n_sources), random.normal(size=(n_targets, n_sources))
    values = worth * worths + by_score * scores + noise * random.normal(size=scores.shape)
    junk = random.normal(size=scores.shape)
    return [
        Outcome(f"t{t}", f"s{s}", values[t, s], {"good": scores[t, s], "junk": junk[t, s]})
        for t in range(n_targets)
        for s in range(n_sources)
    ]


def last_out(outcomes):
    """The last target's measures, the outcomes on the others, and what came of it."""
    last = outcomes[-1].target
    own = [one for one in outcomes if one.target == last]
    earlier = [one for one in outcomes if one.target != last]
    return {one.source: one.measures for one in own}, earlier, {o.source: o.outcome for o in own}


def agreement(outcomes, part="total"):
    measures, earlier, truth = last_out(outcomes)
    found = combine(measures, earlier).expectations
    given = [getattr(one, part) for one in found]
    return weightedtau(given, [truth[one.source] for one in found])[0]


def test_the_prior_is_followed_where_scores_say_nothing():
    taus = [agreement(world(worth=1, seed=seed)) for seed in range(5)]
    assert np.mean(taus) > 0.8


@pytest.mark.parametrize("sign", [1, -1], ids=["higher is better", "lower is better"])
def test_scores_are_followed_where_there_is_no_prior(sign):
    taus = [agreement(world(by_score=sign, seed=seed)) for seed in range(5)]
    assert np.mean(taus) > 0.7


def test_together_they_are_better_than_either():
    worlds = [world(worth=1, by_score=1, seed=seed) for seed in range(6)]
    both = np.mean([agreement(one) for one in worlds])
    assert both > np.mean([agreement(one, "static") for one in worlds]) + 0.1
    assert both > np.mean([agreement(one, "evidence") for one in worlds])


def test_like_targets_count_for_more():
    """Two kinds of target with opposite orders; scores tell the kinds apart, not the order."""
    random = np.random.default_rng(3)
    worths, profile = random.normal(size=8), random.normal(size=8)
    rows = []
    for number in range(9):
        kind = 1 if number % 2 else -1
        values = kind * worths + 0.2 * random.normal(size=8)
        seen = kind * profile + 0.2 * random.normal(size=8)
        rows += [Outcome(f"t{number}", f"s{i}", values[i], {"m": seen[i]}) for i in range(8)]
    assert agreement(rows, "static") < 0.6
    assert agreement(rows) > 0.8


def test_without_any_target_the_mean_score_decides():
    measures = {"a": {"x": 1.0, "y": 5.0}, "b": {"x": 3.0, "y": 9.0}, "c": {"x": 2.0, "y": 7.0}}
    answer = combine(measures, [])
    assert [one.source for one in answer.expectations] == ["b", "c", "a"]
    assert answer.targets == 0
    assert answer.expectations[0].evidence == pytest.approx(MEAN_SLOPE * standings([1, 3, 2])[1])


def test_without_scores_the_seed_decides():
    seed = {"a": Standing(-0.5, 3), "b": Standing(0.7, 3)}
    answer = combine({"a": {}, "b": {}, "new": {}}, [], seed)
    assert [one.source for one in answer.expectations] == ["b", "new", "a"]
    assert [one.targets for one in answer.expectations] == [3, 0, 3]


def test_own_experience_overrules_the_seed():
    rows = [
        Outcome(f"t{n}", name, value, {})
        for n in range(30)
        for name, value in (("a", 1.0), ("b", 0.5))
    ]
    seed = {"a": Standing(-1.0, 99), "b": Standing(1.0, 99)}
    assert combine({"a": {}, "b": {}}, rows, seed).expectations[0].source == "a"


def test_the_parts_add_up_and_are_relative_to_the_candidates():
    measures, earlier, _ = last_out(world(worth=1, by_score=1))
    found = combine(measures, earlier).expectations
    for one in found:
        assert one.total == pytest.approx(one.prior + one.alike + one.evidence)
    for part in ("prior", "alike", "evidence"):
        assert sum(getattr(one, part) for one in found) == pytest.approx(0, abs=1e-9)
    assert [one.total for one in found] == sorted((one.total for one in found), reverse=True)


def test_incomplete_grids_and_missing_scores_will_do():
    random = np.random.default_rng(0)
    rows = [one for one in world(worth=1, by_score=1) if random.random() > 0.4]
    rows = [
        Outcome(one.target, one.source, one.outcome, {} if random.random() > 0.7 else one.measures)
        for one in rows
    ]
    measures, earlier, _ = last_out(rows)
    measures = {**measures, "unheard of": {"good": float("nan")}, "silent": {}}
    found = combine(measures, earlier).expectations
    assert {one.source for one in found} == set(measures)
    assert np.isfinite([one.total for one in found]).all()


def test_constant_scores_and_outcomes_change_nothing():
    rows = world(worth=1)
    measures, earlier, _ = last_out(rows)
    constant = [
        Outcome(one.target, one.source, one.outcome, {**one.measures, "flat": 1.0})
        for one in earlier
    ] + [Outcome("flat", f"s{number}", 0.5, {}) for number in range(3)]
    flat = {source: {**scores, "flat": 1.0} for source, scores in measures.items()}
    assert np.isfinite([one.total for one in combine(flat, constant).expectations]).all()


def test_variances_are_learned_from_a_bounded_number_of_pairs(monkeypatch):
    sizes = []
    real = combination.learn_variances

    def watched(parts, known):
        sizes.append((len(parts.shared), len(known)))
        return real(parts, known)

    monkeypatch.setattr(combination, "learn_variances", watched)
    monkeypatch.setattr(combination, "MOST_LEARNED_FROM", 20)
    assert agreement(world(worth=1)) > 0.5
    assert sizes == [(20, 20)]


def test_no_candidates_is_no_answer():
    assert combine({}, world()).expectations == ()


def test_the_order_of_the_rows_does_not_matter():
    measures, earlier, _ = last_out(world(worth=1, by_score=1, n_targets=4))
    shuffled = [earlier[i] for i in np.random.default_rng(0).permutation(len(earlier))]
    first, second = combine(measures, earlier), combine(dict(reversed(measures.items())), shuffled)
    totals = {one.source: one.total for one in second.expectations}
    for one in first.expectations:
        assert one.total == pytest.approx(totals[one.source], abs=1e-3)


def test_matrices_have_no_negative_eigenvalue():
    measures, earlier, _ = last_out(world(n_targets=12, n_sources=5))
    pairs = pairs_of(measures, earlier, {})
    parts = kernels(pairs)
    assert len(parts.learned) >= 5
    for name, matrix in {**parts.learned, "shared": parts.shared}.items():
        np.testing.assert_allclose(matrix, matrix.T, atol=1e-12, err_msg=name)
        assert np.linalg.eigvalsh(matrix).min() > -1e-8, name
    assert np.linalg.eigvalsh(target_likeness(pairs)).min() > -1e-8


def test_the_gradient_of_the_likelihood_is_right():
    from scipy.optimize import check_grad

    from headstart.advice.variance_components import _badness

    measures, earlier, _ = last_out(world(worth=1, n_targets=3, n_sources=4))
    pairs = pairs_of(measures, earlier, {})
    parts = kernels(pairs).among(pairs.earlier)
    start = np.log(list(default_variances(parts).values()))
    known = pairs.residual_standings(MEAN_SLOPE)
    away = check_grad(
        lambda logs: _badness(logs, start, parts, known)[0],
        lambda logs: _badness(logs, start, parts, known)[1],
        start + 0.3,
    )
    assert away < 1e-4


def test_variances_follow_the_data_and_else_the_default():
    def learned(**kwargs):
        measures, earlier, _ = last_out(world(**kwargs))
        pairs = pairs_of(measures, earlier, {})
        parts = kernels(pairs).among(pairs.earlier)
        return learn_variances(parts, pairs.residual_standings(MEAN_SLOPE)), parts

    by_worth, parts = learned(worth=1)
    by_noise, _ = learned(noise=1)
    assert by_worth["source"] > by_noise["source"]
    assert by_worth["not explained"] < by_noise["not explained"]
    pairs = pairs_of({"a": {}}, [], {})
    nothing = kernels(pairs).among(pairs.earlier)
    assert learn_variances(nothing, np.empty(0)) == default_variances(parts)
