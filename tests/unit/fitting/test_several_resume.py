"""A fit with several targets that was broken off goes on where it was, network by network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.activations.place import cache_folder
from headstart.data.target_columns import read_targets
from headstart.errors import CacheError, InputError
from headstart.fitting import Settings, finished_training
from headstart.fitting.finished_training import finished_before, keep_finished
from headstart.fitting.several_targets import fit_targets
from headstart.fitting.target_settings import TargetSettings
from headstart.strategies import read_plan_name
from headstart.training.checkpoints import DiskCheckpoints, MemoryCheckpoints
from headstart.training.linear_head import LinearHead
from headstart.training.loop import Trained, Trainer
from headstart.training.outcome import Outcome
from headstart.training.snapshot import EpochFigures, Snapshot

EPOCHS = 2
NAMES = ("heat", "tone")


@pytest.fixture(scope="module")
def paths(same_photos):
    return sorted(same_photos.glob("*/*.png"))


@pytest.fixture(scope="module")
def columns(paths):
    """Numbers, of which a head is found at once."""
    red = [path.parent.name == "red" for path in paths]
    return {
        "heat": [20.5 * one + row / 10 for row, one in enumerate(red)],
        "tone": [None if row % 5 == 4 else 3.5 * (row % 2) for row in range(len(red))],
        "mood": [1.5 - one for one in red],
    }


@pytest.fixture(scope="module")
def targets(paths, columns):
    return read_targets(paths, {name: columns[name] for name in NAMES})


@pytest.fixture
def cache(tmp_path, monkeypatch, tiny_source):
    """Of its own for snapshots alone: what was encoded need not be encoded again."""
    own = tmp_path / "cache"
    own.mkdir()
    for part in cache_folder().iterdir():
        if part.name != "checkpoints":
            (own / part.name).symlink_to(part)
    monkeypatch.setenv("HEADSTART_CACHE", str(own))
    return own


def asked(source, grouping="auto", resume=False, **options):
    training = {"epochs": EPOCHS, "batch_size": 8}
    settings = Settings(source, read_plan_name("freeze:1"), training=training, resume=resume)
    return TargetSettings(settings, grouping=grouping, **options)


def snapshots(cache):
    return sorted(path.name for path in cache.glob("checkpoints/*/*.json"))


class Epochs:
    """Counts the epochs that are trained, and breaks off before one of them."""

    def __init__(self, monkeypatch):
        self.done, self.last = 0, None
        epoch = Trainer.epoch

        def watched(trainer, number):
            if self.done == self.last:
                raise KeyboardInterrupt
            self.done += 1
            return epoch(trainer, number)

        monkeypatch.setattr(Trainer, "epoch", watched)

    def broken_off(self, after, targets, settings):
        self.done, self.last = 0, after
        with pytest.raises(KeyboardInterrupt):
            fit_targets(targets, settings)
        self.done, self.last = 0, None


@pytest.fixture
def epochs(monkeypatch):
    return Epochs(monkeypatch)


def assert_same(one, other, paths):
    for name, values in one.predict(paths).items():
        assert other.predict(paths)[name].tolist() == values.tolist()
    assert one.predictions == other.predictions
    timeless = [replace(each.result_, seconds={}, training_seconds={}) for each in (one, other)]
    assert timeless[0] == timeless[1]


@pytest.fixture(scope="module")
def whole(tiny_source, targets):
    return fit_targets(targets, asked(tiny_source))


@pytest.mark.parametrize("after", [1, 5])
def test_it_goes_on_where_it_was(tiny_source, targets, whole, paths, cache, epochs, after):
    epochs.broken_off(after, targets, asked(tiny_source))
    assert snapshots(cache).count("outcome.json") == after // EPOCHS
    model = fit_targets(targets, asked(tiny_source, resume=True))
    assert epochs.done == (1 + len(NAMES)) * EPOCHS - after
    assert_same(model, whole, paths)
    assert list(cache.glob("checkpoints/*")) == []


def test_the_time_of_an_earlier_try_counts(tiny_source, targets, cache, epochs, monkeypatch):
    took = 1000.0
    with monkeypatch.context() as patch:
        keep = finished_training.keep_finished
        patch.setattr(
            finished_training, "keep_finished", lambda kept, outcome, _: keep(kept, outcome, took)
        )
        epochs.broken_off(5, targets, asked(tiny_source))
    result = fit_targets(targets, asked(tiny_source, resume=True)).result_
    assert min(result.training_seconds[name] for name in ("shared", "heat")) > took
    assert result.training_seconds["tone"] < took


def test_affinities_are_those_of_the_whole_training(tiny_source, paths, columns, cache, epochs):
    targets, settings = read_targets(paths, columns), asked(tiny_source, "groups")
    expected = fit_targets(targets, settings)
    epochs.broken_off(1, targets, settings)
    again = asked(tiny_source, "groups", resume=True)
    epochs.broken_off(2, targets, again)  # when the shared network is finished
    model = fit_targets(targets, again)
    assert model.result_.affinity == expected.result_.affinity
    assert_same(model, expected, paths)


def test_without_resume_it_begins_anew(tiny_source, targets, whole, paths, cache, epochs):
    epochs.broken_off(3, targets, asked(tiny_source))
    model = fit_targets(targets, asked(tiny_source))
    assert epochs.done == (1 + len(NAMES)) * EPOCHS
    assert_same(model, whole, paths)
    assert list(cache.glob("checkpoints/*")) == []


@pytest.mark.parametrize(
    "other",
    [{"loss_weights": "equal"}, {"kinds": {"heat": "regression"}}],
)
def test_only_the_same_fit_goes_on_with_it(tiny_source, targets, cache, epochs, other):
    epochs.broken_off(1, targets, asked(tiny_source, "joint"))
    fit_targets(targets, asked(tiny_source, "joint", resume=True, **other))
    assert epochs.done == EPOCHS - ("kinds" in other)  # which says what was seen anyway


@pytest.fixture
def kept(tmp_path):
    """A training that is over, and where that stands."""
    head = LinearHead(np.zeros(1), np.ones(1), np.ones((1, 2)), np.zeros(2))
    trained = Trained((EpochFigures(0, None, 0.7, 0.5, 0.1),), "epoch 0", (0,))
    judged = (np.ones((3, 2)), np.ones(3), np.zeros(3))
    beside = {"steps": np.array([7])}
    checkpoints = DiskCheckpoints(tmp_path / "checkpoints")
    checkpoints.write(Snapshot({"network/x": torch.ones(1)}, trained.history))
    outcome = Outcome({"weight": np.arange(3.0)}, head, trained, *judged, beside)
    keep_finished(checkpoints, outcome, 2.5)
    return checkpoints


def test_a_training_that_is_over_takes_the_place_of_its_snapshots(kept):
    outcome, seconds = finished_before(kept)
    assert (seconds, outcome.tensors["weight"].tolist()) == (2.5, [0.0, 1.0, 2.0])
    assert (outcome.trained.kept, outcome.beside["steps"].tolist()) == ("epoch 0", [7])
    assert kept.newest() is None
    kept.clear()
    assert finished_before(kept) is None


@pytest.mark.parametrize("damage", ["cut", "changed", "marker", "gone"])
def test_what_is_damaged_is_not_taken_as_over(kept, damage):
    file, marker = (kept.folder / f"outcome.{ending}" for ending in ("safetensors", "json"))
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[:-7])
    elif damage == "changed":
        file.write_bytes(content[:-7] + bytes(7))
    elif damage == "gone":
        file.unlink()
    else:
        marker.write_text("{}")
    assert finished_before(kept) is None


def test_in_memory_nothing_is_kept(kept):
    outcome, _ = finished_before(kept)
    memory = MemoryCheckpoints()
    memory.write(Snapshot({}, outcome.trained.history))
    keep_finished(memory, outcome, 1.0)
    assert (memory.newest(), finished_before(memory)) == (None, None)


def test_a_full_disk_keeps_what_there_is(tiny_source, targets, cache, epochs, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(finished_training, "write_atomically", full)
        with pytest.raises(
            CacheError, match=r"What a training came to .* No space left .*--resume"
        ):
            fit_targets(targets, asked(tiny_source, "joint"))
    epochs.done = 0
    fit_targets(targets, asked(tiny_source, "joint", resume=True))
    assert epochs.done == 0


def test_the_same_fit_begun_meanwhile_disturbs_neither(tiny_source, targets, whole, paths, cache):
    others = []

    def begin_another(step, done, total):
        if step == "train the network of tone" and not others:
            others.append(None)  # before the fit: it is told of its progress itself
            others.append(fit_targets(targets, asked(tiny_source)))
            with pytest.raises(InputError, match="is being trained at this moment"):
                fit_targets(targets, asked(tiny_source, resume=True))

    model = fit_targets(targets, asked(tiny_source), begin_another)
    assert_same(model, whole, paths)
    assert_same(others[1], whole, paths)
    assert list(cache.glob("checkpoints/*")) == []


def test_nothing_is_trained_where_all_stages_are_frozen(tiny_source, targets, cache):
    settings = asked(tiny_source, resume=True)
    frozen = replace(settings.fit, plan=read_plan_name("probe"), training={})
    model = fit_targets(targets, replace(settings, fit=frozen))
    assert model.targets == NAMES
    assert np.isfinite(model.result_.of("heat").result.test["mean_absolute_error"].value)
