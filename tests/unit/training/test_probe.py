"""The probe: which stage it reads, how strongly it is penalised, and what it says of that."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data import stratified_folds
from headstart.plan import HeadPlan
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.probe import MANY, Samples, fit_probe


def noise(n_samples, n_features=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


def samples(features, codes, n_classes=2, folds=None, class_weight=None):
    if folds is None:
        folds = stratified_folds(codes, range(len(codes)), 5, 0)
    return Samples(features, codes, LogisticObjective(n_classes, class_weight), folds)


CODES = np.arange(60) % 2
USEFUL = noise(60, seed=1) + CODES[:, None] * 3.0


def test_the_last_stage_is_preferred_when_nothing_is_better():
    equal = {"first": USEFUL, "middle": USEFUL.copy(), "last": USEFUL.copy()}
    probe = fit_probe(samples(equal, CODES))
    assert probe.plan.stages == ("last",)
    stages, penalty = probe.decisions
    assert stages.question == "which stages"
    assert stages.answer == "last"
    assert stages.reason.startswith("No other choice beats the last stage")
    assert penalty.question == "how strong a penalty"


def test_an_inner_stage_that_is_clearly_better_is_picked():
    features = {"first": noise(60, seed=2), "middle": USEFUL, "last": noise(60, seed=3)}
    probe = fit_probe(samples(features, CODES))
    assert "middle" in probe.plan.stages
    assert "which stages" in [decision.question for decision in probe.decisions]
    assert probe.cv_score > 0.9
    rows = probe.decisions[0].measurements
    assert [row["stages"] for row in rows if row["chosen"]] == [probe.decisions[0].answer]
    by_stage = {row["stages"]: row for row in rows}
    assert by_stage["middle"]["cv_log_loss"] < by_stage["last"]["cv_log_loss"]
    assert {"first", "middle", "last", "middle + last", "first + middle + last"} == set(by_stage)


def test_joined_stages_are_picked_when_each_knows_one_half():
    quarters = np.arange(120) % 4
    signal = [(quarters == one)[:, None] * 4.0 for one in range(4)]
    features = {
        "early": noise(120, seed=4),
        "knows 0 and 1": noise(120, 2, seed=5) + np.hstack(signal[:2]),
        "knows 2": noise(120, 1, seed=6) + signal[2],
    }
    probe = fit_probe(samples(features, quarters, 4))
    assert probe.plan.stages[-2:] == ("knows 0 and 1", "knows 2")
    assert len(probe.head.mean) >= 3


@pytest.mark.parametrize("objective", [LogisticObjective(2), RidgeObjective()])
def test_the_same_samples_give_the_same_probe_to_the_last_bit(objective):
    features = {"first": noise(60, seed=2), "last": USEFUL}
    folds = stratified_folds(CODES, range(60), 5, 0)
    targets = CODES if isinstance(objective, LogisticObjective) else USEFUL[:, 0]
    given = Samples(features, targets, objective, folds)
    one, other = fit_probe(given), fit_probe(given)
    for name in ("mean", "scale", "weights", "bias", "temperature"):
        np.testing.assert_array_equal(getattr(one.head, name), getattr(other.head, name))
    np.testing.assert_array_equal(one.held_out.scores, other.held_out.scores)
    assert (one.plan, one.decisions) == (other.plan, other.decisions)
    assert (one.cv_score, one.cv_loss) == (other.cv_score, other.cv_loss)


def test_what_the_plan_says_is_not_chosen_again():
    features = {"first": USEFUL, "last": USEFUL}
    probe = fit_probe(samples(features, CODES), HeadPlan(("first",), 7.0))
    assert probe.plan == HeadPlan(("first",), 7.0)
    assert [decision.question for decision in probe.decisions] == ["how strong a penalty"]


def test_the_penalty_is_one_of_those_tried():
    probe = fit_probe(samples({"only": USEFUL}, CODES))
    assert probe.plan.inverse_penalty in MANY
    assert [decision.question for decision in probe.decisions] == ["how strong a penalty"]


def test_labels_without_a_pattern_give_little_confidence():
    probe = fit_probe(samples({"only": noise(60, 30)}, CODES))
    assert probe.head.probabilities(noise(60, 30, seed=9)).max(axis=1).mean() < 0.75
    assert probe.cv_loss == pytest.approx(np.log(2), abs=0.1)
    assert probe.head.temperature > 2.0


def test_without_folds_there_is_a_head_and_no_figure():
    probe = fit_probe(samples({"first": USEFUL, "last": USEFUL}, CODES, folds=()))
    assert probe.plan.stages == ("last",)
    assert probe.plan.inverse_penalty > 0
    assert (probe.cv_score, probe.cv_loss, probe.decisions) == (None, None, ())
    assert probe.head.temperature == 1.0


def probe_input(vectors, probe):
    return np.concatenate([vectors] * len(probe.plan.stages), axis=1)


def test_a_class_that_is_absent_from_a_fold_is_no_obstacle():
    codes = np.array([0, 1] * 12 + [2])
    vectors = noise(25) + codes[:, None] * 5.0
    rows = np.arange(25)
    half = rows // 2 % 2
    folds = [(rows[half != side], rows[half == side]) for side in (0, 1)]
    assert any(2 not in codes[train] for train, _ in folds)
    probe = fit_probe(samples({"a": vectors, "b": vectors}, codes, 3, folds))
    assert np.isfinite(probe.cv_loss)
    shares = probe.head.probabilities(probe_input(vectors, probe))[:, 2]
    assert shares.argmax() == 24  # its one sample; the penalty decides whether that is enough
    assert shares[24] > 2 * shares[:24].max()


def test_balanced_weights_help_the_rare_class():
    codes = (np.arange(200) % 20 == 0).astype(int)
    vectors = noise(200, 2, seed=7) + codes[:, None]
    usual = fit_probe(samples({"only": vectors}, codes), HeadPlan((), 1.0))
    weighed = fit_probe(samples({"only": vectors}, codes, class_weight="balanced"), HeadPlan((), 1))
    rare = codes == 1
    assert (
        weighed.head.probabilities(vectors)[rare, 1].mean()
        > usual.head.probabilities(vectors)[rare, 1].mean() + 0.1
    )


def test_many_samples_are_compared_on_a_part_of_them():
    codes = np.sort(np.arange(1500) % 3)
    vectors = noise(1500, 2) + codes[:, None] * 4.0
    probe = fit_probe(samples({"a": noise(1500, 2, seed=5), "b": vectors}, codes, 3))
    assert probe.plan.stages == ("b",)
    assert probe.cv_score > 0.98


def test_the_order_of_the_samples_does_not_matter_for_the_head():
    order = np.random.default_rng(0).permutation(60)
    plan = HeadPlan(("only",), 10.0)
    head = fit_probe(samples({"only": USEFUL}, CODES, folds=()), plan).head
    other = fit_probe(samples({"only": USEFUL[order]}, CODES[order], folds=()), plan).head
    assert other.probabilities(USEFUL) == pytest.approx(head.probabilities(USEFUL), abs=1e-3)


def numbers(features, targets, folds=None):
    if folds is None:
        folds = stratified_folds(targets > np.median(targets), range(len(targets)), 5, 0)
    return Samples(features, targets, RidgeObjective(), folds)


def test_numbers_go_the_same_way_and_are_judged_by_their_errors():
    vectors = noise(80, 3)
    targets = vectors @ [1.0, -2.0, 0.5] * 10 + 40.0
    features = {"first": noise(80, seed=2), "middle": vectors, "last": noise(80, seed=3)}
    probe = fit_probe(numbers(features, targets))
    assert probe.plan.stages == ("middle",)
    assert -1.0 < probe.cv_score < 0.0
    assert probe.head.temperature == 1.0
    assert probe.head.scores(vectors)[:, 0] == pytest.approx(targets, abs=0.5)
    stages, penalty = probe.decisions
    by_stage = {row["stages"]: row for row in stages.measurements}
    assert by_stage["middle"]["cv_absolute_error"] < by_stage["last"]["cv_absolute_error"]
    assert by_stage["middle"]["cv_squared_error"] < by_stage["last"]["cv_squared_error"]
    assert all(row["standard_error"] > 0 for row in stages.measurements)
    assert (
        penalty.reason
        == "It has the lowest cross-validated squared error of those that were tried."
    )


def test_numbers_without_a_pattern_are_answered_by_their_mean():
    targets = np.random.default_rng(9).normal(size=60) + 7.0
    probe = fit_probe(numbers({"only": noise(60, 30)}, targets))
    assert probe.plan.inverse_penalty == MANY[0]
    answers = probe.head.scores(noise(60, 30, seed=8))
    assert answers.std() < 0.5
    assert answers.mean() == pytest.approx(7.0, abs=0.3)


def test_numbers_without_folds():
    probe = fit_probe(numbers({"only": noise(3)}, np.array([1.0, 2.0, 3.0]), folds=()))
    assert (probe.cv_score, probe.decisions) == (None, ())
