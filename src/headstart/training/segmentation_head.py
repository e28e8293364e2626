"""The class of each pixel from maps of the picture: the pyramid decoder of segmentation-models.

Kirillov, Girshick, He and Dollár, *Panoptic feature pyramid networks*, 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from segmentation_models_pytorch.decoders.fpn.decoder import FPNDecoder
from torch import Tensor, nn
from torch.nn import functional

from headstart.data.masks import IGNORED, Mask
from headstart.data.placement import Placement
from headstart.tasks.segmentation import SegmentationTask

#: What the decoder wants to know of two finer levels, which it does not read.
_UNREAD = [3, 16]
_DROPPED = 0.1


class SegmentationHead(nn.Module):
    """Four maps into one at the finest stride, and the classes' scores of each canvas pixel.

    Parameters
    ----------
    task : SegmentationTask
        The classes.
    channels : sequence of int
        Of the four maps, from the finest to the coarsest; each stride is twice the one before.
    strides : sequence of int
        Of the same maps.
    canvas : tuple of int
        Height and width of what the network reads.
    weights : ndarray of shape (n_classes,) or None
        Of the classes in the loss.
    width, depth : int
        Channels of the pyramid, and of what it ends in: a multiple of 32.
    mirrored : bool
        Whether the whole network looks at each picture mirrored too, and takes the mean.
    """

    def __init__(
        self,
        task: SegmentationTask,
        channels: Sequence[int],
        strides: Sequence[int],
        canvas: tuple[int, int],
        weights: NDArray[Any] | None = None,
        width: int = 128,
        depth: int = 64,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        self.mirrored = mirrored
        self.task, self.strides, self.canvas = task, tuple(strides), canvas
        self.decoder = FPNDecoder([*_UNREAD, *channels], 5, width, depth, _DROPPED)
        self.scores = nn.Conv2d(depth, task.n_outputs, kernel_size=1)
        known = torch.ones(task.n_outputs) if weights is None else torch.tensor(weights)
        self.register_buffer("weights", known.float(), persistent=False)
        self.weights: Tensor

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, ...]:
        """Scores of shape (n, n_classes, height, width) of the canvas."""
        scores = self.scores(self.decoder(maps))
        size = (scores.shape[2] * self.strides[0], scores.shape[3] * self.strides[0])
        scores = functional.interpolate(scores, size, mode="bilinear", align_corners=False)
        return (scores[:, :, : self.canvas[0], : self.canvas[1]],)

    def goal(self, target: Mask, placement: Placement) -> Tensor:
        """Codes of the canvas pixels of a view, shape (height, width), uint8."""
        return torch.from_numpy(placement.mask(target.codes(), outside=IGNORED))

    def loss(self, outputs: tuple[Tensor, ...], goals: Sequence[Tensor]) -> Tensor:
        """Weighted cross-entropy over the pixels that are not ignored."""
        (scores,) = outputs
        codes = torch.stack(list(goals)).long().to(scores.device)
        if bool((codes == IGNORED).all()):
            return scores.sum() * 0.0
        loss: Tensor = functional.cross_entropy(scores, codes, self.weights, ignore_index=IGNORED)
        return loss
