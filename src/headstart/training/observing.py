"""What comes into each depthwise convolution of a network, seen by running it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from headstart.training.depthwise import is_depthwise, window_of
from headstart.training.depthwise_ways import Window, memory_format

Precision = Literal["bf16", "f32"]
#: A tensor, or a state: tensors by name.
Sample = Tensor | Mapping[str, Tensor]


@dataclass(frozen=True)
class Layer:
    """A depthwise convolution and its input, as far as its speed depends on them.

    Parameters
    ----------
    shape : tuple of int
        Of the input: (n, channels, height, width).
    window : Window
        Kernel, stride and padding.
    dtype : torch.dtype
        What it computes in.
    memory_format : torch.memory_format
        Of the input.
    """

    shape: tuple[int, int, int, int]
    window: Window
    dtype: torch.dtype
    memory_format: torch.memory_format

    def __str__(self) -> str:
        window = self.window
        kind = f"{self.dtype} {self.memory_format}".replace("torch.", "")
        return (
            f"{self.shape} {kind}, kernel {window.kernel}, stride {window.stride}, "
            f"padding {window.padding}"
        )


def observe(module: nn.Module, sample: Sample, precision: Precision) -> dict[str, Layer]:
    """Every depthwise convolution that takes part, by name, in the order in which they run.

    Neither the module nor any random generator is changed.

    Parameters
    ----------
    module : Module
        Called with the sample; a convolution that runs several times counts with its first input.
    sample : Tensor or mapping of str to Tensor
        A batch, on the processor.
    precision : {"bf16", "f32"}
        With bf16 it runs under autocast.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.ReLU())
    >>> print(observe(network, torch.zeros(2, 4, 8, 8), "f32")["0"])
    (2, 4, 8, 8) float32 contiguous_format, kernel (3, 3), stride (1, 1), padding ((0, 0), (0, 0))
    """
    seen: dict[str, Layer] = {}
    short = torch.bfloat16 if precision == "bf16" else None

    def look(name: str, conv: nn.Conv2d, arguments: tuple[Any, ...]) -> None:
        x = arguments[0] if arguments else None
        if isinstance(x, Tensor) and x.dim() == 4 and x.numel() and name not in seen:
            seen[name] = _layer(conv, x, short or x.dtype)

    casting = torch.autocast("cpu", torch.bfloat16, enabled=short is not None)
    with _hooks(module, look), _evaluating(module), casting:
        module(sample if isinstance(sample, Tensor) else dict(sample))
    return seen


def _layer(conv: nn.Conv2d, x: Tensor, dtype: torch.dtype) -> Layer:
    n, channels, height, width = x.shape
    window = window_of(conv, (height, width))
    return Layer((n, channels, height, width), window, dtype, memory_format(x))


@contextmanager
def _hooks(
    module: nn.Module, look: Callable[[str, nn.Conv2d, tuple[Any, ...]], None]
) -> Iterator[None]:
    handles = [
        conv.register_forward_pre_hook(partial(look, name))
        for name, conv in module.named_modules()
        if is_depthwise(conv)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Let statistics of BatchNorm and random generators be, and keep nothing for gradients."""
    modes = {part: part.training for part in module.modules()}
    # Set by hand: a module may have a train() of its own, which keeps parts of it frozen.
    for part in modes:
        part.training = False
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            yield
    finally:
        for part, mode in modes.items():
            part.training = mode
