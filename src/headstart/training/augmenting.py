"""Random views of pictures: a crop, a flip and other colours, drawn for each picture.

The order of the operations and their strengths follow Chen and others, *A simple framework for
contrastive learning of visual representations*, 2020, with the larger crops and the weaker colours
that small pictures want. torchvision's transforms draw once for a whole batch; called for each
picture they take as long as the network. So a crop with its flip is one affine map here, and all
that changes colours is one matrix a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

#: Numbers in [0, 1) that a view is made from.
DRAWS = 11
#: What each colour counts for brightness (ITU-R BT.601).
_GREY = (0.299, 0.587, 0.114)
#: From red, green and blue to luma and two differences of colours, which a change of hue turns.
_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


@dataclass(frozen=True)
class Augmentation:
    """How much a view may differ from its picture.

    Parameters
    ----------
    smallest_area : float
        Share of the picture that a crop keeps at least, above 0 and at most 1.
    colours : float
        Largest relative change of brightness, contrast and saturation, 0 to 1.
    hue : float
        Largest change of hue in turns, 0 to 0.5.
    coloured, grey : float
        Shares of the views whose colours change, and that lose them.
    """

    smallest_area: float = 0.2
    colours: float = 0.4
    hue: float = 0.1
    coloured: float = 0.8
    grey: float = 0.2

    def views(self, pictures: Tensor, draws: NDArray[np.float64], size: tuple[int, int]) -> Tensor:
        """One view of each picture.

        Parameters
        ----------
        pictures : Tensor of shape (n, 3, height, width), values 0 to 255
            Somewhat larger than a view.
        draws : ndarray of shape (n, DRAWS)
            In [0, 1); they decide everything.
        size : tuple of int
            Height and width of a view.

        Returns
        -------
        Tensor of shape (n, 3, *size), uint8

        Examples
        --------
        >>> pictures = torch.zeros(2, 3, 10, 10)
        >>> draws = np.full((2, DRAWS), 0.5)
        >>> tuple(Augmentation().views(pictures, draws, (8, 8)).shape)
        (2, 3, 8, 8)
        """
        numbers = torch.from_numpy(draws).float()
        maps = self._crops(numbers[:, :5])
        grid = functional.affine_grid(maps, [len(maps), 3, *size], align_corners=False)
        cropped = functional.grid_sample(
            pictures.float(), grid, padding_mode="reflection", align_corners=False
        )
        coloured = self._coloured(cropped, numbers[:, 5:])
        return coloured.clamp_(0, 255).round_().to(torch.uint8)

    def _crops(self, draws: Tensor) -> Tensor:
        """Affine maps of shape (n, 2, 3), from places in the view to places in the picture."""
        area = self.smallest_area + (1 - self.smallest_area) * draws[:, 0]
        ratio = torch.exp((2 * draws[:, 1] - 1) * math.log(4 / 3))
        width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
        across, down = (2 * draws[:, 2] - 1) * (1 - width), (2 * draws[:, 3] - 1) * (1 - height)
        mirrored = torch.where(draws[:, 4] < 0.5, -1.0, 1.0)
        nothing = torch.zeros_like(width)
        rows = (mirrored * width, nothing, across, nothing, height, down)
        return torch.stack(rows, dim=1).view(-1, 2, 3)

    def _coloured(self, pictures: Tensor, draws: Tensor) -> Tensor:
        """Brightness, contrast, saturation, hue and greyness in one product."""
        changed = (draws[:, 4] < self.coloured).float()
        strengths = (2 * draws[:, :3] - 1) * self.colours * changed[:, None] + 1
        brightness, contrast, saturation = strengths.unbind(dim=1)
        turn = 2 * math.pi * self.hue * (2 * draws[:, 3] - 1) * changed
        matrices = _turned(turn) @ _saturated(saturation)
        matrices = _saturated((draws[:, 5] >= self.grey).float()) @ matrices
        flat = pictures.flatten(2) * brightness[:, None, None]
        middle = (flat.mean(dim=2) @ flat.new_tensor(_GREY))[:, None, None]
        # Each matrix keeps greys, so what contrast adds need not go through it.
        flat = torch.bmm(matrices * contrast[:, None, None], flat)
        return (flat + (1 - contrast[:, None, None]) * middle).view_as(pictures)


def _saturated(amounts: Tensor) -> Tensor:
    """Matrices of shape (n, 3, 3) between grey (0) and the colours as they are (1)."""
    grey = amounts.new_tensor(_GREY).expand(3, 3)
    some = amounts[:, None, None]
    return some * torch.eye(3) + (1 - some) * grey


def _turned(angles: Tensor) -> Tensor:
    """Matrices of shape (n, 3, 3) that turn the hue; greys and brightness stay."""
    to = angles.new_tensor(_YIQ)
    turns = torch.zeros(len(angles), 3, 3)
    turns[:, 0, 0] = 1
    turns[:, 1, 1] = turns[:, 2, 2] = angles.cos()
    turns[:, 1, 2], turns[:, 2, 1] = -angles.sin(), angles.sin()
    back: Tensor = torch.linalg.inv(to)
    return back @ turns @ to
