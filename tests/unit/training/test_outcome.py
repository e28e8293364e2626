"""An outcome comes back from its file as it went in."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from safetensors import safe_open

from headstart.training.linear_head import LinearHead
from headstart.training.loop import Trained
from headstart.training.outcome import Outcome
from headstart.training.snapshot import EpochFigures

TENSORS = {
    "stem.0.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2) / 7,
    "stem.1.half": np.array([0.1, -65504.0, np.inf], dtype=np.float16),
    "stem.1.num_batches_tracked": np.array(2**40 + 1, dtype=np.int64),
    "head.weights": np.zeros((2, 2), dtype=np.float32),  # a network may have the head's names
    "scores": np.zeros(1),
}
HISTORY = (
    EpochFigures(0, None, 0.1 + 0.2, 0.5, 1 / 3),
    EpochFigures(1, 1e-300, None, None, 12.0),
)


@pytest.fixture
def outcome():
    weights = np.random.default_rng(0).normal(size=(3, 2))
    head = LinearHead(np.full(3, 0.1), np.ones(3), weights, np.array([1.0, -1.0]), 1.7)
    trained = Trained(HISTORY, "average of epochs 0 to 1", (0, 1))
    scores = np.arange(8.0).reshape(2, 4).T  # does not lie in memory as it reads
    return Outcome(TENSORS, head, trained, scores, np.arange(4.0), -np.arange(8.0)[::2])


def and_back(outcome, folder):
    outcome.to_file(folder / "outcome")
    return Outcome.from_file(folder / "outcome")


def assert_same(own, other):
    assert isinstance(own, np.ndarray)
    assert (own.dtype, own.shape) == (other.dtype, other.shape)
    np.testing.assert_array_equal(own, other)


def test_all_comes_back(outcome, tmp_path):
    copy = and_back(outcome, tmp_path)
    assert copy.tensors.keys() == TENSORS.keys()
    for name, array in TENSORS.items():
        assert_same(copy.tensors[name], array)
    for name in ("mean", "scale", "weights", "bias"):
        assert_same(getattr(copy.head, name), getattr(outcome.head, name))
    assert copy.head.temperature == 1.7
    assert copy.trained == outcome.trained
    for name in ("scores", "losses", "merits"):
        assert_same(getattr(copy, name), getattr(outcome, name))


def test_nothing_held_back(outcome, tmp_path):
    none = np.empty(0)
    trained = Trained((), "those of the first process", ())
    empty = Outcome({}, outcome.head, trained, np.empty((0, 2)), none, none)
    copy = and_back(empty, tmp_path)
    assert (copy.tensors, copy.trained) == ({}, trained)
    assert_same(copy.scores, np.empty((0, 2)))
    assert_same(copy.losses, none)
    assert_same(copy.merits, none)


def test_a_loss_that_is_no_number_comes_back(outcome, tmp_path):
    odd = Trained((EpochFigures(0, None, math.nan, -math.inf, 0.0),), "epoch 0", (0,))
    start = and_back(
        Outcome({}, outcome.head, odd, outcome.scores, outcome.losses, outcome.merits), tmp_path
    ).trained.history[0]
    assert math.isnan(start.valid_loss)
    assert start.valid_score == -math.inf


def test_the_network_can_take_what_came_back(outcome, tmp_path):
    half = torch.from_numpy(and_back(outcome, tmp_path).tensors["stem.1.half"])
    half += 1  # torch would warn of memory that cannot be written
    assert half.dtype == torch.float16


def test_others_can_read_the_file(outcome, tmp_path):
    outcome.to_file(tmp_path / "outcome")
    with safe_open(tmp_path / "outcome", framework="pt") as file:
        assert int(file.get_tensor("network/stem.1.num_batches_tracked")) == 2**40 + 1
        assert json.loads(file.metadata()["trained"])["kept_epochs"] == [0, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["outcome"]
