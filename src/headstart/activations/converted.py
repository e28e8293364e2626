"""A backbone in the form that the processor runs: an OpenVINO model and its facts.

The folder holds ``model.xml``, ``model.bin`` and ``facts.json``. Pixels go in as uint8; the pooled
vectors of all stages come out joined. Reading it needs no torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.activations.openvino_model import MODEL, WEIGHTS, to_openvino, write_model
from headstart.activations.segment import Kept, Segment
from headstart.backbones.source import TOKENIZER, Source, with_tokenizer
from headstart.errors import CacheError, HeadstartError, SourceError
from headstart.files import to_json, write_atomically, write_folder_atomically

if TYPE_CHECKING:
    import openvino
    import torch

    from headstart.backbones.stages import Backbone

FACTS = "facts.json"
#: The weights by torch's names, where no provider has them.
NETWORK = "network.safetensors"


@dataclass(frozen=True)
class StageFacts:
    """What is known of a stage without running it.

    Parameters
    ----------
    name : str
        The stage.
    feature_size : int
        Length of its pooled vector.
    flops : float
        Operations for one sample, a multiply-add counted as two.
    state_shape : tuple of int
        Shape of the state after it, without the batch.
    """

    name: str
    feature_size: int
    flops: float
    state_shape: tuple[int, ...]


@dataclass(frozen=True)
class ConvertedBackbone:
    """Facts of a converted backbone and the folder where it lies.

    Parameters
    ----------
    folder : Path
        Where its files are.
    source : Source
        What it was converted from.
    stages : tuple of StageFacts
        In order; their pooled vectors come out joined.
    constants : str
        SHA-256 of ``model.bin``: of all numbers that the network computes with.
    sizes : mapping of str to int
        Bytes of each file of the model, so that one that is cut short is noticed without reading.
    """

    folder: Path
    source: Source
    stages: tuple[StageFacts, ...]
    constants: str
    sizes: Mapping[str, int]

    @property
    def model_path(self) -> Path:
        """The OpenVINO model."""
        return self.folder / MODEL

    def facts(self) -> dict[str, Any]:
        """Plain data for JSON; the folder is not part of it."""
        return {
            "source": self.source.to_dict(),
            "stages": [asdict(stage) for stage in self.stages],
            "constants": self.constants,
            "sizes": dict(self.sizes),
        }


def read_converted(folder: Path) -> ConvertedBackbone:
    """Open the folder that :func:`convert` wrote.

    Raises
    ------
    CacheError
        If it is not whole.
    """
    try:
        facts: Mapping[str, Any] = json.loads((folder / FACTS).read_bytes())
        stages = tuple(
            StageFacts(**{**row, "state_shape": tuple(row["state_shape"])})
            for row in facts["stages"]
        )
        source = with_tokenizer(Source.from_dict(facts["source"]), folder)
        converted = ConvertedBackbone(folder, source, stages, facts["constants"], facts["sizes"])
        _check_sizes(converted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, HeadstartError) as error:
        raise CacheError(
            f"The converted network in {folder} cannot be read: {error}. Remove that folder; "
            "it is made again when it is needed."
        ) from error
    return converted


def _check_sizes(converted: ConvertedBackbone) -> None:
    for name in (MODEL, WEIGHTS):
        found, written = (converted.folder / name).stat().st_size, converted.sizes[name]
        if found != written:
            raise ValueError(f"{name} has {found} bytes where {written} were written")


def convert(
    backbone: Backbone,
    folder: Path,
    tensors: Mapping[str, torch.Tensor] | None = None,
    kept: Kept = "pooled",
) -> ConvertedBackbone:
    """Convert ``backbone`` and write it to ``folder``, whole or not at all.

    ``tensors`` of the whole network are written beside it where nobody else has them: a trained
    network can then be a source. What is ``kept`` comes out: the pooled vectors of all stages, or
    the state after the last.

    Raises
    ------
    SourceError
        If OpenVINO cannot take the network.
    CacheError
        If the folder cannot be written.
    """
    stages = tuple(
        StageFacts(stage.name, stage.feature_size, float(stage.flops), tuple(stage.state_shape))
        for stage in backbone.stages
    )
    try:
        model = _to_openvino(backbone, kept)
    except Exception as error:  # tracing runs the network's own code, which may raise anything
        raise SourceError(
            f"The network of {backbone.source.name!r} cannot be converted for OpenVINO: {error} "
            "Choose another source. See: headstart sources"
        ) from error
    try:
        write_folder_atomically(
            folder, lambda place: _fill(place, model, backbone.source, stages, tensors)
        )
    except (OSError, RuntimeError) as error:  # OpenVINO says RuntimeError when the disk is full
        raise CacheError(
            f"The converted network cannot be written to {folder}: {error}. Free some room "
            "('headstart cache --clear'), or point the environment variable HEADSTART_CACHE to a "
            "folder that can be written."
        ) from error
    return read_converted(folder)


def _fill(
    place: Path,
    model: openvino.Model,
    source: Source,
    stages: tuple[StageFacts, ...],
    tensors: Mapping[str, torch.Tensor] | None,
) -> None:
    if tensors is not None:
        from safetensors.torch import save

        write_atomically(place / NETWORK, save({k: one.contiguous() for k, one in tensors.items()}))
    write_model(model, place)
    if tokenizer := getattr(source.preprocessing, "tokenizer", None):
        write_atomically(place / TOKENIZER, tokenizer.encode())
    with (place / WEIGHTS).open("rb") as file:
        constants = hashlib.file_digest(file, "sha256").hexdigest()
    sizes = {name: (place / name).stat().st_size for name in (MODEL, WEIGHTS)}
    facts = ConvertedBackbone(place, source, stages, constants, sizes).facts()
    write_atomically(place / FACTS, to_json(facts))


def _to_openvino(backbone: Backbone, kept: Kept) -> openvino.Model:
    from headstart.activations.segment_network import SegmentNetwork, example_input

    whole = Segment(0, len(backbone.stages), kept)
    network = SegmentNetwork(backbone, whole).eval()
    is_text = backbone.source.modality == "text"
    return to_openvino(network, example_input(backbone, whole), any_size=is_text)
