"""The fastest way of one depthwise computation, found by trying all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from headstart.training.depthwise_ways import WAYS
from headstart.training.observing import Layer
from headstart.training.remembered import Choice, Times

#: Numbers in the input when it is tried: enough that starting to compute takes no share of it.
_NUMBERS = 2**21
#: Seconds after which a computation is not tried again on a busy machine.
_PATIENCE = 0.05
#: A way this many times slower than the best is not tried again.
_HOPELESS = 2.0
#: What another way must save before it replaces PyTorch's own; less is within what times vary by.
_WORTHWHILE = 0.1


def suitable(layer: Layer, computation: str) -> list[str]:
    """Names of the ways that a layer can take, PyTorch's own first."""
    ways = WAYS[computation].items()
    return [name for name, way in ways if way.suits(layer.window, layer.dtype)]


def fastest(layer: Layer, computation: str) -> Choice:
    """Try each suitable way on random numbers; a large batch is cut down first.

    Parameters
    ----------
    layer : Layer
        Its shape, window, type and order of numbers are those of the trial.
    computation : str
        A key of :data:`~.depthwise_ways.WAYS`.

    Returns
    -------
    Choice
        PyTorch's own way unless another is at least a tenth faster.
    """
    names = suitable(layer, computation)
    arguments = _arguments(layer, computation)
    compute = {name: WAYS[computation][name].compute for name in names}
    with torch.no_grad():
        times = shortest({name: partial(compute[name], *arguments) for name in names})
    best = min(names, key=times.__getitem__)
    saved = 1.0 - times[best] / times[names[0]]
    return Choice(best if saved >= _WORTHWHILE else names[0], times)


def shortest(tries: dict[str, Callable[[], object]]) -> Times:
    """Milliseconds of each, the least of several in turns: other programs only ever add to it.

    Examples
    --------
    >>> list(shortest({"short": lambda: None, "long": lambda: time.sleep(0.001)}))
    ['short', 'long']
    """
    times: dict[str, list[float]] = {name: [] for name in tries}
    hopeful, end = list(tries), time.perf_counter() + _PATIENCE
    while len(hopeful) > 1:
        # The first time a kernel is generated as well, which takes milliseconds.
        for name in hopeful * (1 if times[hopeful[0]] else 2):
            times[name] = sorted([*times[name], _milliseconds(tries[name])])
        limit = _HOPELESS * min(taken[0] for taken in times.values())
        hopeful = [name for name in hopeful if times[name][0] <= limit]
        if all(_is_settled(times[name]) for name in hopeful) or time.perf_counter() > end:
            break
    return {name: round(taken[0], 4) for name, taken in times.items()}


def _is_settled(times: list[float]) -> bool:
    """Whether the two shortest of at least three agree: no other program got in between."""
    return len(times) >= 3 and times[1] <= (1.0 + _WORTHWHILE) * times[0]


def _milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def _arguments(layer: Layer, computation: str) -> tuple[object, ...]:
    """What a way of a computation takes, filled with random numbers."""
    n, channels, height, width = layer.shape
    # Fewer samples than threads would be computed by other rules than a whole batch.
    most = max(_NUMBERS // (channels * height * width), torch.get_num_threads(), 1)
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        # One row is drawn and repeated, because drawing takes longer than computing.
        row = torch.rand(1, shape[1], 1, shape[3], generator=generator, device="cpu")
        numbers = row.to(layer.dtype).expand(shape)
        return numbers.contiguous(memory_format=layer.memory_format)

    x = random(min(n, most), channels, height, width)
    filters = random(channels, 1, *layer.window.kernel)
    if computation == "forward":
        return (x, filters, None, layer.window)
    gradient = WAYS["forward"]["native"].compute(x, filters, None, layer.window)
    gradient = gradient.contiguous(memory_format=layer.memory_format)
    if computation == "input_gradient":
        return (gradient, filters, (height, width), layer.window)
    return (gradient, x, layer.window)
