"""Sources whose weights are on this machine already, so that trying them needs no download."""

from __future__ import annotations

import os
from pathlib import Path

from headstart.backbones.catalogue import DEFAULTS, default_source


def sources_at_hand(modality: str = "image") -> tuple[str, ...]:
    """The bundled source, and those whose weights earlier downloads left behind.

    Parameters
    ----------
    modality : str
        What the samples are.

    Returns
    -------
    tuple of str
        Names in the catalogue; the bundled one first. None for ready embeddings.

    Examples
    --------
    >>> sources_at_hand()[0]
    'bundled/efficientnet-lite0'
    """
    if modality not in DEFAULTS:  # ready embeddings pass through no network
        return ()
    found = [one for look in _LOOKS[modality] for one in look()]
    return (default_source(modality), *found)


def _of_torchvision() -> list[str]:
    """By the files in torch's own cache; torchvision is asked for names only if there are any."""
    folder = _torch_home() / "hub" / "checkpoints"
    there = {path.name for path in folder.glob("*.pth")}
    if not there:
        return []
    from torchvision import models

    names = models.list_models(module=models)
    files = {name: Path(models.get_model_weights(name).DEFAULT.url).name for name in names}
    return [f"torchvision/{name}" for name in names if files[name] in there]


def _of_timm() -> list[str]:
    """By the folders in the cache of Hugging Face's hub."""
    prefix = "models--timm--"
    found = _hub_cache().glob(f"{prefix}*/snapshots/*/model.safetensors")
    return sorted({"timm/" + path.parts[-4].removeprefix(prefix) for path in found})


def _of_transformers() -> list[str]:
    """Encoders of texts that are whole in that cache; timm's networks read pictures."""
    found = _hub_cache().glob("models--*/snapshots/*/config.json")
    there = {path.parts[-4] for path in found if (path.parent / "model.safetensors").is_file()}
    names = [name.removeprefix("models--").replace("--", "/") for name in there]
    return sorted(f"transformers/{name}" for name in names if not name.startswith("timm/"))


_LOOKS = {"image": (_of_torchvision, _of_timm), "text": (_of_transformers,)}


def _torch_home() -> Path:
    """Where torch keeps downloads (``torch.hub.get_dir``), without importing it."""
    return Path(os.environ.get("TORCH_HOME") or _user_cache() / "torch").expanduser()


def _hub_cache() -> Path:
    """Where huggingface_hub keeps downloads, without importing it."""
    home = os.environ.get("HF_HOME") or _user_cache() / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
