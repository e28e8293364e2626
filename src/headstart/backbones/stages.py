"""A backbone as an ordered list of stages, and its head as a piece of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from torch import Tensor, nn

from headstart.errors import PlanError

if TYPE_CHECKING:
    from headstart.backbones.source import Source

#: What crosses between two stages: named tensors, each with a row per sample.
State = dict[str, Tensor]
#: How a state's axes after the samples are meant.
Layout = Literal["vector", "tokens", "channels first", "channels last"]


def layout_of(shape: Sequence[int], picture: tuple[int, int] = (1, 1)) -> Layout:
    """Read the meaning of a state's axes from its shape without the samples.

    Rows and columns of a map are in the ratio of the picture's.

    Parameters
    ----------
    shape : sequence of int
        Of the state.
    picture : tuple of int
        Height and width of what the network reads.

    Examples
    --------
    >>> [layout_of(shape) for shape in [(512,), (197, 384), (96, 56, 56), (56, 56, 96)]]
    ['vector', 'tokens', 'channels first', 'channels last']
    >>> [layout_of(shape, (320, 448)) for shape in [(40, 40, 56), (80, 112, 96)]]
    ['channels first', 'channels last']
    """
    if len(shape) < 3:
        return "vector" if len(shape) == 1 else "tokens"
    first, second, third = shape
    is_last = _off(first, second, picture) < _off(second, third, picture)
    return "channels last" if is_last else "channels first"


def _off(rows: int, columns: int, picture: tuple[int, int]) -> float:
    """How far two sides are from the ratio of the picture's; 0: they have it."""
    return abs(math.log(rows * picture[1] / (columns * picture[0])))


def step(piece: nn.Module, state: State) -> State:
    """The state after a stage: what stands beside ``x`` is read and passed on.

    Examples
    --------
    >>> import torch
    >>> step(nn.ReLU(), {"x": torch.tensor([-1.0, 2.0])})
    {'x': tensor([0., 2.])}
    """
    others = {name: one for name, one in state.items() if name != "x"}
    return {"x": piece(state["x"], **others), **others}


def pooled(state: State, layout: Layout, pooling: str = "mean") -> Tensor:
    """One vector a sample: the mean over space or over tokens, or the first token's.

    Parameters
    ----------
    state : State
        With a mask where texts are of different lengths.
    layout : {"vector", "tokens", "channels first", "channels last"}
        What the axes of ``x`` mean.
    pooling : {"mean", "cls"}
        For tokens.
    """
    x = state["x"]
    if layout == "vector":
        return x
    if layout != "tokens":
        return x.mean(dim=(2, 3) if layout == "channels first" else (1, 2))
    if pooling == "cls":
        return x[:, 0]
    if "mask" not in state:
        return x.mean(dim=1)
    there = state["mask"][:, :, None].to(x.dtype)
    return (x * there).sum(dim=1) / there.sum(dim=1)


@dataclass(frozen=True)
class Stage:
    """A piece of backbone that can be run alone.

    Parameters
    ----------
    name : str
        The path of the module at whose end the stage ends.
    module : Module
        From the tensor before the stage to the tensor after it.
    flops : float
        For one sample, a multiply-add counted twice.
    state_shape : tuple of int
        Of the tensor after the stage, without the samples.
    carries : mapping of str to tuple of int
        Names and shapes of what stands beside it in the state.
    pooling : {"mean", "cls"}
        Of tokens.
    picture : tuple of int
        Height and width of what the network reads, which tell what the axes of a map mean.
    """

    name: str
    module: nn.Module = field(repr=False)
    flops: float
    state_shape: tuple[int, ...]
    carries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pooling: str = "mean"
    picture: tuple[int, int] = (1, 1)

    @property
    def layout(self) -> Layout:
        """What the axes of the state mean."""
        return layout_of(self.state_shape, self.picture)

    @property
    def feature_size(self) -> int:
        """Length of the pooled vector."""
        return self.state_shape[0 if self.layout == "channels first" else -1]

    @property
    def state_size(self) -> int:
        """Numbers in the whole state of a sample."""
        return math.prod(self.state_shape) + sum(map(math.prod, self.carries.values()))

    def pool(self, state: State) -> Tensor:
        """One vector a sample: see :func:`pooled`.

        Parameters
        ----------
        state : State
            The state after this stage.

        Returns
        -------
        Tensor of shape (n, feature_size)
        """
        return pooled(state, self.layout, self.pooling)


