"""Text encoders of the transformers library: from a local folder, or from Hugging Face's hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.providers.encoder_folder import (
    CONFIG,
    POOLING,
    SENTENCE,
    WEIGHTS,
    build_from_folder,
    describe_folder,
)
from headstart.backbones.providers.network import cannot_download, require_reachable
from headstart.backbones.source import TOKENIZER, Source

if TYPE_CHECKING:
    from torch import nn

#: Any name can be asked for: the hub knows more encoders than can be listed.
IS_OPEN = True
#: Encoders worth knowing.
KNOWN = (
    "bert-base-chinese",
    "bert-base-uncased",
    "distilbert-base-uncased",
    "google/electra-small-discriminator",
    "roberta-base",
    "sentence-transformers/all-MiniLM-L12-v2",
    "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
    "xlm-roberta-base",
)
_NEEDED = (CONFIG, WEIGHTS)
_WANTED = (TOKENIZER, "tokenizer_config.json", "vocab.txt", POOLING, SENTENCE)
_LICENCE = "not stated"


def names() -> list[str]:
    """Those worth knowing; others can be asked for too."""
    return list(KNOWN)


def describe(name: str) -> dict[str, Any]:
    """Facts from a local folder, or from files that an earlier download left behind.

    Of an encoder that is not on this machine only the name is known.
    """
    folder = _folder(name)
    if folder is not None:
        return describe_folder(folder, f"transformers/{name}", _LICENCE, str(folder))
    return {
        "name": f"transformers/{name}",
        "modality": "text",
        "architecture": "not known before its download",
        "licence": "see its page on the hub",
        "n_classes": 0,
        "preprocessing": None,
        "origin": f"Hugging Face's hub, {name}",
    }


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the network, and its facts."""
    folder = _folder(name) or _download(name)
    full = f"transformers/{name}"
    return build_from_folder(folder, full, _LICENCE, str(folder), weights, init, seed)


def _folder(name: str) -> Path | None:
    """Where the files lie on this machine; None where they have to be downloaded."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import try_to_load_from_cache

    found = [try_to_load_from_cache(name, file) for file in _NEEDED]
    paths = [Path(one) for one in found if isinstance(one, str)]
    return paths[0].parent if len(paths) == len(_NEEDED) else None


def _download(name: str) -> Path:
    """The folder of the downloaded files; nothing but data is ever taken.

    Raises
    ------
    SourceError
        If they cannot be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import ENDPOINT

    require_reachable(f"{ENDPOINT}/{name}", f"transformers/{name}")
    try:
        return Path(snapshot_download(name, allow_patterns=[*_NEEDED, *_WANTED]))
    except Exception as error:  # network, disk, no such name: all mean that there are no weights
        raise cannot_download(f"transformers/{name}", error) from error
