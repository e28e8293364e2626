"""Several targets a sample, from samples to a model that is saved and loaded."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from headstart import MultiTaskModel, load
from headstart.data.target_columns import Targets, read_targets
from headstart.errors import InputError, PlanError, RunError
from headstart.evaluation.several_targets import SeveralResult
from headstart.fitting import Settings
from headstart.fitting.several_targets import fit_targets
from headstart.fitting.sharing import better, held_out_comparison
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.target_sides import Column, joint_strata
from headstart.runs.loading import load_answering_once
from headstart.runs.several_targets import SeveralModel
from headstart.strategies import read_plan_name
from headstart.tasks.classification import ClassificationTask

QUICK = {"epochs": 2, "batch_size": 8}


def columns_of(paths):
    """A class that every picture has, a number and tags that some have."""
    red = [path.parent.name == "red" for path in paths]
    return {
        "colour": ["red" if one else "blue" for one in red],
        "heat": [
            None if row % 3 == 0 else (20.5 if one else 3.5) + row / 10
            for row, one in enumerate(red)
        ],
        "tags": [
            None if row % 5 == 4 else (["warm", "any"] if one else ["any"] if row % 2 else [])
            for row, one in enumerate(red)
        ],
    }


def settings_of(source, plan="probe", **options):
    several = {
        key: options.pop(key) for key in ("kinds", "grouping", "loss_weights") if key in options
    }
    training = {} if plan == "probe" else QUICK
    fit = Settings(source, read_plan_name(plan), **{"training": training, **options})
    return TargetSettings(fit, **several)


@pytest.fixture(scope="module")
def paths(same_photos):
    return sorted(same_photos.glob("*/*.png"))


@pytest.fixture(scope="module")
def targets(paths):
    return read_targets(paths, columns_of(paths))


@pytest.fixture(scope="module")
def frozen(tiny_source, targets):
    return fit_targets(targets, settings_of(tiny_source))


@pytest.fixture(scope="module")
def trained(tiny_source, targets):
    return fit_targets(targets, settings_of(tiny_source, "freeze:1"))


def same(one, other, inputs):
    first, second = one.predict_proba(inputs), other.predict_proba(inputs)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    first, second = one.predict(inputs), other.predict(inputs)
    assert {name: values.tolist() for name, values in first.items()} == {
        name: values.tolist() for name, values in second.items()
    }


@pytest.mark.parametrize("which", ["frozen", "trained"])
def test_every_target_has_its_figures(request, which):
    result = request.getfixturevalue(which).result_
    assert [one.name for one in result.targets] == ["colour", "heat", "tags"]
    kinds = [one.result.task for one in result.targets]
    assert kinds == ["classification", "regression", "multi-label"]
    assert result.n_train + result.n_test == 20
    labelled = [one.result.n_train + one.result.n_test for one in result.targets]
    assert labelled == [20, 13, 16]
    for one in result.targets:
        assert len(one.result.baselines) == 2
        assert one.result.compared_with
        assert one.result.verdict
        for figure in one.result.test.values():
            assert figure.low <= figure.value <= figure.high


def test_frozen_targets_share_one_pass_and_say_so(frozen):
    result = frozen.result_
    assert result.training_seconds == {}
    assert result.cost is None
    assert [one.sharing for one in result.targets] == [None] * 3
    assert any(
        note.startswith("All stages are frozen, so the targets share one") for note in result.notes
    )
    assert len({one.backbone.folder for one in frozen.models.values() if one.backbone}) == 1
    assert result.of("colour").result.test["accuracy"].value == 1.0


def test_one_network_and_one_for_each_are_compared(trained):
    result = trained.result_
    assert list(result.training_seconds) == ["shared", "colour", "heat", "tags"]
    assert result.cost == pytest.approx(
        result.training_seconds["shared"]
        / sum(result.training_seconds[name] for name in ("colour", "heat", "tags"))
    )
    for one in result.targets:
        assert one.sharing.verdict in ("sharing helps", "no measurable difference", "sharing hurts")
        gain = one.sharing.difference
        assert gain.low <= gain.value <= gain.high
        assert one.sharing.shared.keys() == one.sharing.own.keys() == one.result.test.keys()
        assert one.log_variance is not None
        assert one.served_by == "shared"  # fewer than 20 samples were held out
    questions = {one.question for one in trained.models["colour"].evidence.decisions}
    assert {"which network answers", "which weights"} <= questions


@pytest.fixture(scope="module")
def in_groups(tiny_source, targets):
    with pytest.MonkeyPatch.context() as patch:
        best = ((0, 2), (1,))
        patch.setattr("headstart.advice.grouping.best_partition", lambda affinity: best)
        return fit_targets(targets, settings_of(tiny_source, "freeze:1", grouping="groups"))


def test_a_group_has_a_network_and_is_compared(in_groups, trained, paths, tmp_path):
    result = in_groups.result_
    names = ["colour", "heat", "tags"]
    assert list(result.affinity) == names
    assert all(list(row) == names for row in result.affinity.values())
    assert [one.group for one in result.targets] == [("colour", "tags"), (), ("colour", "tags")]
    for one in (result.of("colour"), result.of("tags")):
        assert one.grouped.verdict
        assert one.grouped.shared == one.sharing.shared
    assert result.of("heat").grouped is None
    assert list(result.training_seconds) == ["shared", *names, "colour + tags"]
    loaded = load(in_groups.save(tmp_path / "run"))
    assert loaded.result_ == result
    same(in_groups, loaded, paths)


@pytest.mark.parametrize("count", [2, 9])
def test_too_few_or_too_many_targets_for_groups_are_refused(tiny_source, paths, count):
    colour = columns_of(paths)["colour"]
    read = read_targets(paths, dict.fromkeys("abcdefghi"[:count], colour))
    asked = settings_of(tiny_source, "freeze:1", grouping="groups")
    with pytest.raises(InputError, match=f"there are {count} targets; accepted are 3 to 8"):
        fit_targets(read, asked)


def test_groups_are_measured_in_one_process(tiny_source):
    with pytest.raises(InputError, match="'groups' and 2 processes are asked for"):
        settings_of(tiny_source, "freeze:1", grouping="groups", processes=2)


def test_the_same_target_twice_helps_itself(tiny_source, paths):
    colour = columns_of(paths)["colour"]
    read = read_targets(paths, {"a": colour, "b": colour, "c": colour[::-1]})
    asked = settings_of(tiny_source, "freeze:1", grouping="groups", loss_weights="equal")
    affinity = fit_targets(read, asked).result_.affinity
    assert affinity["a"]["a"] > 0
    assert affinity["a"]["b"] == pytest.approx(affinity["a"]["a"], rel=1e-3)
    assert affinity["b"]["a"] == pytest.approx(affinity["a"]["a"], rel=1e-3)


def test_measuring_affinities_changes_nothing_of_the_shared_network(in_groups, trained):
    for name in ("colour", "heat", "tags"):
        with_, without = in_groups.result_.of(name), trained.result_.of(name)
        assert with_.sharing == without.sharing
        assert with_.log_variance == without.log_variance


@pytest.mark.parametrize("which", ["frozen", "trained"])
def test_saved_and_loaded_it_says_the_same(request, which, paths, tmp_path):
    model = request.getfixturevalue(which)
    loaded = load(model.save(tmp_path / "run"))
    same(model, loaded, paths)
    assert loaded.result_ == model.result_
    assert loaded.predictions == model.predictions
    again = load(loaded.save(tmp_path / "again"))
    same(model, again, paths)
    plain = json.loads(json.dumps(model.result_.to_dict()))
    assert SeveralResult.from_dict(plain) == model.result_


def test_predictions_are_those_of_the_samples_that_have_the_target(frozen):
    for one in frozen.predictions:
        assert "colour" in one.answers
        alone = frozen.predict_rows([one.input])[0]
        for name, answer in one.answers.items():
            said = alone.answers[name].predicted
            assert said == (pytest.approx(answer.predicted) if name == "heat" else answer.predicted)
            assert answer.label is not None


def test_one_sample_none_that_can_be_read_and_none_at_all(frozen, paths, tmp_path):
    rows = frozen.predict_rows([paths[0]])
    assert list(rows[0].answers) == ["colour", "heat", "tags"]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    rows = frozen.predict_rows([broken, paths[0], tmp_path / "gone.png"])
    assert [one.reason is None for one in rows] == [False, True, False]
    assert rows[1].answers["colour"].predicted in ("red", "blue")
    assert rows[0].to_dict().keys() == {"input", "reason"}
    assert rows[1].to_dict()["targets"]["heat"].keys() == {"predicted"}
    with pytest.raises(InputError, match="1 of 2 inputs cannot be read"):
        frozen.predict([broken, paths[0]])
    with pytest.raises(InputError, match="nothing to predict"):
        frozen.predict([])


def test_the_same_fit_comes_to_the_same(tiny_source, targets, trained, paths):
    again = fit_targets(targets, settings_of(tiny_source, "freeze:1"))
    same(trained, again, paths)


def test_stored_and_computed_states_come_to_the_same(tiny_source, targets):
    one, other = (
        fit_targets(targets, settings_of(tiny_source, "freeze:1", states=states, grouping="joint"))
        for states in ("store", "recompute")
    )
    for first, second in zip(one.result_.targets, other.result_.targets, strict=True):
        for name, figure in first.result.test.items():
            assert figure.value == pytest.approx(second.result.test[name].value, abs=0.05)


@pytest.mark.parametrize("weights", ["equal", {"colour": 2.0, "heat": 0.0}])
def test_joint_alone(tiny_source, targets, weights):
    settings = settings_of(tiny_source, "full", grouping="joint", loss_weights=weights)
    result = fit_targets(targets, settings).result_
    assert list(result.training_seconds) == ["shared"]
    assert all(one.sharing is None and one.log_variance is None for one in result.targets)


@pytest.mark.parametrize("plan", ["lora", "pointwise", "gradual", "scratch"])
def test_every_way_to_train_can_be_shared(tiny_source, targets, paths, tmp_path, plan):
    model = fit_targets(targets, settings_of(tiny_source, plan, grouping="joint"))
    assert all(one.log_variance is not None for one in model.result_.targets)
    verdicts = {one.result.verdict is None for one in model.result_.targets}
    assert verdicts == {plan == "scratch"}  # of which nothing was transferred
    same(model, load(model.save(tmp_path / "run")), paths)


def test_separate_alone_is_a_network_each(tiny_source, targets, paths, tmp_path):
    model = fit_targets(targets, settings_of(tiny_source, "freeze:1", grouping="separate"))
    assert list(model.result_.training_seconds) == ["colour", "heat", "tags"]
    assert {one.served_by for one in model.result_.targets} == {"own"}
    saved = model.save(tmp_path / "run")
    networks = [one.backbone.folder for one in model.models.values() if one.backbone]
    folders = sorted(one.name for one in saved.glob("backbone*"))
    assert len(folders) == len(set(networks)) >= 2
    same(model, load(saved), paths)


def test_an_own_network_is_what_the_target_alone_would_have_had(tiny_source, targets):
    separate = fit_targets(targets, settings_of(tiny_source, "freeze:1", grouping="separate"))
    alone = fit_targets(targets, settings_of(tiny_source, "freeze:1", grouping="auto"))
    shown = alone.result_.of("colour").sharing.own["log_loss"].value
    measured = separate.result_.of("colour").result
    tried = measured.test if measured.with_transfer is None else measured.with_transfer.test
    assert tried["log_loss"].value == pytest.approx(shown, rel=1e-5)


def test_a_single_target_has_nothing_to_share(tiny_source, paths):
    targets = read_targets(paths, {"colour": columns_of(paths)["colour"]})
    result = fit_targets(targets, settings_of(tiny_source, "freeze:1")).result_
    assert list(result.training_seconds) == ["shared"]
    assert result.of("colour").sharing is None


@pytest.mark.parametrize("plan", ["probe", "freeze:1"])
def test_one_class_is_answered_and_said(tiny_source, paths, plan):
    columns = {"colour": columns_of(paths)["colour"], "always": ["yes"] * len(paths)}
    model = fit_targets(read_targets(paths, columns), settings_of(tiny_source, plan))
    assert model.predict(paths[:2])["always"].tolist() == ["yes", "yes"]
    assert any("'always' is 'yes' in all" in note for note in model.result_.notes)
    assert model.result_.of("always").result.test["accuracy"].value == 1.0


def test_a_given_test_set_is_the_test_set(tiny_source, paths):
    columns = columns_of(paths)
    rows = [row for row in range(len(paths)) if row % 4 == 0]
    rest = [row for row in range(len(paths)) if row % 4]

    def side(some):
        picked = {name: [cells[row] for row in some] for name, cells in columns.items()}
        return read_targets([paths[row] for row in some], picked).train

    both = Targets(tuple(columns), side(rest), side(rows))
    model = fit_targets(both, settings_of(tiny_source))
    assert (model.result_.n_train, model.result_.n_test) == (15, 5)
    assert [one.input for one in model.predictions] == [str(paths[row]) for row in rows]


def test_a_test_sample_that_cannot_be_answered_is_named(tiny_source, paths):
    columns = {"a": ["x", "y"] * 10, "b": ["u", "v"] * 9 + ["u", "w"]}
    read = read_targets(paths, columns)
    both = Targets(read.names, read.train.take(range(18)), read.train.take([18, 19]))
    result = fit_targets(both, settings_of(tiny_source)).result_
    assert result.of("b").result.n_test == 1
    assert any(
        note.startswith("1 test samples are not used for the target 'b'") for note in result.notes
    )


def test_what_the_test_set_holds_too_is_left_out(tiny_source, targets):
    train = targets.train
    both = Targets(targets.names, train, train.take([0, 12]))
    result = fit_targets(both, settings_of(tiny_source)).result_
    assert result.n_train == 18
    assert len(result.duplicates) == 2


@pytest.mark.parametrize("plan", ["probe", "freeze:1"])
def test_a_target_that_no_test_sample_has_is_learned_and_not_measured(tiny_source, paths, plan):
    columns = columns_of(paths)
    columns["heat"][1] = columns["heat"][2] = None
    read = read_targets(paths, columns)
    both = Targets(read.names, read.train.take(range(3, 20)), read.train.take([0, 1, 2]))
    model = fit_targets(both, settings_of(tiny_source, plan))
    heat = model.result_.of("heat")
    assert (heat.result.n_test, heat.result.test, heat.result.verdict) == (0, {}, None)
    assert heat.sharing is None or heat.sharing.verdict is None
    assert model.result_.of("colour").result.n_test == 3
    assert SeveralResult.from_dict(json.loads(json.dumps(model.result_.to_dict()))) == model.result_
    assert model.predict(paths[:1])["heat"].shape == (1,)


def test_many_whole_numbers_are_classes_and_that_is_said():
    ages = [20 + row % 12 for row in range(120)]
    vectors = np.random.default_rng(0).normal(size=(120, 2))
    result = fit_targets(read_targets(vectors, {"age": ages})).result_
    assert any(
        note.startswith("The target 'age' holds 12 different whole numbers, which were taken as")
        and note.endswith("give age=regression.")
        for note in result.notes
    )


def test_embeddings_need_no_source():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(150, 5))
    columns = {"sign": np.where(vectors[:, 0] > 0, "plus", "minus"), "size": vectors[:, 1] * 2.5}
    model = fit_targets(read_targets(vectors, columns))
    assert model.result_.of("sign").result.test["accuracy"].value > 0.8
    assert model.predict(vectors[:3])["size"] == pytest.approx(vectors[:3, 1] * 2.5, abs=0.3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grouping": "both"}, "The grouping is 'both'; accepted: auto, joint, separate"),
        ({"loss_weights": "kendall"}, "The loss weights are 'kendall'; accepted: uncertainty"),
        ({"loss_weights": {"colour": -1.0}}, "The loss weight of 'colour' is -1.0; accepted"),
        ({"loss_weights": {"hue": 1.0}}, "A loss weight is given for 'hue', which is no target"),
        ({"kinds": {"hue": "auto"}}, "A kind is given for 'hue', which is no target"),
        ({"kinds": {"colour": "number"}}, "'colour' is to be 'number'; accepted: auto"),
        ({"kinds": {"colour": "regression"}}, "The target 'colour': The target of sample"),
    ],
)
def test_what_is_asked_for_wrongly(tiny_source, targets, options, message):
    with pytest.raises(InputError, match=message):
        fit_targets(targets, settings_of(tiny_source, **options))


@pytest.mark.parametrize("name", ["input", "reason"])
def test_a_target_that_is_called_as_tables_of_answers_call_something_else(name):
    columns = {"sign": ["a", "b"] * 4, name: ["c", "d"] * 4}
    with pytest.raises(InputError, match=rf"A target is called '{name}', and so is .* Rename"):
        fit_targets(read_targets(np.zeros((8, 2)), columns))


def test_plans_that_are_looked_for_are_refused(tiny_source):
    with pytest.raises(PlanError, match="With several targets one source and one plan are fitted"):
        settings_of(tiny_source, "freeze:auto")


def test_a_target_that_training_lacks_is_refused(tiny_source, paths):
    columns = columns_of(paths)
    columns["heat"] = [None] * 19 + [1.5]
    read = read_targets(paths, columns)
    both = Targets(read.names, read.train.take(range(19)), read.train.take([19]))
    with pytest.raises(InputError, match="'heat' is missing in all 19 training samples"):
        fit_targets(both, settings_of(tiny_source))


def test_a_changed_run_is_refused(frozen, tmp_path):
    place = frozen.save(tmp_path / "run")
    (place / "predictions.csv").write_text("changed")
    with pytest.raises(RunError, match=r"'predictions.csv' of the run"):
        load(place)


def test_who_needs_one_answer_a_sample_is_told(frozen, tmp_path):
    place = frozen.save(tmp_path / "run")
    with pytest.raises(RunError, match=r"one of several targets: its answers are sev.* export"):
        load_answering_once(place, "headstart x")


def test_a_run_of_one_target_is_not_one_of_several(tiny_source, same_photos, tmp_path):
    from headstart import TransferClassifier

    TransferClassifier(tiny_source).fit(same_photos).save(tmp_path / "run")
    with pytest.raises(RunError, match="is one of classification; accepted is one of several"):
        MultiTaskModel.load(tmp_path / "run")


def test_strata_join_targets_while_there_is_room():
    rows = np.arange(40)
    some = [
        Column("a", ClassificationTask, rows % 2, rows),
        Column("b", ClassificationTask, rows[:20] // 10, rows[:20]),
        Column("c", ClassificationTask, rows % 20, rows),
    ]
    joined = joint_strata(some, 40)
    assert len(np.unique(joined)) == 3  # b with its gaps; neither a nor c fits in beside it


def worse(fitted, share):
    """The same with some of the scores of samples held out turned around."""
    held = fitted.held_out
    scores = held.scores.copy()
    scores[: int(share * len(scores))] *= -1.0
    return replace(fitted, held_out=replace(held, scores=scores))


def test_held_out_samples_alone_choose(tiny_source, paths):
    from headstart.fitting.job import choose_course
    from headstart.fitting.target_sides import read_columns, target_sides
    from headstart.fitting.watch import Watch
    from headstart.progress import silent

    settings = Settings(tiny_source, read_plan_name("probe"), keeps_samples=False)
    whole = read_targets(paths, {"colour": columns_of(paths)["colour"]}).train
    twice = whole.take([*range(20), *range(20)])
    course = choose_course(settings, twice, silent, Watch())
    vectors = course.gather(twice)
    (column,) = read_columns(twice, ["colour"], {}, 40)
    part, _ = target_sides(column, twice, whole.take([0]), vectors, settings)
    fitted = course.fit(part.halves)
    bad = worse(fitted, 0.5)
    assert held_out_comparison(part, bad, fitted, 0)[1]
    assert not held_out_comparison(part, fitted, bad, 0)[1]
    assert not held_out_comparison(part, fitted, fitted, 0)[1]
    assert better(part, bad, {"own": fitted}, None, 0).served_by == "own"
    assert better(part, fitted, {"own": bad}, None, 0).served_by == "shared"
    both = better(part, bad, {"own": worse(fitted, 0.2), "group": fitted}, None, 0)
    assert (both.served_by, len(both.fitted.decisions[-1].measurements)) == ("group", 2)
    few = replace(
        bad,
        held_out=replace(
            bad.held_out, rows=bad.held_out.rows[:10], scores=bad.held_out.scores[:10]
        ),
    )
    assert not held_out_comparison(part, few, fitted, 0)[1]


def test_a_model_can_be_sent_to_another_process(frozen, paths):
    import pickle

    frozen.predict(paths[:1])
    copy = pickle.loads(pickle.dumps(frozen))
    assert isinstance(copy, SeveralModel)
    same(frozen, copy, paths[:3])