class Backbone(nn.Module):
    """A source's network, cut into stages, in eval mode and frozen.

    Parameters
    ----------
    source : Source
        The facts that travel with the weights.
    stages : sequence of Stage
        In order; at least one.
    head : Module
        From what the last stage gives to the source's class scores.
    """

    def __init__(self, source: Source, stages: Sequence[Stage], head: nn.Module) -> None:
        super().__init__()
        self.source = source
        self.stages = tuple(stages)
        self.pieces = nn.ModuleList(stage.module for stage in stages)
        self.head = head
        self.requires_grad_(False)
        self.eval()

    @property
    def stage_names(self) -> tuple[str, ...]:
        """The stages' names in order."""
        return tuple(stage.name for stage in self.stages)

    def forward(self, x: Tensor) -> Tensor:
        """Class scores of the source.

        Parameters
        ----------
        x : Tensor of shape (n, 3, height, width), float32, or (n, length), int64
            Normalised pictures, or tokens with -1 where a text has ended.

        Returns
        -------
        Tensor of shape (n, n_classes)
            Of a text source, which has no classes, pooled vectors.
        """
        return self.suffix(0)(first_state(self.source, x))

    def run(self, state: State, start: int, stop: int) -> State:
        """Run the stages from index ``start`` up to, not including, ``stop``.

        Raises
        ------
        PlanError
            Unless ``0 <= start <= stop <= number of stages``.
        """
        if not 0 <= start <= stop <= len(self.stages):
            raise PlanError(
                f"Stages {start} to {stop} were asked for; accepted: 0 <= start <= stop <= "
                f"{len(self.stages)}. The stages of {self.source.name} are: "
                f"{', '.join(self.stage_names)}."
            )
        for piece in self.pieces[start:stop]:
            state = step(piece, state)
        return state

    def prefix(self, cut: int) -> Prefix:
        """The first ``cut`` stages as a module."""
        return Prefix(self, cut)

    def suffix(self, cut: int) -> Suffix:
        """Everything after the first ``cut`` stages as a module."""
        return Suffix(self, cut)

    def pooled(self, images: Tensor) -> dict[str, Tensor]:
        """One vector a sample at every stage, from one pass.

        Parameters
        ----------
        images : Tensor of shape (n, 3, height, width), float32
            Normalised pictures.

        Returns
        -------
        dict of str to Tensor of shape (n, feature_size)
            By stage name.
        """
        return dict(zip(self.stage_names, PooledBackbone(self)(images), strict=True))


def first_state(source: Source, x: Tensor) -> State:
    """What the first stage reads."""
    if source.modality != "text":
        return {"x": x}
    from headstart.backbones.text_network import token_state

    return token_state(x, source.preprocessing.pad_id)


class Prefix(nn.Module):
    """The stages before a cut: pictures in, state out."""

    def __init__(self, backbone: Backbone, cut: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.cut = cut

    def forward(self, x: Tensor) -> State:
        """Give the state at the cut for what :meth:`Backbone.forward` takes."""
        return self.backbone.run(first_state(self.backbone.source, x), 0, self.cut)


class Suffix(nn.Module):
    """The stages after a cut and the head: state in, class scores out."""

    def __init__(self, backbone: Backbone, cut: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.cut = cut

    def forward(self, state: State) -> Tensor:
        """Give class scores of shape (n, n_classes) for the state at the cut."""
        stages = len(self.backbone.stages)
        return step(self.backbone.head, self.backbone.run(state, self.cut, stages))["x"]


class PooledBackbone(nn.Module):
    """Pictures in, a pooled vector for each stage out; plain enough for ``torch.jit.trace``."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Give a tensor of shape (n, feature_size) for each stage, in order."""
        state, vectors = first_state(self.backbone.source, images), []
        for index, stage in enumerate(self.backbone.stages):
            state = self.backbone.run(state, index, index + 1)
            vectors.append(stage.pool(state))
        return tuple(vectors)
