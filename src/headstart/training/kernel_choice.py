"""The depthwise convolutions of a network in the ways that are fastest on this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import get_args

import torch
from torch import Tensor, nn

from headstart.errors import InputError
from headstart.training.depthwise import Ways, install, uninstall
from headstart.training.depthwise_ways import WAYS
from headstart.training.kernel_timing import fastest, suitable
from headstart.training.observing import Layer, Precision, Sample, observe
from headstart.training.processor import processor_name
from headstart.training.remembered import Choice, RememberedChoices


@dataclass(frozen=True)
class LayerReport:
    """What was chosen for a layer; plain data.

    Parameters
    ----------
    name : str
        Of the module.
    shape : tuple of int
        Of its input: (n, channels, height, width).
    kernel, stride : tuple of int
        Height and width.
    choices : dict of str to Choice
        By computation: ``forward``, ``input_gradient`` and, unless the filters are fixed,
        ``filter_gradient``.
    """

    name: str
    shape: tuple[int, ...]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    choices: dict[str, Choice]


@dataclass(frozen=True)
class Report:
    """What was chosen for a network; plain data.

    Parameters
    ----------
    layers : tuple of LayerReport
        In the order in which they run.
    measured : int
        How many choices were made by measuring now; the others were remembered.
    seconds : float
        What looking and measuring took.
    """

    layers: tuple[LayerReport, ...]
    measured: int
    seconds: float


@contextmanager
def fast_depthwise(module: nn.Module, sample: Sample, precision: Precision) -> Iterator[Report]:
    """Compute the depthwise convolutions below a module in the fastest exact ways meanwhile.

    The ways are chosen by measuring and remembered below the cache folder, so that a later run on
    this machine takes the same. On a graphics card nothing is done.

    Parameters
    ----------
    module : Module
        It runs once for the sample, which leaves its modes, statistics and parameters alone. The
        filters that are fixed then should stay fixed: their gradient is not measured.
    sample : Tensor or mapping of str to Tensor
        A batch as training will give it, in the same order of numbers in memory.
    precision : {"bf16", "f32"}
        Whether training runs under ``torch.autocast("cpu", torch.bfloat16)``.

    Yields
    ------
    Report
        What was chosen.

    Raises
    ------
    InputError
        If the precision is unknown.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.ReLU())
    >>> with fast_depthwise(network, torch.zeros(2, 4, 8, 8), "f32") as report:
    ...     [(layer.name, layer.shape) for layer in report.layers]
    [('0', (2, 4, 8, 8))]
    """
    if precision not in get_args(Precision):
        raise InputError(
            f"The precision is {precision!r}; accepted: {', '.join(get_args(Precision))}. "
            "Choose one of them."
        )
    start = time.perf_counter()
    layers = observe(module, sample, precision) if _on_processor(sample) else {}
    convs = {name: _conv(module, name) for name in layers}
    wanted = {name: _computations(conv) for name, conv in convs.items()}
    known, measured = _choose([(layers[name], part) for name in layers for part in wanted[name]])
    reports = []
    with ExitStack() as stack:
        for name, layer in layers.items():
            choices = {part: known[_key(layer, part)] for part in wanted[name]}
            install(convs[name], Ways(**{part: choice.way for part, choice in choices.items()}))
            stack.callback(uninstall, convs[name])
            window = layer.window
            reports.append(LayerReport(name, layer.shape, window.kernel, window.stride, choices))
        yield Report(tuple(reports), measured, time.perf_counter() - start)


def _on_processor(sample: Sample) -> bool:
    tensors = [sample] if isinstance(sample, Tensor) else sample.values()
    return all(tensor.device.type == "cpu" for tensor in tensors)


def _conv(module: nn.Module, name: str) -> nn.Conv2d:
    conv = module.get_submodule(name)
    if not isinstance(conv, nn.Conv2d):
        raise TypeError(f"{name} is a {type(conv).__name__}, not a convolution")
    return conv


def _computations(conv: nn.Conv2d) -> list[str]:
    """All, but the filters' gradient only where they learn."""
    return [part for part in WAYS if part != "filter_gradient" or conv.weight.requires_grad]


def _choose(wanted: list[tuple[Layer, str]]) -> tuple[dict[str, Choice], int]:
    """A choice by key, and how many were made now."""
    remembered = RememberedChoices()
    known = remembered.read()
    new: dict[str, Choice] = {}
    for layer, computation in wanted:
        key, names = _key(layer, computation), suitable(layer, computation)
        if len(names) == 1:
            known[key] = Choice(names[0])
        elif key not in known or known[key].way not in names:
            known[key] = new[key] = fastest(layer, computation)
    if new:
        remembered.add(new)
    return known, len(new)


def _key(layer: Layer, computation: str) -> str:
    """All that a choice depends on: this machine, torch, the layer and what is computed."""
    machine = f"{processor_name()} {torch.backends.cpu.get_cpu_capability()}"
    return (
        f"{machine}, {torch.get_num_threads()} threads, torch {torch.__version__}: "
        f"{computation} of {layer}"
    )
