"""Every classification network of torchvision."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.providers.network import cannot_download, require_reachable
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.providers.weights_file import hash_of, load_strictly, read_weights
from headstart.backbones.source import Source

if TYPE_CHECKING:
    from torch import Tensor, nn

#: What a network's constructor must be told so that torchvision's own weights fit: auxiliary
#: heads for training, an input that the network itself rescales, a larger picture.
EXTRA_ARGUMENTS: dict[str, dict[str, Any]] = {
    "googlenet": {"aux_logits": True, "transform_input": True},
    "inception_v3": {"aux_logits": True, "transform_input": True},
    "vit_h_14": {"image_size": 518},
}


def names() -> list[str]:
    """The sources of this provider, without its prefix."""
    from torchvision import models

    return models.list_models(module=models)


def describe(name: str) -> dict[str, Any]:
    """Facts that need no network."""
    facts = _weights(name)
    return {
        "name": f"torchvision/{name}",
        "modality": "image",
        "architecture": name,
        "licence": _licence(facts),
        "n_classes": len(facts.meta["categories"]),
        "preprocessing": _preprocessing(facts).to_dict(),
        "parameters": facts.meta["num_params"],
        "origin": f"torchvision {facts}",
    }


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the network with its head, and its facts.

    A local file of weights is taken to want the preprocessing of torchvision's own weights.
    """
    facts = _weights(name)
    network, weights_hash, origin = _network(name, weights, init, seed)
    own = init == "pretrained" and weights is None
    return network, Source(
        name=f"torchvision/{name}",
        modality="image",
        architecture=name,
        preprocessing=_preprocessing(facts),
        licence=_licence(facts) if own else "not stated",
        weights_hash=weights_hash,
        n_classes=len(facts.meta["categories"]),
        classes=tuple(facts.meta["categories"]) if own else None,
        origin=origin,
    )


def _network(name: str, weights: str | None, init: str, seed: int) -> tuple[nn.Module, str, str]:
    """The network, the hash of its weights and where they came from."""
    if init == "random":
        with seeded(seed):
            network = _empty(name, init_weights=True)
        return _without_auxiliary_heads(network), f"random-{seed}", "random weights"
    network = _empty(name, init_weights=False)
    if weights is None:
        tensors, origin = _download(name), f"torchvision {_weights(name)}"
    else:
        tensors, origin = read_weights(weights), f"file {Path(weights).name}"
    load_strictly(network, tensors, f"torchvision/{name}")
    return _without_auxiliary_heads(network), hash_of(tensors), origin


def _empty(name: str, init_weights: bool) -> nn.Module:
    """The network with the values that its constructor gives."""
    from torchvision import models

    extra = dict(EXTRA_ARGUMENTS.get(name, {}))
    if "aux_logits" in extra:
        extra["init_weights"] = init_weights  # these two warn when they are not told
    network: nn.Module = models.get_model(name, weights=None, **extra)
    return network


def _without_auxiliary_heads(network: Any) -> nn.Module:
    """Drop the heads that only training uses, and their weights with them."""
    if getattr(network, "aux_logits", False):
        network.aux_logits = False
        for child in ("aux1", "aux2", "AuxLogits"):
            if hasattr(network, child):
                setattr(network, child, None)
    whole: nn.Module = network
    return whole


def _download(name: str) -> dict[str, Tensor]:
    """Read the weights of torchvision itself, from its cache on disk or the network."""
    import torch

    facts = _weights(name)
    cached = Path(torch.hub.get_dir()) / "checkpoints" / Path(facts.url).name
    if not cached.is_file():
        require_reachable(facts.url, f"torchvision/{name}")
    try:
        tensors: dict[str, Tensor] = facts.get_state_dict(
            progress=sys.stderr.isatty(), check_hash=True, weights_only=True, map_location="cpu"
        )
    except Exception as error:  # network, disk or a wrong hash: all mean that there are no weights
        raise cannot_download(f"torchvision/{name}", error) from error
    return tensors


def _weights(name: str) -> Any:
    from torchvision import models

    return models.get_model_weights(name).DEFAULT


def _preprocessing(facts: Any) -> Preprocessing:
    transforms = facts.transforms()
    (crop,), (resized,) = transforms.crop_size, transforms.resize_size
    return Preprocessing(
        size=(crop, crop),
        crop_fraction=min(1.0, crop / resized),
        interpolation=transforms.interpolation.value,
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
    )


def _licence(facts: Any) -> str:
    """What torchvision states for these weights, else that of torchvision itself."""
    return str(facts.meta.get("license", "BSD-3-Clause"))
