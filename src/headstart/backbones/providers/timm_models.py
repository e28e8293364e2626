"""Every network of timm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.preprocessing import INTERPOLATIONS, Preprocessing
from headstart.backbones.providers.network import cannot_download, require_reachable
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.providers.weights_file import hash_of, load_strictly, read_weights
from headstart.backbones.source import Source
from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import nn


def names() -> list[str]:
    """The sources of this provider, without its prefix: architectures, and tagged weights."""
    import timm

    return sorted({*timm.list_models(), *timm.list_models(pretrained=True)})


def describe(name: str) -> dict[str, Any]:
    """Facts that need no network."""
    facts = _facts(name)
    return {
        "name": f"timm/{name}",
        "modality": "image",
        "architecture": facts.architecture,
        "licence": facts.license or "not stated",
        "n_classes": facts.num_classes,
        "preprocessing": _preprocessing(facts).to_dict(),
        "origin": facts.hf_hub_id or facts.url or "no pretrained weights",
    }


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the network with its head, and its facts.

    A local file of weights is taken to want the preprocessing that timm states for ``name``.
    """
    facts = _facts(name)
    network, weights_hash, origin = _network(name, weights, init, seed)
    own = init == "pretrained" and weights is None
    labels = facts.label_names if own else None
    return network, Source(
        name=f"timm/{name}",
        modality="image",
        architecture=facts.architecture,
        preprocessing=_preprocessing(facts),
        licence=(facts.license if own else None) or "not stated",
        weights_hash=weights_hash,
        n_classes=int(getattr(network, "num_classes", facts.num_classes)),
        classes=tuple(labels) if labels else None,
        origin=origin,
    )


def _network(name: str, weights: str | None, init: str, seed: int) -> tuple[nn.Module, str, str]:
    """The network, the hash of its weights and where they came from."""
    import timm

    if init == "random":
        with seeded(seed):
            return timm.create_model(name), f"random-{seed}", "random weights"
    if weights is not None:
        network, tensors = timm.create_model(name), read_weights(weights)
        load_strictly(network, tensors, f"timm/{name}")
        return network, hash_of(tensors), f"file {Path(weights).name}"
    network = _download(name)
    return network, hash_of(network.state_dict()), str(_facts(name).hf_hub_id or _facts(name).url)


def _download(name: str) -> nn.Module:
    """The network with timm's own weights, from the cache on disk or the network."""
    import timm

    facts = _facts(name)
    if not facts.has_weights:
        raise SourceError(
            f"Source 'timm/{name}' has no pretrained weights. Accepted: a local file, or random "
            f"weights. Give a file with --weights FILE. See: headstart sources --search {name}"
        )
    overlay = {"file": _cached(facts)} if _cached(facts) else None
    if overlay is None:
        require_reachable(_address(facts), f"timm/{name}")
    try:
        network: nn.Module = timm.create_model(
            name, pretrained=True, pretrained_cfg_overlay=overlay
        )
    except Exception as error:  # network, disk or a wrong hash: all mean that there are no weights
        raise cannot_download(f"timm/{name}", error) from error
    return network


def _cached(facts: Any) -> str | None:
    """The file of weights that an earlier download left behind."""
    from huggingface_hub import try_to_load_from_cache

    if not facts.hf_hub_id or facts.hf_hub_filename:
        return None
    found = try_to_load_from_cache(facts.hf_hub_id, "model.safetensors")
    return found if isinstance(found, str) else None


def _address(facts: Any) -> str:
    from huggingface_hub.constants import ENDPOINT

    return f"{ENDPOINT}/{facts.hf_hub_id}" if facts.hf_hub_id else str(facts.url)


def _facts(name: str) -> Any:
    from timm.models import get_pretrained_cfg

    return get_pretrained_cfg(name)


def _preprocessing(facts: Any) -> Preprocessing:
    known = facts.interpolation in INTERPOLATIONS
    return Preprocessing(
        size=tuple(facts.input_size[1:]),
        crop_fraction=min(1.0, float(facts.crop_pct)),
        interpolation=facts.interpolation if known else "bilinear",
        mean=tuple(facts.mean),
        std=tuple(facts.std),
    )
