"""A network that answers about places, in the form that the processor runs.

Pixels go in as uint8; all outputs of the head come out joined. Reading its folder needs no torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.conversion import (
    convert_module,
    read_facts,
    write_converted,
    write_network,
)
from headstart.activations.openvino_model import MODEL
from headstart.backbones.source import Source

if TYPE_CHECKING:
    import torch

#: Begin the names of weights in ``network.safetensors``.
BACKBONE_PREFIX, HEAD_PREFIX = "backbone/", "head/"


@dataclass(frozen=True)
class ConvertedPlaces:
    """Facts of a converted network and the folder where it lies.

    Parameters
    ----------
    folder : Path
        Where its files are.
    source : Source
        What its stages were, with the canvas that it reads.
    strides : tuple of int
        Of the maps that the head reads.
    shapes : tuple of tuple of int
        Of each output of the head, without the samples.
    constants : str
        SHA-256 of ``model.bin``.
    head : mapping
        What the head was built with, beside its task, channels, strides and canvas.
    """

    folder: Path
    source: Source
    strides: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    constants: str
    head: Mapping[str, Any]

    @property
    def model_path(self) -> Path:
        """The OpenVINO model."""
        return self.folder / MODEL

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width of what the network reads."""
        size: tuple[int, int] = self.source.preprocessing.size
        return size

    def outputs(self, row: NDArray[Any]) -> list[NDArray[Any]]:
        """The head's outputs for one sample, from the flat row, shape (size,)."""
        ends = np.cumsum([math.prod(shape) for shape in self.shapes])[:-1]
        parts = np.split(row, ends)
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def facts(self) -> dict[str, Any]:
        """Plain data for JSON; the folder is not part of it."""
        return {
            "source": self.source.to_dict(),
            "strides": list(self.strides),
            "shapes": [list(shape) for shape in self.shapes],
            "constants": self.constants,
            "head": dict(self.head),
        }


def read_converted_places(folder: Path) -> ConvertedPlaces:
    """Open the folder that :func:`convert_places` wrote.

    Raises
    ------
    CacheError
        If it is not whole.
    """

    def read(facts: Mapping[str, Any]) -> ConvertedPlaces:
        return ConvertedPlaces(
            folder,
            Source.from_dict(facts["source"]),
            tuple(facts["strides"]),
            tuple(tuple(shape) for shape in facts["shapes"]),
            facts["constants"],
            facts["head"],
        )

    return read_facts(folder, read, "Make it again with 'headstart fit'.")


def convert_places(
    network: torch.nn.Module,
    facts: ConvertedPlaces,
    tensors: Mapping[str, torch.Tensor],
) -> ConvertedPlaces:
    """Convert and write, whole or not at all.

    Parameters
    ----------
    network : Module
        From uint8 pixels of shape (1, height, width, 3) to one flat row.
    facts : ConvertedPlaces
        Where to, and all that is known but the hash.
    tensors : mapping of str to Tensor
        The weights, for those who want to go on from them.

    Raises
    ------
    SourceError
        If OpenVINO cannot take the network.
    CacheError
        If the folder cannot be written.
    """
    import torch

    example = torch.zeros((1, *facts.canvas, 3), dtype=torch.uint8)
    model = convert_module(network, example, f"The network of {facts.source.name!r}")

    def fill(place: Path) -> None:
        write_network(place, model, tensors, lambda found: replace(facts, constants=found).facts())

    write_converted(facts.folder, fill, "The converted network")
    return read_converted_places(facts.folder)


def shapes_of(outputs: Sequence[Any]) -> tuple[tuple[int, ...], ...]:
    """Of tensors with a row a sample, without the samples."""
    return tuple(tuple(int(side) for side in one.shape[1:]) for one in outputs)
