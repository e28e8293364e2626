"""Two random views of each picture, as the rows that a training without labels reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from headstart.activations.states import States
from headstart.training.augmenting import DRAWS, Augmentation

#: Different pairs of views that are drawn for a picture; pair 0 is the one that judges.
PAIRS = 4096


@dataclass(frozen=True)
class ViewPairs:
    """Pairs that depend on seed, picture and number alone, whatever was read before.

    Parameters
    ----------
    pixels : States
        Rows of ``side * side * 3`` bytes; their view 0 is read.
    side : int
        Pixels.
    size : tuple of int
        Height and width of a view.
    seed : int
        Of the draws.
    augmentation : Augmentation
        How much views differ.
    """

    pixels: States
    side: int
    size: tuple[int, int]
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """Both views of each picture in a row: uint8 of shape (n, 2 * height * width * 3)."""
        stored = self.pixels.read(rows, np.zeros(len(rows), dtype=np.intp))
        pictures = torch.from_numpy(stored).view(-1, self.side, self.side, 3).permute(0, 3, 1, 2)
        draws = self._draws(rows, views)
        pair = [self._flat(pictures, draws[:, place]) for place in range(2)]
        return torch.cat(pair, dim=1).numpy()

    def _draws(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[np.float64]:
        """Numbers of shape (n, 2, DRAWS)."""
        seeds = ([self.seed, int(row), int(view)] for row, view in zip(rows, views, strict=True))
        return np.stack([np.random.default_rng(one).random((2, DRAWS)) for one in seeds])

    def _flat(self, pictures: Tensor, draws: NDArray[np.float64]) -> Tensor:
        views = self.augmentation.views(pictures, draws, self.size)
        return views.permute(0, 2, 3, 1).flatten(1)
