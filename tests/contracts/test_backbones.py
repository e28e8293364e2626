"""The master contract: at every kept cut, ``suffix(prefix(x))`` equals the whole network.

Compared with ``torch.equal``: the same operations run in the same order on the same numbers, so
the outputs agree to the last bit.
"""

from __future__ import annotations

import torch

from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.measuring import BATCH
from headstart.backbones.selection import FEWEST_BLOCKS, MOST_STAGES


def test_the_contract_has_cases(cases):
    assert len(cases) >= 23
    assert len(set(cases)) == len(cases)


def test_suffix_of_prefix_is_the_whole_network(case):
    network, source, side = case
    backbone = cut_into_stages(network, source)
    assert FEWEST_BLOCKS <= len(backbone.stages) <= MOST_STAGES
    assert len(set(backbone.stage_names)) == len(backbone.stages)

    images = _images(side)
    assert len(images) != BATCH  # another batch size than the network was measured with
    with torch.inference_mode():
        whole = network(images)
        assert whole.isfinite().all()
        assert whole.std() > 1e-3  # equal outputs of a dead network would say nothing
        states = _states_at_every_cut(backbone, images)
        for cut, state in enumerate(states):
            kept = state["x"].clone()
            assert torch.equal(backbone.suffix(cut)(state), whole), f"cut {cut}"
            assert torch.equal(state["x"], kept), f"the suffix overwrote the state at cut {cut}"
    for stage, state in zip(backbone.stages, states[1:], strict=True):
        assert stage.pool(state).shape == (len(images), stage.feature_size)
        assert len(stage.state_shape) == state["x"].ndim - 1
    assert torch.equal(backbone.prefix(2)(images)["x"], states[2]["x"])


def _images(side):
    many = 3 if side < 200 else 1
    return torch.randn(many, 3, side, side, generator=torch.Generator().manual_seed(2))


def _states_at_every_cut(backbone, images):
    states = [{"x": images}]
    for index in range(len(backbone.stages)):
        states.append(backbone.run(states[-1], index, index + 1))
    return states
