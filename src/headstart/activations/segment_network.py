"""A run of stages as one module: pixels or a flat state in, one flat row a sample out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.activations.segment import Segment
from headstart.backbones.stages import State, step
from headstart.backbones.text_network import token_state

if TYPE_CHECKING:
    from headstart.backbones.preprocessing import Preprocessing
    from headstart.backbones.stages import Backbone, Stage


class FromPixels(nn.Module):
    """uint8 pixels, of shape (n, height, width, 3) or flat rows, to what a network reads."""

    scale: Tensor
    shift: Tensor

    def __init__(self, facts: Preprocessing) -> None:
        super().__init__()
        self.size = facts.size
        # One multiplication and one addition, as pixels * scale + shift.
        scale = 1.0 / (255.0 * torch.tensor(facts.std))
        shift = -torch.tensor(facts.mean) / torch.tensor(facts.std)
        self.register_buffer("scale", scale.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("shift", shift.view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Give float32 of shape (n, 3, height, width)."""
        if pixels.ndim == 2:
            pixels = pixels.view(-1, *self.size, 3)
        return pixels.permute(0, 3, 1, 2).float() * self.scale + self.shift


class FromTokens(nn.Module):
    """Rows of tokens, -1 where a text has ended, to what the embeddings read."""

    def __init__(self, pad_id: int) -> None:
        super().__init__()
        self.pad_id = pad_id

    def forward(self, rows: Tensor) -> State:
        """Give the first state for rows of shape (n, length)."""
        return token_state(rows, self.pad_id)


class Picture(nn.Module):
    """uint8 pixels to the first state."""

    def __init__(self, facts: Preprocessing) -> None:
        super().__init__()
        self.own = FromPixels(facts)

    def forward(self, pixels: Tensor) -> State:
        """Give the first state; see :class:`FromPixels`."""
        return {"x": self.own(pixels)}


def entry_of(backbone: Backbone, start: int) -> nn.Module:
    """What makes a state of rows: of stored ones, or of what the first stage reads."""
    if start:
        return Unflatten(backbone.stages[start - 1])
    facts = backbone.source.preprocessing
    return FromTokens(facts.pad_id) if backbone.source.modality == "text" else Picture(facts)


def flat(state: State) -> Tensor:
    """A row a sample, shape (n, size); what stands beside ``x`` is a last column of each token."""
    x, *others = state.values()
    parts = [x.float(), *(one[..., None].float() for one in others)]
    return torch.cat(parts, dim=-1).flatten(1) if others else parts[0].flatten(1)


class SegmentNetwork(nn.Module):
    """What a segment computes, for whichever engine.

    Parameters
    ----------
    backbone : Backbone
        The whole; its parameters are shared.
    segment : Segment
        Which stages.
    """

    def __init__(self, backbone: Backbone, segment: Segment) -> None:
        super().__init__()
        self.stages = backbone.stages[segment.start : segment.stop]
        self.pieces = nn.ModuleList(stage.module for stage in self.stages)
        self.segment = segment
        self.entry = entry_of(backbone, segment.start)

    def forward(self, rows: Tensor) -> Tensor:
        """Give float32 of shape (n, numbers that are kept)."""
        state, kept = self.entry(rows), []
        run = zip(self.stages, self.pieces, strict=True)
        for place, (stage, piece) in enumerate(run, start=self.segment.start):
            state = step(piece, state)
            if self.segment.keeps_vectors:
                kept.append(stage.pool(state))
            if place in self.segment.states:
                kept.append(flat(state))
        if not self.stages:  # the state goes through as it came
            kept.append(flat(state))
        return torch.cat(kept, dim=1) if len(kept) > 1 else kept[0]


class Unflatten(nn.Module):
    """A stored row back into the state that it was.

    Texts in a batch may be stored with more room than the longest of them needs, so the length is
    read off the rows.

    Parameters
    ----------
    stage : Stage
        After which the state was stored.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.shape = stage.state_shape
        self.carries = dict(stage.carries)

    def forward(self, rows: Tensor) -> State:
        """Give the state, float32, for float16 rows of shape (n, size)."""
        rows = rows.float()
        if not self.carries:
            return {"x": rows.view(-1, *self.shape)}
        size = self.shape[-1]
        tokens = rows.unflatten(1, (-1, size + len(self.carries)))
        beside = {name: tokens[..., size + place] for place, name in enumerate(self.carries)}
        return {"x": tokens[..., :size], **beside}


def example_input(backbone: Backbone, segment: Segment) -> Tensor:
    """One sample of the shape and type that the segment reads."""
    if segment.start:
        size = backbone.stages[segment.start - 1].state_size
        return torch.zeros((1, size), dtype=torch.float16)
    if backbone.source.modality == "text":
        return torch.ones((2, 8), dtype=torch.int64)
    height, width = backbone.source.preprocessing.size
    return torch.zeros((1, height, width, 3), dtype=torch.uint8)
