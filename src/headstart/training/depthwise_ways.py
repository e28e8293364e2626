"""Depthwise convolution and its two gradients, each in several ways that give the same numbers.

PyTorch's backward pass of a depthwise convolution is up to forty times slower than its forward
pass, in bf16 above all. Which way is fastest differs by layer and by processor, so that
:mod:`headstart.training.kernel_choice` measures. All ways agree but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Pair = tuple[int, int]
#: Kernels of at most three by three have a fast filter gradient in every precision.
_PIECE = 3


@dataclass(frozen=True)
class Window:
    """What a depthwise convolution slides over its input, without dilation.

    Parameters
    ----------
    kernel, stride : pair of int
        Height and width.
    padding : pair of pair of int
        Zeros above and below, then zeros to the left and to the right.
    """

    kernel: Pair
    stride: Pair
    padding: tuple[Pair, Pair]

    @property
    def is_even(self) -> bool:
        """Whether opposite sides have the same padding, which is all that PyTorch knows."""
        return all(before == after for before, after in self.padding)


def always(window: Window, dtype: torch.dtype) -> bool:
    """Fit every window and every precision."""
    return True


def is_short(window: Window, dtype: torch.dtype) -> bool:
    """Whether numbers have fewer bits than float32."""
    return dtype in (torch.bfloat16, torch.float16)


def has_pieces(window: Window, dtype: torch.dtype) -> bool:
    """Whether cutting the filter gives more than the filter itself."""
    return max(window.stride) > 1 or max(window.kernel) > _PIECE


@dataclass(frozen=True)
class Way:
    """One way to compute.

    Parameters
    ----------
    compute : callable
        The arguments and the result are those of the computation; see :data:`WAYS`.
    suits : callable
        Whether the way is worth a try for a window and a precision.
    """

    compute: Callable[..., Tensor]
    suits: Callable[[Window, torch.dtype], bool] = always


def memory_format(x: Tensor) -> torch.memory_format:
    """The order of the numbers in memory, channels last where both would do."""
    last = x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last else torch.contiguous_format


def padded(x: Tensor, window: Window) -> tuple[Tensor, Pair]:
    """Pad what PyTorch cannot, uneven sides; give the padding that is left to it."""
    (top, bottom), (left, right) = window.padding
    if window.is_even:
        return x, (top, left)
    return functional.pad(x, (left, right, top, bottom)), (0, 0)


def _unfilled(gradient: Tensor, size: Pair) -> Tensor:
    """A tensor like the gradient, but of another height and width, with anything in it."""
    shape, order = (*gradient.shape[:2], *size), memory_format(gradient)
    return torch.empty(shape, dtype=gradient.dtype, device=gradient.device, memory_format=order)


def _backward(
    gradient: Tensor, x: Tensor, filters: Tensor, stride: Pair, padding: Pair, wanted: int
) -> Tensor:
    """PyTorch's gradient number ``wanted``: 0 for the input, 1 for the filters."""
    mask = [wanted == 0, wanted == 1, False]
    result: Tensor = torch.ops.aten.convolution_backward(
        gradient, x, filters, None, stride, padding, (1, 1), False, (0, 0), x.shape[1], mask
    )[wanted]
    return result


def native_forward(x: Tensor, filters: Tensor, bias: Tensor | None, window: Window) -> Tensor:
    """Convolve as PyTorch does."""
    x, padding = padded(x, window)
    return functional.conv2d(x, filters, bias, window.stride, padding, 1, x.shape[1])


def float32_forward(x: Tensor, filters: Tensor, bias: Tensor | None, window: Window) -> Tensor:
    """Convolve as PyTorch does in float32."""
    exact = None if bias is None else bias.float()
    return native_forward(x.float(), filters.float(), exact, window).to(x.dtype)


def native_input_gradient(gradient: Tensor, filters: Tensor, size: Pair, window: Window) -> Tensor:
    """Compute as PyTorch does."""
    if window.is_even:
        (top, _), (left, _) = window.padding
        # Only shape, type and order of the input count here, so that it need not be kept.
        x = _unfilled(gradient, size)
        return _backward(gradient, x, filters, window.stride, (top, left), 0)
    (top, bottom), (left, right) = window.padding
    whole = (size[0] + top + bottom, size[1] + left + right)
    bare = Window(window.kernel, window.stride, ((0, 0), (0, 0)))
    result = native_input_gradient(gradient, filters, whole, bare)
    return result[:, :, top : top + size[0], left : left + size[1]]


def float32_input_gradient(gradient: Tensor, filters: Tensor, size: Pair, window: Window) -> Tensor:
    """Compute as PyTorch does in float32."""
    result = native_input_gradient(gradient.float(), filters.float(), size, window)
    return result.to(gradient.dtype)


def flipped_input_gradient(gradient: Tensor, filters: Tensor, size: Pair, window: Window) -> Tensor:
    """Convolve the gradient forwards with the flipped filters.

    With a stride, the rows and columns of the input fall into phases: those that are the same
    remainder after division by the stride. Each phase sees only the filter's taps of its own
    remainder, and is a convolution without stride. No multiplication is by a zero put in between.
    """
    result = _unfilled(gradient, size)
    down, right = (
        _phases(*axis)
        for axis in zip(
            size, gradient.shape[2:], window.kernel, window.stride, window.padding, strict=True
        )
    )
    for rows in down:
        for columns in right:
            target = result[:, :, rows.target, columns.target]
            _fill_phase(target, gradient, filters, rows, columns)
    return result


