"""One network for all targets against one for each, by the number of samples."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.unit.fitting.conftest import COLOURS, picture

from headstart.activations import states
from headstart.data.target_columns import read_targets
from headstart.errors import InputError, PlanError
from headstart.evaluation.sharing_curve import SharingCurve, lacks, sharing_sizes
from headstart.fitting import Settings
from headstart.fitting.sharing_curves import among, sharing_curves
from headstart.fitting.target_job import begin
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.watch import Watch
from headstart.progress import silent
from headstart.strategies import read_plan_name
from headstart.tasks.classification import ClassificationTask


def settings_of(source, plan="freeze:1", **more):
    training = {"epochs": 1, "batch_size": 8} if plan != "probe" else {}
    return TargetSettings(Settings(source, read_plan_name(plan), training=training), **more)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Pictures that no other test has passed through a network."""
    folder = tmp_path_factory.mktemp("curve")
    for colour in COLOURS:
        (folder / colour).mkdir()
        for number in range(10):
            picture(colour, 100 + number).save(folder / colour / f"{number}.png")
    return sorted(folder.glob("*/*.png"))


@pytest.fixture(scope="module")
def targets(paths):
    """A class, a number with gaps, and a class that a quarter of the samples have."""
    red = [path.parent.name == "red" for path in paths]
    columns = {
        "colour": ["red" if one else "blue" for one in red],
        "heat": [None if row % 3 == 0 else 20.5 * one + row / 10 for row, one in enumerate(red)],
        "late": ["yes" if row > 14 else "no" for row in range(len(red))],
    }
    return read_targets(paths, columns)


@pytest.fixture(scope="module")
def passes():
    """Samples of each pass."""
    return []


@pytest.fixture(scope="module")
def curve(tiny_source, targets, passes):
    with pytest.MonkeyPatch.context() as patch:
        own = states.encode

        def encode(items, *arguments, **more):
            passes.append(len(items))
            return own(items, *arguments, **more)

        patch.setattr(states, "encode", encode)
        return sharing_curves(targets, settings_of(tiny_source), [8, 16])


def test_the_frozen_stages_are_passed_once_whatever_the_sizes(curve, passes):
    """All pictures, what follows of their states, and the views of those that are learned from."""
    assert passes == [20, 20, 16]


def test_every_size_and_target_has_a_comparison_on_the_same_test_samples(curve):
    assert curve.sizes == (8, 16)
    assert [one.name for one in curve.targets] == ["colour", "heat", "late"]
    for one in curve.targets:
        assert [point.samples for point in one.points] == [8, 16]
        for point in one.points:
            gain = point.sharing.difference
            assert gain.low <= gain.value <= gain.high
            assert point.sharing.verdict
            assert point.labels <= point.samples
    colour, heat, _ = curve.targets
    assert [point.labels for point in colour.points] == [8, 16]
    assert all(point.labels < point.samples for point in heat.points)
    assert colour.n_test == curve.n_test == 4
    assert set(curve.training_seconds["8"]) == {"shared", "colour", "heat", "late"}


def test_it_is_read_as_it_was_written(curve):
    assert SharingCurve.from_dict(json.loads(json.dumps(curve.to_dict()))) == curve


def test_smaller_sizes_lie_inside_of_larger_ones(tiny_source, targets):
    job = begin(targets, settings_of(tiny_source), silent, Watch())
    part = job.parts[1]
    chosen = np.array([0, 2, 3, 7, 9])
    some = among(part, chosen)
    assert set(chosen[some.rows]) <= set(part.rows.tolist())
    places = [part.rows.tolist().index(row) for row in chosen[some.rows]]
    assert some.halves.learner.targets.tolist() == part.halves.learner.targets[places].tolist()
    for name, vectors in some.halves.learner.features["source"].items():
        assert np.array_equal(vectors, part.halves.learner.features["source"][name][places])
    assert some.halves.tester is part.halves.tester


def test_a_size_at_which_a_class_is_missing_has_no_point(tiny_source, targets):
    found = sharing_curves(targets, settings_of(tiny_source), [2, 16])
    (late,) = (one for one in found.targets if one.name == "heat")
    lost = [note for note in found.notes if note.startswith("With 2 samples the target")]
    assert lost
    assert all(" among them." in note for note in lost)
    assert len(late.points) in (1, 2)


def test_what_is_missing_is_named():
    task = ClassificationTask(np.array(["no", "yes"]))
    assert lacks(task, np.array([0, 0, 0])) == "no sample is 'yes'"
    assert lacks(task, np.array([1])) == "too few samples have it"
    assert lacks(task, np.array([0, 1])) is None
    assert lacks(task, np.array([0.5, 1.5])) is None


def test_sizes_are_thirds_of_each_other():
    assert sharing_sizes(900) == [100, 300, 900]
    assert sharing_sizes(5) == [5]


def test_a_size_beyond_the_training_side_is_refused(tiny_source, targets):
    with pytest.raises(InputError, match=r"The size 17 is asked for, and there are 16 train"):
        sharing_curves(targets, settings_of(tiny_source), [17])


@pytest.mark.parametrize("size", [1, 1000])
def test_a_size_that_there_cannot_be_is_refused_before_anything_is_encoded(
    tiny_source, targets, monkeypatch, size
):
    monkeypatch.setattr("headstart.fitting.sharing_curves.begin", None)
    with pytest.raises(InputError, match=rf"The size {size} is asked for, and there are \d+ train"):
        sharing_curves(targets, settings_of(tiny_source), [size])


def test_a_plan_that_trains_nothing_has_nothing_to_compare(tiny_source, targets):
    with pytest.raises(PlanError, match=r"The plan freezes all stages, .* --plan freeze:-2"):
        sharing_curves(targets, settings_of(tiny_source, "probe"))


def test_one_target_has_nothing_to_share(tiny_source, paths):
    read = read_targets(paths, {"colour": [path.parent.name for path in paths]})
    with pytest.raises(InputError, match=r"There is one target \('colour'\), and one network"):
        sharing_curves(read, settings_of(tiny_source))
