"""A run of stages as one module: pixels or a flat state in, one flat row a sample out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.activations.segment import Segment

if TYPE_CHECKING:
    from headstart.backbones.preprocessing import Preprocessing
    from headstart.backbones.stages import Backbone


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
        if segment.start:
            self.entry: nn.Module = Unflatten(backbone.stages[segment.start - 1].state_shape)
        else:
            self.entry = FromPixels(backbone.source.preprocessing)

    def forward(self, rows: Tensor) -> Tensor:
        """Give float32 of shape (n, numbers that are kept)."""
        x, kept = self.entry(rows), []
        for stage, piece in zip(self.stages, self.pieces, strict=True):
            x = piece(x)
            if self.segment.keeps_vectors:
                kept.append(stage.pool({"x": x}))
        if self.segment.keeps_state:
            kept.append(x.flatten(1))
        return torch.cat(kept, dim=1) if len(kept) > 1 else kept[0]


class Unflatten(nn.Module):
    """A stored row back into the state that it was."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, rows: Tensor) -> Tensor:
        """Give float32 of shape (n, *shape) for float16 rows of shape (n, size)."""
        return rows.float().view(-1, *self.shape)


def example_input(backbone: Backbone, segment: Segment) -> Tensor:
    """One sample of the shape and type that the segment reads."""
    if segment.start:
        size = Unflatten(backbone.stages[segment.start - 1].state_shape).shape
        return torch.zeros((1, int(torch.Size(size).numel())), dtype=torch.float16)
    height, width = backbone.source.preprocessing.size
    return torch.zeros((1, height, width, 3), dtype=torch.uint8)