@dataclass(frozen=True)
class _Phase:
    """One axis of one phase: which taps give which places, and how to cut the convolution's."""

    taps: slice
    n_taps: int
    padding: int
    kept: slice
    target: slice


def _phases(size: int, n_out: int, kernel: int, stride: int, padding: Pair) -> list[_Phase]:
    """All phases of an axis of ``size`` places in the input and ``n_out`` in the output."""
    before, phases = padding[0], []
    for phase in range(stride):
        # Place ``stride * q + phase`` of the padded input is the sum of tap ``stride * m + phase``
        # times the gradient at ``q - m``; q runs over the places that are not padding.
        n_taps = len(range(phase, kernel, stride))
        first = -((phase - before) // stride)
        last = (before + size - 1 - phase) // stride
        left, right = n_taps - 1 - first, last - n_out + 1
        spare = max(left, right, 0)
        kept = slice(spare - left, spare - left + last - first + 1)
        target = slice(stride * first + phase - before, None, stride)
        if last >= first:
            phases.append(_Phase(slice(phase, None, stride), n_taps, spare, kept, target))
    return phases


def _fill_phase(
    target: Tensor, gradient: Tensor, filters: Tensor, rows: _Phase, columns: _Phase
) -> None:
    if not rows.n_taps or not columns.n_taps:  # a stride longer than the kernel skips places
        target.zero_()
        return
    taps = filters[:, :, rows.taps, columns.taps].flip(2, 3)
    padding = (rows.padding, columns.padding)
    whole = functional.conv2d(gradient, taps, None, 1, padding, 1, filters.shape[0])
    target.copy_(whole[:, :, rows.kept, columns.kept])


def native_filter_gradient(gradient: Tensor, x: Tensor, window: Window) -> Tensor:
    """Compute as PyTorch does."""
    x, padding = padded(x, window)
    filters = x.new_empty(x.shape[1], 1, *window.kernel)
    return _backward(gradient, x, filters, window.stride, padding, 1)


def float32_filter_gradient(gradient: Tensor, x: Tensor, window: Window) -> Tensor:
    """Compute as PyTorch does in float32."""
    return native_filter_gradient(gradient.float(), x.float(), window)


def pieces_filter_gradient(gradient: Tensor, x: Tensor, window: Window) -> Tensor:
    """Cut the filter into pieces of at most three by three without stride, each as PyTorch does.

    With a stride, a piece holds taps of one phase only: then it slides over every second (third,
    ...) row and column of the input, one by one.
    """
    (top, bottom), (left, right) = window.padding
    x = functional.pad(x, (left, right, top, bottom))
    height, width = gradient.shape[2:]
    order = memory_format(gradient)
    result = x.new_empty(x.shape[1], 1, *window.kernel)
    down, across = window.stride
    for rows in _pieces(window.kernel[0], down):
        for columns in _pieces(window.kernel[1], across):
            seen = x[:, :, rows.start :: down, columns.start :: across]
            seen = seen[:, :, : height + len(rows) - 1, : width + len(columns) - 1]
            seen = seen.contiguous(memory_format=order)
            piece = Window((len(rows), len(columns)), (1, 1), ((0, 0), (0, 0)))
            places = (
                slice(rows.start, rows.stop, down),
                slice(columns.start, columns.stop, across),
            )
            result[:, :, *places] = native_filter_gradient(gradient, seen, piece)
    return result


def _pieces(kernel: int, stride: int) -> list[range]:
    """Taps of one axis, at most three together, all of one phase.

    Examples
    --------
    >>> [list(piece) for piece in _pieces(5, 1)], [list(piece) for piece in _pieces(5, 2)]
    ([[0, 1, 2], [3, 4]], [[0, 2, 4], [1, 3]])
    """
    return [
        range(start, min(start + _PIECE * stride, kernel), stride)
        for phase in range(min(stride, kernel))
        for start in range(phase, kernel, _PIECE * stride)
    ]


#: Computation to the names of its ways; PyTorch's own comes first.
#:
#: - ``forward(x, filters, bias, window)`` gives the output of shape (n, channels, h', w');
#: - ``input_gradient(gradient, filters, size, window)`` gives (n, channels, h, w), ``size``
#:   being (h, w);
#: - ``filter_gradient(gradient, x, window)`` gives (channels, 1, kernel height, kernel width).
#:
#: ``gradient`` is that of the output, laid out in memory like ``x`` and of the same type; the
#: filters' gradient may be of a longer one.
WAYS: dict[str, dict[str, Way]] = {
    "forward": {
        "native": Way(native_forward),
        "float32": Way(float32_forward, is_short),
    },
    "input_gradient": {
        "native": Way(native_input_gradient),
        "float32": Way(float32_input_gradient, is_short),
        "flipped": Way(flipped_input_gradient),
    },
    "filter_gradient": {
        "native": Way(native_filter_gradient),
        "float32": Way(float32_filter_gradient, is_short),
        "pieces": Way(pieces_filter_gradient, has_pieces),
    },
}
