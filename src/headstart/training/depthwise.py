"""Depthwise convolution with a free choice of how it and its gradients are computed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from headstart.training.depthwise_ways import WAYS, Pair, Window, memory_format


@dataclass(frozen=True)
class Ways:
    """Which way each computation takes: names from :data:`~.depthwise_ways.WAYS`.

    Parameters
    ----------
    forward, input_gradient, filter_gradient : str
        PyTorch's own unless chosen.
    """

    forward: str = "native"
    input_gradient: str = "native"
    filter_gradient: str = "native"


#: PyTorch's own ways.
NATIVE = Ways()


def depthwise_conv2d(
    x: Tensor,
    filters: Tensor,
    bias: Tensor | None,
    window: Window,
    ways: Ways = NATIVE,
) -> Tensor:
    """Convolve each channel with a filter of its own.

    Parameters
    ----------
    x : Tensor of shape (n, channels, height, width)
        Of any floating type; on a processor.
    filters : Tensor of shape (channels, 1, kernel height, kernel width)
        May be of a longer type than ``x``, whose type is then computed in; the gradient is of
        the filters' own.
    bias : Tensor of shape (channels,) or None
        Likewise.
    window : Window
        Kernel, stride and padding.
    ways : Ways
        How to compute. Results agree but for rounding.

    Returns
    -------
    Tensor of shape (n, channels, rows, columns)
        Of the type of ``x``. It can be differentiated once.

    Examples
    --------
    >>> window = Window((3, 3), (1, 1), ((1, 1), (1, 1)))
    >>> x = torch.ones(1, 2, 4, 4, requires_grad=True)
    >>> ways = Ways(input_gradient="flipped")
    >>> depthwise_conv2d(x, torch.ones(2, 1, 3, 3), None, window, ways).sum().backward()
    >>> x.grad[0, 0, 0].tolist()
    [4.0, 6.0, 6.0, 4.0]
    """
    result: Tensor = _Depthwise.apply(x, filters, bias, window, ways)
    return result


class _Depthwise(torch.autograd.Function):
    """The three computations, and no more of them than are needed."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, filters: Tensor, bias: Tensor | None, window: Window, ways: Ways
    ) -> Tensor:
        wants_input, wants_filters = ctx.needs_input_grad[:2]
        # With fixed filters the input, the largest thing here, need not be kept.
        ctx.save_for_backward(x if wants_filters else None, filters if wants_input else None)
        ctx.window, ctx.ways, ctx.size = window, ways, x.shape[2:]
        ctx.dtypes = (x.dtype, filters.dtype, None if bias is None else bias.dtype)
        ctx.memory_format = memory_format(x)
        compute = WAYS["forward"][ways.forward].compute
        # Autocast would turn the float32 ways back into short numbers.
        with torch.autocast("cpu", enabled=False):
            short = None if bias is None else bias.to(x.dtype)
            return compute(x, filters.to(x.dtype), short, window)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        wants_input, wants_filters, wants_bias = ctx.needs_input_grad[:3]
        with torch.autocast("cpu", enabled=False):
            gradient = gradient.contiguous(memory_format=ctx.memory_format)
            return (
                _input_gradient(ctx, gradient) if wants_input else None,
                _filter_gradient(ctx, gradient) if wants_filters else None,
                _bias_gradient(ctx, gradient) if wants_bias else None,
                None,
                None,
            )


def _input_gradient(ctx: Any, gradient: Tensor) -> Tensor:
    filters = ctx.saved_tensors[1].to(gradient.dtype)
    compute = WAYS["input_gradient"][ctx.ways.input_gradient].compute
    return compute(gradient, filters, ctx.size, ctx.window)


def _filter_gradient(ctx: Any, gradient: Tensor) -> Tensor:
    compute = WAYS["filter_gradient"][ctx.ways.filter_gradient].compute
    return compute(gradient, ctx.saved_tensors[0], ctx.window).to(ctx.dtypes[1])


def _bias_gradient(ctx: Any, gradient: Tensor) -> Tensor:
    return gradient.sum((0, 2, 3), dtype=ctx.dtypes[2])


def is_depthwise(module: nn.Module) -> bool:
    """Whether a module is a depthwise convolution that :func:`install` can serve.

    Examples
    --------
    >>> is_depthwise(nn.Conv2d(4, 4, 3, groups=4)), is_depthwise(nn.Conv2d(4, 4, 3))
    (True, False)
    """
    # Not their subclasses, whose forward may do anything.
    plain = type(module) is nn.Conv2d or _pads_to_same(module)
    return (
        plain
        and isinstance(module, nn.Conv2d)
        and 1 < module.groups == module.in_channels == module.out_channels
        and module.dilation == (1, 1)
        and module.padding_mode == "zeros"
        and "forward" not in vars(module)
    )


def _pads_to_same(module: nn.Module) -> bool:
    """Whether it is timm's convolution that pads like TensorFlow; without importing timm."""
    home = sys.modules.get("timm.layers.conv2d_same")
    return type(module) is getattr(home, "Conv2dSame", None)


def window_of(conv: nn.Conv2d, size: Pair) -> Window:
    """Kernel, stride and padding of a convolution for an input of ``size`` (height, width).

    Examples
    --------
    >>> window_of(nn.Conv2d(2, 2, 4, padding="same", groups=2), (8, 8)).padding
    ((1, 2), (1, 2))
    """
    first, second = zip(size, conv.kernel_size, conv.stride, strict=True)
    padding = (_padding(conv, 0, *first), _padding(conv, 1, *second))
    return Window((first[1], second[1]), (first[2], second[2]), padding)


def _padding(conv: nn.Conv2d, axis: int, size: int, kernel: int, stride: int) -> Pair:
    """Zeros before and after one axis."""
    if type(conv) is nn.Conv2d and not isinstance(conv.padding, str):
        return (conv.padding[axis], conv.padding[axis])
    if conv.padding == "valid":
        return (0, 0)
    # Rounded up as many places as strides: timm's; for stride 1 also PyTorch's "same".
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return (total // 2, total - total // 2)


def install(conv: nn.Conv2d, ways: Ways) -> None:
    """Let a convolution compute in these ways from now on, until :func:`uninstall`.

    Names and values of its parameters stay, hooks still run, and a copy of the module is whole.
    """
    # A partial, whose reference to the module deepcopy and pickle follow; a closure's they do not.
    conv.forward = partial(_forward, conv, ways)  # type: ignore[method-assign]


def uninstall(conv: nn.Conv2d) -> None:
    """Undo :func:`install`."""
    vars(conv).pop("forward", None)


def _forward(conv: nn.Conv2d, ways: Ways, x: Tensor) -> Tensor:
    if x.device.type != "cpu" or x.dim() != 4 or not x.numel():
        result: Tensor = type(conv).forward(conv, x)
        return result
    if torch.is_autocast_enabled("cpu"):
        x = x.to(torch.get_autocast_dtype("cpu"))
    window = window_of(conv, (x.shape[2], x.shape[3]))
    return depthwise_conv2d(x, conv.weight, conv.bias, window, ways)
