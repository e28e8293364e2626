"""What BatchNorm layers see of pictures, beside what they saw of the source's.

A network with BatchNorm carries the mean and the variance that its source had in every channel of
every such layer. So the source's data are not needed to tell how far other pictures are from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Item

if TYPE_CHECKING:
    from torch import Tensor, nn

    from headstart.backbones.stages import Backbone

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]
_AT_ONCE = 16


@dataclass(frozen=True)
class NormStatistics:
    """Of one layer, by channel.

    Parameters
    ----------
    layer : str
        Its name.
    source, target : tuple of (mean, variance), each an ndarray of shape (n_channels,)
        Of the source's pictures, and of these.
    """

    layer: str
    source: Moments
    target: Moments


def norm_statistics(backbone: Backbone, items: Sequence[Item]) -> list[NormStatistics]:
    """Run pictures through the network, and watch its BatchNorm layers.

    Parameters
    ----------
    backbone : Backbone
        In eval mode.
    items : sequence of Item
        A few dozen pictures will do.

    Returns
    -------
    list of NormStatistics
        In the order of the layers; empty for a network without BatchNorm.
    """
    import torch
    from torch.nn.modules.batchnorm import _BatchNorm

    layers = {
        name: one
        for name, one in backbone.pieces.named_modules()
        if isinstance(one, _BatchNorm) and one.running_mean is not None
    }
    sums = {name: _Sums() for name in layers}
    hooks = [one.register_forward_pre_hook(sums[name].watch) for name, one in layers.items()]
    try:
        with torch.no_grad():
            for start in range(0, len(items) if layers else 0, _AT_ONCE):
                backbone(_batch(backbone, items[start : start + _AT_ONCE]))
    finally:
        for hook in hooks:
            hook.remove()
    seen = {name: one for name, one in layers.items() if sums[name].count}
    return [NormStatistics(name, _running(one), sums[name].moments) for name, one in seen.items()]


class _Sums:
    """Adds up what goes into a layer."""

    def __init__(self) -> None:
        self.count = 0
        self._first: Any = 0.0
        self._second: Any = 0.0

    def watch(self, _: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].float().transpose(0, 1).flatten(1)
        self.count += x.shape[1]
        self._first = self._first + x.sum(dim=1).double().numpy()
        self._second = self._second + x.square().sum(dim=1).double().numpy()

    @property
    def moments(self) -> Moments:
        mean = self._first / self.count
        return mean, np.maximum(self._second / self.count - mean**2, 0.0)


def _running(layer: Any) -> Moments:
    return layer.running_mean.double().numpy(), layer.running_var.double().numpy()


def _batch(backbone: Backbone, items: Sequence[Item]) -> Tensor:
    """Normalised pictures of shape (n, 3, height, width)."""
    import torch

    facts = backbone.source.preprocessing
    pixels = [facts.pixels(item.open(at_least=facts.shorter_side)) for item in items]
    return facts.normalise(torch.from_numpy(np.stack(pixels)))
