"""Mixup: pairs in between, the same share for states and targets."""

from __future__ import annotations

import pytest
import torch

from headstart.backbones.providers.seeding import seeded
from headstart.training.mixing import mix

ROWS = torch.arange(12.0).reshape(6, 2)
TARGETS = torch.eye(6)


def mixed(rows=ROWS, targets=TARGETS, strength=0.5, seed=0):
    with seeded(seed):
        return mix(rows, targets, strength)


def test_zero_mixes_nothing():
    rows, targets = mixed(strength=0.0)
    assert rows is ROWS
    assert targets is TARGETS


def test_one_sample_has_no_other():
    rows, _ = mixed(ROWS[:1], TARGETS[:1])
    assert torch.equal(rows, ROWS[:1])


def test_states_and_targets_share_their_share():
    rows, targets = mixed()
    assert not torch.equal(rows, ROWS)
    torch.testing.assert_close(targets @ ROWS, rows)  # the targets say what was mixed
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(6))


@pytest.mark.parametrize("dtype", [torch.float16, torch.uint8])
def test_stored_types_are_mixed_in_full_precision(dtype):
    rows, _ = mixed(ROWS.to(dtype))
    torch.testing.assert_close(rows, mixed()[0])


def test_chance_comes_from_the_seed():
    assert torch.equal(mixed()[0], mixed()[0])
    assert not torch.equal(mixed()[0], mixed(seed=1)[0])
