"""A run's network of places in torch again, from the weights that the run holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from headstart.activations.conversion import NETWORK
from headstart.activations.converted_places import BACKBONE_PREFIX, HEAD_PREFIX
from headstart.backbones.catalogue import load_network
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.taps import taps_for
from headstart.errors import HeadstartError, RunError
from headstart.training.place_heads import head_for
from headstart.training.place_network import PlaceNetwork, WholePlaceNetwork

if TYPE_CHECKING:
    from headstart.runs.export.place_run import PlaceRun


class ExportedPlaces(nn.Module):
    """Pixels in, the head's outputs out, each with a row a picture."""

    def __init__(self, whole: WholePlaceNetwork) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Give float32 for uint8 pixels of shape (n, height, width, 3)."""
        return tuple(one.float() for one in self.whole.outputs(pixels))


def torch_places(run: PlaceRun) -> ExportedPlaces:
    """Build the network, and put the run's weights in.

    Raises
    ------
    RunError
        If this version of the libraries builds another network.
    """
    try:
        return ExportedPlaces(_whole(run)).eval()
    except HeadstartError as error:
        raise _not_built(run, str(error)) from error
    except (RuntimeError, KeyError) as error:  # what torch says of weights that do not fit
        raise _not_built(run, str(error).splitlines()[0]) from error


def _whole(run: PlaceRun) -> WholePlaceNetwork:
    model = run.model
    converted, source = model.network, model.network.source
    network, facts = load_network(source.builder or source.name, init="random")
    backbone = cut_into_stages(network, replace(facts, preprocessing=source.preprocessing))
    taps = taps_for(backbone, converted.strides)
    head: Any = head_for(
        model.task,
        [tap.channels for tap in taps],
        converted.strides,
        converted.canvas,
        **dict(converted.head),
    )
    _load(run, {BACKBONE_PREFIX: network, HEAD_PREFIX: head})
    return WholePlaceNetwork(backbone, PlaceNetwork(backbone, model.plan, taps, head))


def _load(run: PlaceRun, parts: dict[str, nn.Module]) -> None:
    from safetensors.torch import load_file

    tensors = load_file(run.model.network.folder / NETWORK)
    for prefix, module in parts.items():
        own = {
            name.removeprefix(prefix): tensor
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }
        module.load_state_dict(own)


def _not_built(run: PlaceRun, reason: str) -> RunError:
    return RunError(
        f"The network of the run {str(run.place)!r} cannot be built again: {reason.rstrip('.')}. "
        "Another version of a library may have made it. Export it as openvino: the run holds that "
        "form of it."
    )
