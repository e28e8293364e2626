"""A stage's state as a map with a row and a column for each place of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional

from headstart.data.placement import map_size

if TYPE_CHECKING:
    from headstart.backbones.taps import Tap


class MapReading(nn.Module):
    """Bring a state into the shape (n, channels, rows, columns) at the stride that a head wants.

    A transformer has one stride alone; Li, Mao, Girshick and He, *Exploring plain vision
    transformer backbones for object detection*, 2022, make a pyramid of it too.

    Parameters
    ----------
    tap : Tap
        Which state.
    canvas : tuple of int
        Height and width of the picture that the network reads.
    """

    def __init__(self, tap: Tap, canvas: tuple[int, int]) -> None:
        super().__init__()
        self.tap = tap
        self.grid = map_size(canvas, tap.stride)

    def forward(self, x: Tensor) -> Tensor:
        """The map, for a state with a row a sample."""
        tap = self.tap
        if tap.layout == "tokens":
            x = x[:, tap.others :].transpose(1, 2).unflatten(2, tap.grid)
        elif tap.layout == "channels last":
            x = x.permute(0, 3, 1, 2)
        if tuple(tap.grid) != self.grid:
            x = functional.interpolate(x, self.grid, mode="bilinear", align_corners=False)
        return x
