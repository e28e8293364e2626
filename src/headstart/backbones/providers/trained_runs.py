"""Runs: a network that headstart trained, or that a run read, is a source like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.providers.weights_file import load_strictly, read_weights
from headstart.backbones.source import Source, with_tokenizer
from headstart.errors import SourceError
from headstart.files import sha256_of

if TYPE_CHECKING:
    from torch import nn

    from headstart.plan import Init

_MANIFEST = "manifest.json"
_BACKBONE, _FACTS = "backbone", "facts.json"
#: Of a run that says where something is: its head stands in the same file.
_PLACES, _PREFIX = "network/network.safetensors", "backbone/"
_WEIGHTS = "network.safetensors"
_RANDOM = "random-"


def names() -> list[str]:
    """None: runs lie wherever people put them."""
    return []


def describe(name: str) -> dict[str, Any]:
    """Facts of the run's network."""
    source = _source(name)
    return {
        "name": f"run:{name}",
        "modality": source.modality,
        "architecture": source.architecture,
        "licence": source.licence,
        "n_classes": source.n_classes,
        "preprocessing": source.preprocessing.to_dict(),
        "origin": source.origin,
    }


def build(
    name: str, weights: str | None = None, init: Init = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build the run's network, and its facts.

    A run whose stages were all frozen holds no weights of its own: they are those of its source.
    """
    from headstart.backbones.catalogue import load_network

    if weights is not None:
        raise SourceError(
            f"Source 'run:{name}' brings its own weights, but the file {weights!r} was given too. "
            "Leave --weights out."
        )
    source = _source(name)
    builder = source.builder or source.name
    if init == "random":
        network, facts = _random(source, builder, seed)
    elif (file_name := _weights_file(name)) is not None:
        network, facts = load_network(builder, init="random")
        load_strictly(network, _tensors(name, file_name), f"run:{name}")
        facts = source
    else:
        network, facts = _of_its_source(name, source, builder)
    return network, replace(facts, name=f"run:{name}", builder=builder)


def _of_its_source(name: str, source: Source, builder: str) -> tuple[nn.Module, Source]:
    """The network that the run read, which must have the weights that it read then."""
    from headstart.backbones.catalogue import load_network

    if source.weights_hash.startswith(_RANDOM):
        seed = int(source.weights_hash.removeprefix(_RANDOM))
        return _random(source, builder, seed)
    network, facts = load_network(builder)
    if facts.weights_hash != source.weights_hash:
        raise SourceError(
            f"The run {name!r} trained no stage, and its weights ({source.origin}) are not those "
            f"that {builder!r} has now. Name the source itself: --source {builder} --weights FILE."
        )
    return network, source


def _random(source: Source, builder: str, seed: int) -> tuple[nn.Module, Source]:
    """The architecture alone, which reads what the run reads: its own words, say."""
    from headstart.backbones.catalogue import load_network

    network, facts = load_network(builder, init="random", seed=seed)
    return network, replace(facts, preprocessing=source.preprocessing)


def _inside(name: str) -> tuple[str, str]:
    """The run, and the folder in it that holds the network.

    A run with several targets may have several; ``PATH/backbone-2`` names the second.
    """
    path = Path(name)
    is_part = path.name.startswith(f"{_BACKBONE}-") and not (path / _MANIFEST).exists()
    return (str(path.parent), path.name) if is_part else (name, _BACKBONE)


def _source(name: str) -> Source:
    """The facts in the manifest, or beside a network that is not the first.

    Raises
    ------
    SourceError
        If there is no run, or it holds no network.
    """
    run, folder = _inside(name)
    plain = _manifest(name).get("source")
    if folder != _BACKBONE:
        plain = json.loads(_checked(name, f"{folder}/{_FACTS}").read_bytes())["source"]
    if plain is None:
        raise SourceError(
            f"The run {name!r} holds no network: its model reads ready embeddings or classical "
            "features. Accepted: a run whose model reads pictures through a network. See: "
            "headstart sources"
        )
    return with_tokenizer(Source.from_dict(plain), Path(run) / folder)


def _manifest(name: str) -> dict[str, Any]:
    path = Path(_inside(name)[0]) / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict):
            return manifest
        reason = f"{_MANIFEST} is not a manifest"
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    raise SourceError(
        f"Source 'run:{name}' cannot be read: {reason}. Accepted: run:PATH with the folder that "
        "'headstart fit --out' wrote. Check the path."
    )


def _weights_file(name: str) -> str | None:
    """The file with the network's own weights, where there is one."""
    run, folder = _inside(name)
    names = (f"{folder}/{_WEIGHTS}", _PLACES)
    return next((one for one in names if (Path(run) / one).is_file()), None)


def _tensors(name: str, file_name: str) -> Any:
    """The weights, after checking that they are those that were written."""
    tensors = read_weights(_checked(name, file_name))
    if file_name != _PLACES:
        return tensors
    own = ((key, one) for key, one in tensors.items() if key.startswith(_PREFIX))
    return {key.removeprefix(_PREFIX): one for key, one in own}


def _checked(name: str, file_name: str) -> Path:
    """Where a file of the run is, after checking that it is what was written."""
    path = Path(_inside(name)[0]) / file_name
    written = _manifest(name)["files"].get(file_name, {}).get("sha256")
    try:
        found = sha256_of(path)
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    if found != written:
        raise SourceError(
            f"The weights of the run {name!r} were changed since it was written. Copy the whole "
            "run folder again, or make it again with 'headstart fit'."
        )
    return path
