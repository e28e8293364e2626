"""Where a network's states are maps of the picture: what heads that answer about places read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headstart.backbones.stages import Layout
from headstart.errors import SourceError

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone, Stage

#: Tokens that stand for no place (class token, registers), at most.
_MOST_OTHER_TOKENS = 8
#: Sides of a patch, in pixels, that transformers have.
_PATCHES = range(2, 65)


@dataclass(frozen=True)
class Tap:
    """A stage whose state is a map of the picture, read at a stride.

    Parameters
    ----------
    stage : str
        Its name.
    index : int
        Its place among the stages.
    stride : int
        Pixels a cell at which the head reads the map.
    own_stride : float
        Pixels a cell that the state has itself.
    channels : int
        Numbers a cell.
    layout : {"tokens", "channels first", "channels last"}
        What the state's axes mean.
    grid : tuple of int
        Rows and columns of the state.
    others : int
        Tokens before the grid's that stand for no place.
    """

    stage: str
    index: int
    stride: int
    own_stride: float
    channels: int
    layout: Layout
    grid: tuple[int, int]
    others: int = 0


def taps_for(backbone: Backbone, strides: tuple[int, ...]) -> tuple[Tap, ...]:
    """For each stride the deepest stage among those whose own stride comes closest.

    Parameters
    ----------
    backbone : Backbone
        Of a source that reads pictures.
    strides : tuple of int
        Pixels a cell, rising.

    Raises
    ------
    SourceError
        If no stage keeps a map of the picture.
    """
    size = backbone.source.preprocessing.size
    maps = [
        tap
        for index, stage in enumerate(backbone.stages)
        if (tap := _map_of(stage, index, size)) is not None
    ]
    if not maps:
        raise SourceError(
            f"No stage of {backbone.source.name!r} keeps a map of the picture, so that nothing "
            "tells where something is. Accepted: sources that read pictures in patches or by "
            "convolutions. See: headstart sources --search efficientnet"
        )
    return tuple(_closest(maps, stride) for stride in strides)


def _closest(maps: list[Tap], stride: int) -> Tap:
    best = min(maps, key=lambda tap: (abs(math.log2(tap.own_stride / stride)), -tap.index))
    return Tap(**{**best.__dict__, "stride": stride})


def _map_of(stage: Stage, index: int, size: tuple[int, int]) -> Tap | None:
    """The stage as a tap at its own stride; None where its state is no map."""
    layout = stage.layout
    if layout == "vector":
        return None
    channels, others = stage.feature_size, 0
    if layout == "tokens":
        found = _grid(stage.state_shape[0], size)
        if found is None:
            return None
        grid, others = found
    elif layout == "channels first":
        grid = (stage.state_shape[1], stage.state_shape[2])
    else:
        grid = (stage.state_shape[0], stage.state_shape[1])
    if min(grid) < 2:
        return None
    stride = math.sqrt(size[0] / grid[0] * size[1] / grid[1])
    return Tap(stage.name, index, round(stride), stride, channels, layout, grid, others)


def _grid(n_tokens: int, size: tuple[int, int]) -> tuple[tuple[int, int], int] | None:
    """Rows and columns of patches, and how many tokens are none.

    Examples
    --------
    >>> _grid(197, (224, 224)), _grid(5, (224, 224))
    (((14, 14), 1), None)
    """
    for patch in _PATCHES:
        if size[0] % patch or size[1] % patch:
            continue
        rows, columns = size[0] // patch, size[1] // patch
        if 0 <= n_tokens - rows * columns <= _MOST_OTHER_TOKENS and rows * columns > 1:
            return (rows, columns), n_tokens - rows * columns
    return None
