"""The folder of a converted network: written whole or not at all, with reasons for people.

It holds ``model.xml`` and ``model.bin``, mostly ``facts.json``, and where no provider has the
weights those too, by torch's names, in ``network.safetensors``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from headstart.activations.openvino_model import WEIGHTS, to_openvino, write_model
from headstart.activations.segment import Segment
from headstart.backbones.one_at_a_time import one_at_a_time
from headstart.errors import CacheError, HeadstartError, SourceError
from headstart.files import sha256_of, to_json, write_atomically, write_folder_atomically

if TYPE_CHECKING:
    import openvino
    import torch

    from headstart.backbones.stages import Backbone

FACTS = "facts.json"
#: The weights by torch's names, where no provider has them.
NETWORK = "network.safetensors"

Read = TypeVar("Read")


def convert_module(
    network: torch.nn.Module, example: torch.Tensor, what: str, any_size: bool = False
) -> openvino.Model:
    """The network as an OpenVINO model.

    Parameters
    ----------
    network : Module
        From one tensor to one tensor.
    example, any_size : Tensor, bool
        See :func:`~headstart.activations.openvino_model.to_openvino`.
    what : str
        What a person calls it, as the subject of a sentence.

    Raises
    ------
    SourceError
        If OpenVINO cannot take it.
    """
    try:
        return to_openvino(network.eval(), example, any_size)
    except Exception as error:  # tracing runs the network's own code, which may raise anything
        raise SourceError(
            f"{what} cannot be converted for OpenVINO: {error} Choose another source. See: "
            "headstart sources"
        ) from error


@one_at_a_time
def convert_segment(backbone: Backbone, segment: Segment, what: str) -> openvino.Model:
    """Some stages as an OpenVINO model; parameters and errors as in :func:`convert_module`."""
    from headstart.activations.segment_network import SegmentNetwork, example_input

    network, example = SegmentNetwork(backbone, segment), example_input(backbone, segment)
    return convert_module(network, example, what, any_size=backbone.source.modality == "text")


def write_converted(folder: Path, fill: Callable[[Path], None], what: str) -> None:
    """Write a folder whole or not at all.

    Parameters
    ----------
    folder : Path
        Where to.
    fill : callable
        Writes all files into the place that it is given.
    what : str
        What a person calls it, as the subject of a sentence.

    Raises
    ------
    CacheError
        If it cannot be written.
    """
    try:
        write_folder_atomically(folder, fill)
    except (OSError, RuntimeError) as error:  # OpenVINO says RuntimeError when the disk is full
        raise CacheError(
            f"{what} cannot be written to {folder}: {error}. Free some room ('headstart cache "
            "--clear'), or point the environment variable HEADSTART_CACHE to a folder that can be "
            "written."
        ) from error


def write_network(
    place: Path,
    model: openvino.Model,
    tensors: Mapping[str, torch.Tensor] | None,
    facts: Callable[[str], Mapping[str, Any]],
) -> None:
    """Write the model, its weights and its facts.

    Parameters
    ----------
    place : Path
        The folder.
    model : openvino.Model
        The network.
    tensors : mapping of str to Tensor, or None
        Its weights, where nobody else has them: it can be a source then.
    facts : callable
        Gets the SHA-256 of ``model.bin``, and gives plain data for JSON.
    """
    if tensors is not None:
        from safetensors.torch import save

        content = {name: one.contiguous() for name, one in tensors.items()}
        write_atomically(place / NETWORK, save(content))
    write_model(model, place)
    write_atomically(place / FACTS, to_json(facts(sha256_of(place / WEIGHTS))))


def read_facts(folder: Path, read: Callable[[Mapping[str, Any]], Read], next_step: str) -> Read:
    """What a folder's facts say, by a function that knows their form.

    Raises
    ------
    CacheError
        If the folder is not whole; its message ends with ``next_step``.
    """
    try:
        return read(json.loads((folder / FACTS).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, HeadstartError) as error:
        raise CacheError(
            f"The converted network in {folder} cannot be read: {error}. {next_step}"
        ) from error
