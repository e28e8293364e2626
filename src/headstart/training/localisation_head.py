"""One box from the map of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from headstart.data.boxes import Boxes
from headstart.data.placement import Placement, map_size
from headstart.tasks.localisation import LocalisationTask

#: Rows and columns into which the map is gathered, so that a canvas of any size gives as many.
_CELLS = 7
_DROPPED = 0.2


class LocalisationHead(nn.Module):
    """A convolution over the coarsest map, and four numbers from all its cells.

    Parameters
    ----------
    task : LocalisationTask
        One box a picture.
    channels : sequence of int
        Of the maps; the last is read.
    strides : sequence of int
        Of the same maps.
    canvas : tuple of int
        Height and width of what the network reads.
    width : int
        Channels of the convolution, a multiple of 32.
    """

    def __init__(
        self,
        task: LocalisationTask,
        channels: Sequence[int],
        strides: Sequence[int],
        canvas: tuple[int, int],
        width: int = 128,
    ) -> None:
        super().__init__()
        self.task, self.strides, self.canvas = task, tuple(strides), canvas
        rows, columns = map_size(canvas, strides[-1])
        self.cells = (min(_CELLS, rows), min(_CELLS, columns))
        self.features = nn.Sequential(
            nn.Conv2d(channels[-1], width, kernel_size=3, padding=1),
            nn.GroupNorm(32, width),
            nn.ReLU(),
        )
        self.box = nn.Sequential(
            nn.Dropout(_DROPPED), nn.Linear(width * self.cells[0] * self.cells[1], 4)
        )

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, ...]:
        """Middle, width and height in shares of the canvas, shape (n, 4)."""
        seen = self.features(maps[-1])
        if tuple(seen.shape[2:]) != self.cells:
            seen = functional.interpolate(seen, self.cells, mode="bilinear", align_corners=False)
        return (self.box(seen.flatten(1)).sigmoid(),)

    def goal(self, target: Boxes, placement: Placement) -> Tensor:
        """The box on the canvas as middle, width and height in shares of it, shape (4,).

        Not a number where the view shows nothing of it.
        """
        left, top, right, bottom = placement.boxes(np.asarray(target.corners[:1], dtype=float))[0]
        rows, columns = self.canvas
        left, right = np.clip([left, right], 0, columns) / columns
        top, bottom = np.clip([top, bottom], 0, rows) / rows
        if left >= right or top >= bottom:
            return torch.full((4,), torch.nan)
        middle = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        return torch.tensor(middle, dtype=torch.float32)

    def loss(self, outputs: tuple[Tensor, ...], goals: Sequence[Tensor]) -> Tensor:
        """Absolute differences and generalised IoU (Rezatofighi and others, 2019)."""
        (said,) = outputs
        wanted = torch.stack(list(goals)).to(said.device)
        seen = ~wanted.isnan().any(dim=1)
        if not bool(seen.any()):
            return said.sum() * 0.0
        said, wanted = said[seen], wanted[seen]
        near = functional.l1_loss(said, wanted)
        return near + generalized_box_iou_loss(_corners(said), _corners(wanted), "mean")


def _corners(middles: Tensor) -> Tensor:
    middle, half = middles[:, :2], middles[:, 2:] / 2
    return torch.cat([middle - half, middle + half], dim=1)
