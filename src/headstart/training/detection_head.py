"""Boxes from maps of the picture: a feature pyramid under the head of FCOS, both torchvision's.

Lin, Dollár, Girshick, He, Hariharan and Belongie, *Feature pyramid networks for object detection*,
2017; Tian, Shen, Chen and He, *FCOS: Fully convolutional one-stage object detection*, 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection.fcos import FCOS, FCOSHead
from torchvision.ops import FeaturePyramidNetwork

from headstart.data.boxes import Boxes
from headstart.data.placed_boxes import place_boxes
from headstart.data.placement import Placement, map_size
from headstart.tasks.detection import DetectionTask


@dataclass(frozen=True)
class BoxGoal:
    """Boxes on the canvas.

    Parameters
    ----------
    boxes : Tensor of shape (n, 4), float32
        xmin, ymin, xmax, ymax in pixels of the canvas.
    labels : Tensor of shape (n,), int64
        Codes of the classes.
    """

    boxes: Tensor
    labels: Tensor


class DetectionHead(nn.Module):
    """A pyramid of ``width`` channels, and towers of ``depth`` convolutions that all levels share.

    Parameters
    ----------
    task : DetectionTask
        The classes.
    channels : sequence of int
        Of the maps, from the finest to the coarsest.
    strides : sequence of int
        Of the same maps.
    canvas : tuple of int
        Height and width of what the network reads.
    width, depth : int
        Of the pyramid, a multiple of 32, and of the towers. Runs that name none have these.
    """

    def __init__(
        self,
        task: DetectionTask,
        channels: Sequence[int],
        strides: Sequence[int],
        canvas: tuple[int, int],
        width: int = 128,
        depth: int = 2,
    ) -> None:
        super().__init__()
        self.task, self.strides, self.canvas = task, tuple(strides), canvas
        self.pyramid = FeaturePyramidNetwork(list(channels), width)
        self.towers = FCOSHead(width, 1, task.n_outputs, depth)
        self.grids = [map_size(canvas, stride) for stride in strides]
        # A square of a stride's size around each location, shape (n_locations, 4).
        cells = [_cells(grid, stride) for grid, stride in zip(self.grids, strides, strict=True)]
        self.register_buffer("anchors", torch.cat(cells), persistent=False)
        self.anchors: Tensor
        # Not a part of this module: it holds the towers a second time, for their loss.
        self._losses = (FCOS(_Channels(width), task.n_outputs, head=self.towers),)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, ...]:
        """Of all locations, level after level: logits, distances and centerness.

        Returns
        -------
        tuple of Tensor of shapes (n, n_locations, n_classes), (n, n_locations, 4) and
        (n, n_locations, 1)
        """
        levels = self.pyramid({str(place): one for place, one in enumerate(maps)})
        said = self.towers(list(levels.values()))
        return said["cls_logits"], said["bbox_regression"], said["bbox_ctrness"]

    def goal(self, target: Boxes, placement: Placement) -> BoxGoal:
        """The boxes of a picture that can be seen in a view, where they are there."""
        corners, codes = self.task.targets(place_boxes(target, placement))
        return BoxGoal(torch.from_numpy(corners).float(), torch.from_numpy(codes.astype(np.int64)))

    def loss(self, outputs: tuple[Tensor, ...], goals: Sequence[BoxGoal]) -> Tensor:
        """Focal loss of the classes, generalised IoU of the boxes, and of the centerness."""
        logits, distances, centerness = outputs
        said = {"cls_logits": logits, "bbox_regression": distances, "bbox_ctrness": centerness}
        targets = [{"boxes": one.boxes, "labels": one.labels} for one in goals]
        targets = [{key: one.to(logits.device) for key, one in row.items()} for row in targets]
        counts = [rows * columns for rows, columns in self.grids]
        parts = self._losses[0].compute_loss(targets, said, [self.anchors] * len(goals), counts)
        total: Tensor = torch.stack(list(parts.values())).sum()
        return total


class _Channels(nn.Module):
    """What torchvision wants to know of a backbone that stands elsewhere."""

    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.out_channels = out_channels


def _cells(grid: tuple[int, int], stride: int) -> Tensor:
    """Left, top, right and bottom edge of each cell, row by row."""
    rows, columns = torch.meshgrid(torch.arange(grid[0]), torch.arange(grid[1]), indexing="ij")
    left_top = torch.stack([columns, rows], dim=-1).reshape(-1, 2).float() * stride
    return torch.cat([left_top, left_top + stride], dim=1)
