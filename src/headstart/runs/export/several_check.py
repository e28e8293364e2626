"""An exported model with several targets beside its run: how far each target's output is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from headstart.runs.export.check_samples import Samples
from headstart.runs.export.comparison import Comparison, Reference
from headstart.runs.export.several_forms import Compute
from headstart.runs.export.several_run import SharedNetwork


def compare_targets(
    network: SharedNetwork, samples: Samples, compute: Compute
) -> dict[str, Comparison]:
    """Ask the run and what was written, and look how far they are apart, by target.

    Raises
    ------
    RunError
        If one is too far.
    """
    precision = network.run.model.precision or "f32"
    exact = network.outputs(samples.dataset, "f32")
    usual = exact if precision == "f32" else network.outputs(samples.dataset, precision)
    found = _written(network, samples, compute)
    return {
        name: Reference(samples, exact[name], usual[name], precision).compare(
            network.run, found[name], network.model.models[name].task
        )
        for name in network.reader.targets
    }


def _written(
    network: SharedNetwork, samples: Samples, compute: Compute
) -> dict[str, NDArray[np.float64]]:
    parts = [compute(batch) for batch in samples.batches()]
    return {
        name: np.concatenate([np.asarray(part[place], dtype=np.float64) for part in parts])
        for place, name in enumerate(network.reader.targets)
    }


def worst_of(found: Mapping[str, Comparison]) -> Comparison:
    """The one that is farthest from its run."""
    return max(found.values(), key=lambda one: one.difference / one.size)


def told_of(found: Mapping[str, Comparison], outputs: Mapping[str, str]) -> Iterator[str]:
    """What the command prints, and the card says.

    Parameters
    ----------
    found : mapping of str to Comparison
        By target.
    outputs : mapping of str to str
        Name of the output of each.
    """
    more: dict[str, None] = {}
    for name, one in found.items():
        kind = outputs[name].removeprefix(f"{name}.")
        first, *others = one.lines(kind)
        yield f"{name}: {first[:1].lower()}{first[1:]}"
        more |= dict.fromkeys(others)
    yield from more
