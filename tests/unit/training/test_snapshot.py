"""Snapshots: all that the next epoch depends on, and means of several."""

from __future__ import annotations

import pytest
import torch

from headstart.training.optimiser import make_optimiser
from headstart.training.snapshot import EpochFigures, average, put_back, take

ROWS = torch.linspace(-2, 2, 4 * 128).reshape(4, 128).half()


def figures(epoch):
    return EpochFigures(epoch, 0.5, 0.4, 0.9, 1.0)


def step(network, optimiser, times=2):
    for _ in range(times):
        optimiser.zero_grad()
        network(ROWS).square().mean().backward()
        optimiser.step()


@pytest.fixture(params=[("ftt", None), ("faa", "lora")], ids=["trained", "lora"])
def trained(request, make_network, make_plan):
    plan = make_plan(*request.param)
    network = make_network(plan)
    optimiser = make_optimiser(network, plan)
    step(network, optimiser)
    return plan, network, optimiser


def test_a_snapshot_is_a_copy(trained, changed):
    _, network, optimiser = trained
    snapshot = take(network, optimiser, [figures(0), figures(1)])
    before = {name: one.clone() for name, one in snapshot.tensors.items()}
    step(network, optimiser)
    assert changed(before, dict(snapshot.tensors)) == set()
    assert snapshot.epoch == 1


def test_training_goes_on_as_if_it_had_not_stopped(trained, make_network, weights_of, changed):
    plan, network, optimiser = trained
    snapshot = take(network, optimiser, [figures(1)])
    step(network, optimiser)
    other = make_network(plan, seed=9)
    fresh = make_optimiser(other, plan)
    put_back(snapshot, other, fresh)
    step(other, fresh)
    assert changed(weights_of(network), weights_of(other)) == set()


def test_the_network_alone_is_put_back(trained, make_network, weights_of, changed):
    plan, network, optimiser = trained
    snapshot = take(network, optimiser, [figures(1)])
    other = make_network(plan, seed=9)
    put_back(snapshot, other)
    assert changed(weights_of(network), weights_of(other)) == set()


def test_the_mean_of_some_epochs(trained):
    _, network, optimiser = trained
    snapshots = []
    for epoch in range(3):
        step(network, optimiser)
        snapshots.append(take(network, optimiser, [figures(epoch)]))
    mean = average(snapshots)
    assert mean.history == snapshots[-1].history
    assert mean.tensors.keys() == {
        name for name in snapshots[0].tensors if name.startswith("network/")
    }
    for name, tensor in mean.tensors.items():
        stack = torch.stack([one.tensors[name] for one in snapshots])
        torch.testing.assert_close(tensor, stack.double().mean(dim=0).to(tensor.dtype))
        assert tensor.dtype == snapshots[0].tensors[name].dtype
    put_back(mean, network)
