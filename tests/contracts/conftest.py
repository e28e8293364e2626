"""The networks that contracts are tried on: every bundled source, and one of each family."""

from __future__ import annotations

import pytest
import torch

from headstart.backbones.catalogue import load_network
from headstart.backbones.providers import bundled

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


@pytest.fixture(scope="session")
def cases():
    """All of them, as (init, name)."""
    return CASES


@pytest.fixture(scope="module", params=CASES, ids=[f"{name}-{init}" for init, name in CASES])
def case(request):
    """A whole network, its source, and the side of the pictures that it is tried with."""
    init, name = request.param
    network, source = load_network(name, init=init)
    if init == "random":
        perturb(network)
    return network, source, NEEDED_SIZE.get(name, SMALL_SIZE)


def perturb(network):
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
