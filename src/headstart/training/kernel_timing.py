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
_REPETITIONS = 3
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
    # The first time a kernel is generated as well, which takes milliseconds; it is tried twice
    # before it counts as hopeless.
    times = {name: _milliseconds(run) for name, run in tries.items()}
    hopeful = dict(tries)
    for _ in range(_REPETITIONS):
        for name, run in hopeful.items():
            times[name] = min(times[name], _milliseconds(run))
        limit = _HOPELESS * min(times.values())
        hopeful = {name: run for name, run in hopeful.items() if times[name] <= limit}
        if len(hopeful) == 1:
            break
    return {name: round(least, 4) for name, least in times.items()}


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
        numbers = torch.rand(shape, generator=generator, device="cpu").to(layer.dtype)
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
