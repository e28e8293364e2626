"""A backbone in the form that the processor runs: an OpenVINO model and its facts.

Pixels go in as uint8; the pooled vectors of all stages come out joined. Reading its folder needs no
torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.activations.conversion import (
    convert_segment,
    read_facts,
    write_converted,
    write_network,
)
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.activations.segment import Kept, Segment
from headstart.backbones.source import TOKENIZER, Source, with_tokenizer
from headstart.files import write_atomically

if TYPE_CHECKING:
    import torch

    from headstart.backbones.stages import Backbone


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

    def read(facts: Mapping[str, Any]) -> ConvertedBackbone:
        stages = tuple(
            StageFacts(**{**row, "state_shape": tuple(row["state_shape"])})
            for row in facts["stages"]
        )
        source = with_tokenizer(Source.from_dict(facts["source"]), folder)
        converted = ConvertedBackbone(folder, source, stages, facts["constants"], facts["sizes"])
        _check_sizes(converted)
        return converted

    return read_facts(folder, read, "Remove that folder; it is made again when it is needed.")


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
    source, whole = backbone.source, Segment(0, len(backbone.stages), kept)
    stages = tuple(
        StageFacts(stage.name, stage.feature_size, float(stage.flops), tuple(stage.state_shape))
        for stage in backbone.stages
    )
    model = convert_segment(backbone, whole, f"The network of {source.name!r}")

    def fill(place: Path) -> None:
        if tokenizer := getattr(source.preprocessing, "tokenizer", None):
            write_atomically(place / TOKENIZER, tokenizer.encode())

        def facts(constants: str) -> Mapping[str, Any]:
            sizes = {name: (place / name).stat().st_size for name in (MODEL, WEIGHTS)}
            return ConvertedBackbone(place, source, stages, constants, sizes).facts()

        write_network(place, model, tensors, facts)

    write_converted(folder, fill, "The converted network")
    return read_converted(folder)
