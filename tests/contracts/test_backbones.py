"""The master contract: at every kept cut, ``suffix(prefix(x))`` equals the whole network.

Compared with ``torch.equal``: the same operations run in the same order on the same numbers, so
the outputs agree to the last bit.
"""

from __future__ import annotations

import pytest
import torch

from headstart.backbones.catalogue import load_network
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.measuring import BATCH
from headstart.backbones.providers import bundled
from headstart.backbones.selection import FEWEST_BLOCKS, MOST_STAGES

TORCHVISION = [
    "alexnet",
    "vgg16",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "squeezenet1_0",
    "squeezenet1_1",
    "densenet121",
    "inception_v3",
    "googlenet",
    "shufflenet_v2_x1_0",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "vit_b_16",
    "swin_t",
    "convnext_tiny",
]
TIMM = [
    "tf_efficientnet_lite0",
    "vit_small_patch16_224",
    "eva02_tiny_patch14_224",
    "convnextv2_nano",
]
CASES = [
    *(("pretrained", f"bundled/{name}") for name in bundled.names()),
    *(("random", f"torchvision/{name}") for name in TORCHVISION),
    *(("random", f"timm/{name}") for name in TIMM),
]
#: Pixels that a network cannot do without; the others take any size, and small ones are quick.
NEEDED_SIZE = {
    "torchvision/inception_v3": 96,
    "torchvision/vit_b_16": 224,
    "timm/vit_small_patch16_224": 224,
    "timm/eva02_tiny_patch14_224": 224,
}
SMALL_SIZE = 64


def test_the_contract_has_cases():
    assert len(CASES) >= 23
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize(("init", "name"), CASES, ids=[f"{name}-{init}" for init, name in CASES])
def test_suffix_of_prefix_is_the_whole_network(init, name):
    network, source = load_network(name, init=init)
    if init == "random":
        _perturb(network)
    backbone = cut_into_stages(network, source)
    assert FEWEST_BLOCKS <= len(backbone.stages) <= MOST_STAGES
    assert len(set(backbone.stage_names)) == len(backbone.stages)

    images = _images(name)
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


def _perturb(network):
    """Fresh statistics, norms and layer scales are 0, 1 or tiny, and would hide a lost layer."""
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(getattr(module, "running_mean", None), torch.Tensor):
            module.running_mean.normal_(0.0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.numel() < 100_000 and parameter.min() == parameter.max():
                parameter.add_(torch.empty_like(parameter).normal_(0, 0.1, generator=generator))


def _images(name):
    size = NEEDED_SIZE.get(name, SMALL_SIZE)
    many = 3 if size < 200 else 1
    return torch.randn(many, 3, size, size, generator=torch.Generator().manual_seed(2))


def _states_at_every_cut(backbone, images):
    states = [{"x": images}]
    for index in range(len(backbone.stages)):
        states.append(backbone.run(states[-1], index, index + 1))
    return states
