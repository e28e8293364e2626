"""The stages after the cut under a head that reads the maps of several stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.activations.segment_network import entry_of
from headstart.activations.tap_states import stored_stages
from headstart.backbones.stages import State, step
from headstart.training.map_reading import MapReading

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone
    from headstart.backbones.taps import Tap
    from headstart.plan import Plan


class PlaceNetwork(nn.Module):
    """Joined states of frozen stages in, the head's outputs out.

    Parameters
    ----------
    backbone : Backbone
        Its parameters are shared, so what is trained here changes there.
    plan : Plan
        Says where the cut is.
    taps : sequence of Tap
        What the head reads, in its order.
    head : Module
        From a list of maps to a tuple of tensors.
    """

    def __init__(
        self, backbone: Backbone, plan: Plan, taps: Sequence[Tap], head: nn.Module
    ) -> None:
        super().__init__()
        self.cut = plan.cut
        self.taps = tuple(taps)
        self.stored = stored_stages([tap.index for tap in taps], plan.cut)
        self.sizes = [backbone.stages[place].state_size for place in self.stored]
        self.entries = nn.ModuleList(entry_of(backbone, place + 1) for place in self.stored)
        self.pixels = entry_of(backbone, 0)
        self.pieces = nn.ModuleList(stage.module for stage in backbone.stages[plan.cut :])
        self.stop = max(tap.index for tap in taps) + 1
        self.readings = nn.ModuleList(
            MapReading(tap, backbone.source.preprocessing.size) for tap in taps
        )
        self.head = head

    def forward(self, rows: Tensor) -> tuple[Tensor, ...]:
        """The head's outputs.

        Parameters
        ----------
        rows : Tensor of shape (n, size), float16 states or uint8 pixels
            As they are stored.
        """
        outputs: tuple[Tensor, ...] = self.head(self.maps(rows))
        return outputs

    def maps(self, rows: Tensor) -> list[Tensor]:
        """A map a tap, each of shape (n, channels, rows, columns)."""
        states = self.states(rows)
        return [
            reading(as_channels_last(states[tap.index]["x"]))
            for tap, reading in zip(self.taps, self.readings, strict=True)
        ]

    def states(self, rows: Tensor) -> dict[int, State]:
        """The states of all stages that are stored or computed, by the place of the stage."""
        if not self.stored:
            state: State = self.pixels(rows)
            found: dict[int, State] = {}
        else:
            parts = rows.split(self.sizes, dim=1)
            ready = zip(self.stored, self.entries, parts, strict=True)
            found = {place: entry(part) for place, entry, part in ready}
            state = found[self.stored[-1]]
        for place, piece in enumerate(self.pieces[: max(0, self.stop - self.cut)], self.cut):
            state = step(piece, {**state, "x": as_channels_last(state["x"])})
            found[place] = state
        return found


def as_channels_last(x: Tensor) -> Tensor:
    """The same numbers, in the order in memory that convolutions are fastest with."""
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


class WholePlaceNetwork(nn.Module):
    """Pixels in, one flat row a sample out: all outputs of the head joined.

    Parameters
    ----------
    backbone : Backbone
        The whole network.
    network : PlaceNetwork
        Its taps and its head.
    """

    def __init__(self, backbone: Backbone, network: PlaceNetwork) -> None:
        super().__init__()
        self.entry = entry_of(backbone, 0)
        self.pieces = nn.ModuleList(stage.module for stage in backbone.stages[: network.stop])
        self.taps, self.readings, self.head = network.taps, network.readings, network.head

    def forward(self, pixels: Tensor) -> Tensor:
        """Give float32 of shape (n, size) for uint8 pixels of shape (n, height, width, 3)."""
        return torch.cat([one.float().flatten(1) for one in self.outputs(pixels)], dim=1)

    def outputs(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """The head's outputs; where it says so, the mean with those for the mirrored picture."""
        seen = self.seen(pixels)
        if not getattr(self.head, "mirrored", False):
            return seen
        others = self.seen(pixels.flip(2))
        return tuple((one + two.flip(3)) / 2 for one, two in zip(seen, others, strict=True))

    def seen(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """The head's outputs for the pixels as they are."""
        state: State = self.entry(pixels)
        found: dict[int, Tensor] = {}
        for place, piece in enumerate(self.pieces):
            state = step(piece, state)
            found[place] = state["x"]
        read = zip(self.taps, self.readings, strict=True)
        outputs: tuple[Tensor, ...] = self.head(
            [reading(found[tap.index]) for tap, reading in read]
        )
        return outputs
