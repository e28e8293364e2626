"""The networks that contracts are tried on: every bundled source, and one of each family."""

from __future__ import annotations

import pytest
import torch
from tests.tiny_encoders import KINDS, make_encoder

from headstart.backbones.catalogue import find_source, load_network
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
BUNDLED = [f"bundled/{name}" for name in bundled.names()]
CASES = [
    *(("pretrained", name) for name in BUNDLED if find_source(name)["modality"] == "image"),
    *(("random", f"torchvision/{name}") for name in TORCHVISION),
    *(("random", f"timm/{name}") for name in TIMM),
]
#: Encoders of texts: what is bundled, and a tiny one of each family.
TEXT_CASES = [name for name in BUNDLED if find_source(name)["modality"] == "text"] + [*KINDS]
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


@pytest.fixture(scope="session")
def text_cases():
    """All of them, by name."""
    return TEXT_CASES


@pytest.fixture(scope="session")
def tiny_encoders(tmp_path_factory):
    """Names of sources, by family."""
    place = tmp_path_factory.mktemp("encoders")
    return {kind: f"transformers/{make_encoder(place / kind, kind)}" for kind in KINDS}


@pytest.fixture(scope="module", params=TEXT_CASES)
def text_source(request, tiny_encoders):
    """Names of sources that read texts, one after the other."""
    return tiny_encoders.get(request.param, request.param)


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
