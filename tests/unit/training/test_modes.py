"""Who learns in which epoch, and whose BatchNorm follows the batches."""

from __future__ import annotations

import pytest
import torch

from headstart.training.modes import set_modes

ROWS = torch.linspace(-2, 3, 6 * 128).reshape(6, 128).half()


def learning(network):
    return {name for name, one in network.named_parameters() if one.requires_grad}


def pieces(names):
    return {name.split(".")[1] for name in names if name.startswith("pieces.")}


def moved(network, changed, weights_of):
    """Which pieces' statistics a batch moves."""
    before = weights_of(network)
    network(ROWS)
    return pieces(changed(before, weights_of(network)))


@pytest.mark.parametrize(("epoch", "active"), [(0, {"2"}), (1, {"1", "2"}), (2, {"0", "1", "2"})])
def test_gradual_unfreezing(make_backbone, make_plan, make_head, epoch, active):
    from headstart.training.suffix import SuffixNetwork

    plan = make_plan("ttt", starts=(2, 1, 0))
    network = SuffixNetwork(make_backbone(), plan, make_head())
    set_modes(network, plan, epoch)
    assert pieces(learning(network)) == active
    assert [piece.training for piece in network.pieces] == [
        str(place) in active for place in range(3)
    ]


def test_the_head_always_learns(make_network, make_plan):
    for plan in (make_plan("ftt"), make_plan("faa", "lora"), make_plan("fft", starts=(0, 0, 2))):
        network = make_network(plan)
        assert {"head.linear.weight", "head.linear.bias"} <= learning(network)


def test_statistics_of_frozen_stages_stay(make_network, make_plan, changed, weights_of):
    network = make_network(make_plan("ftf", statistics="batch"))
    assert moved(network, changed, weights_of) == {"0"}
    assert pieces(learning(network)) == {"0"}


def test_statistics_of_stages_that_wait_stay(make_network, make_plan, changed, weights_of):
    plan = make_plan("ftt", starts=(0, 1, 0), statistics="batch")
    network = make_network(plan)
    assert moved(network, changed, weights_of) == {"1"}
    set_modes(network, plan, 1)
    assert moved(network, changed, weights_of) == {"0", "1"}


def test_statistics_of_the_source_stay(make_network, make_plan, changed, weights_of):
    network = make_network(make_plan("ftt"))  # the default
    assert moved(network, changed, weights_of) == set()
    assert "pieces.0.1.weight" in learning(network)


def test_statistics_of_random_stages_follow_the_batches(
    make_network, make_plan, changed, weights_of
):
    network = make_network(make_plan("ftt", init="random", statistics="source"))
    assert moved(network, changed, weights_of) == {"0", "1"}


@pytest.mark.parametrize(
    ("kind", "follow"), [("lora", set()), ("bias", set()), ("pointwise", {"0", "1"})]
)
def test_statistics_under_adapters(make_network, make_plan, changed, weights_of, kind, follow):
    network = make_network(make_plan("faa", kind, statistics="batch"))
    assert moved(network, changed, weights_of) == follow
