"""A map of the data: samples that the model sees alike lie close together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from headstart.runs.kept_samples import KeptSamples
from headstart.scores.principal import principal_coordinates

#: Classes that have a colour and a shape of their own; the others share one.
MOST_CLASSES = 6
_FEWEST_SAMPLES = 3
_MOST_LETTERS = 60


def data_map(kept: KeptSamples | None, classes: Sequence[str]) -> dict[str, Any] | None:
    """Coordinates on the two axes along which the samples differ most.

    Parameters
    ----------
    kept : KeptSamples or None
        Training samples with the vectors that the head reads.
    classes : sequence of str
        In their order; empty where numbers are predicted, and then there is no map.

    Returns
    -------
    dict or None
        ``points`` (list of ``{"x", "y", "group", "title"}``, x and y in [0, 1]), ``groups`` (list
        of ``{"name", "count"}``) and ``share`` (of the variance, in [0, 1]). A group is a class,
        or all beyond the first six.
    """
    if kept is None or len(kept) < _FEWEST_SAMPLES or len(classes) < 2:
        return None
    vectors = kept.standard(kept.vectors).astype(np.float64)
    axes = principal_coordinates(vectors, 2)
    if axes.shape[1] < 2:
        return None
    lowest, spread = axes.min(axis=0), np.ptp(axes, axis=0)
    places = (axes - lowest) / np.where(spread > 0, spread, 1.0)
    groups = _groups(kept.labels)
    named = {name: place for place, name in enumerate(groups)}
    last = min(len(groups), MOST_CLASSES + 1) - 1
    points = [
        {
            "x": float(x),
            "y": float(y),
            "group": min(named[label], last),
            "title": f"{label}: {_shown(kept, row)}",
        }
        for row, ((x, y), label) in enumerate(zip(places, kept.labels, strict=True))
    ]
    total = float((vectors**2).sum()) or 1.0
    return {
        "points": points,
        "groups": _legend(groups, kept.labels),
        "share": float((axes**2).sum()) / total,
    }


def _groups(labels: Sequence[str]) -> list[str]:
    """Classes by how often they occur."""
    names, counts = np.unique(np.asarray(labels, dtype=object), return_counts=True)
    return [names[place] for place in np.argsort(-counts, kind="stable").tolist()]


def _legend(groups: Sequence[str], labels: Sequence[str]) -> list[dict[str, Any]]:
    own = [{"name": name, "count": labels.count(name)} for name in groups[:MOST_CLASSES]]
    rest = groups[MOST_CLASSES:]
    if len(rest) == 0:
        return own
    count = sum(labels.count(name) for name in rest)
    return [*own, {"name": f"{len(rest)} other classes", "count": count}]


def _shown(kept: KeptSamples, row: int) -> str:
    text = kept.texts[row] if kept.texts else None
    return (text or kept.names[row])[:_MOST_LETTERS]
