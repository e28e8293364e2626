"""The static prior: how a source stood on earlier targets, before this one is looked at.

A static order is hard to beat: published scores often rank sources worse than their mean standing
on other targets does. So it is the first thing that advice knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import attrgetter

import numpy as np

from headstart.advice.experience import Outcome, latest_targets, read_outcomes
from headstart.advice.standing import standings

#: Number of targets at which a mean standing is believed by half.
SHRINKAGE = 1.0
#: A packaged standing counts as no more targets than this, so that own experience can overrule it.
MOST_SEEDED = 8


@dataclass(frozen=True)
class Standing:
    """Where a source stands among others.

    Parameters
    ----------
    value : float
        In standard deviations over the sources of a target, above zero is better than the
        average; shrunk towards 0 the more the fewer targets there are.
    targets : int
        How many it was seen on.
    """

    value: float
    targets: int


@dataclass(frozen=True)
class Seed:
    """What headstart knows before its first fit.

    Parameters
    ----------
    standings : mapping of str to Standing
        By source; shrunk already.
    outcomes : tuple of Outcome
        On targets of our own, with what was measured.
    origin : tuple of str
        Where the figures come from.
    """

    standings: Mapping[str, Standing]
    outcomes: tuple[Outcome, ...] = ()
    origin: tuple[str, ...] = ()


@cache
def packaged_seed() -> Seed:
    """The table that comes with headstart, made by ``benchmarks/seed_experience.py``."""
    file = files("headstart.advice") / "seed_experience.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    known = {
        name: Standing(float(row["standing"]), int(row["targets"]))
        for name, row in content["standings"].items()
    }
    return Seed(known, tuple(read_outcomes(content["outcomes"])), tuple(content["origin"]))


def static_prior(
    outcomes: Iterable[Outcome],
    seed: Mapping[str, Standing] | None = None,
    shrinkage: float = SHRINKAGE,
) -> dict[str, Standing]:
    """The mean standing of each source over earlier targets, shrunk by their number.

    Over a full grid it is ``n / (n + shrinkage)`` times the mean over the ``n`` targets. Where
    targets had different sources, standings are corrected for whom a source was compared with:
    they are the ridge solution of ``standing = source - mean of the sources of that target``
    (Henderson, *Best linear unbiased estimation and prediction under a selection model*, 1975).

    Parameters
    ----------
    outcomes : iterable of Outcome
        Targets with fewer than two outcomes tell nothing.
    seed : mapping of str to Standing, or None
        What was known before.
    shrinkage : float
        Above 0.

    Returns
    -------
    dict of str to Standing
        In the order of the names.

    Examples
    --------
    >>> rows = [Outcome("a", "good", 0.9), Outcome("a", "bad", 0.8)]
    >>> round(static_prior(rows)["good"].value, 3), static_prior(rows)["good"].targets
    (0.5, 1)
    """
    seed = seed or {}
    pools = standings_by_target(outcomes)
    names = sorted({name for pool in pools.values() for name in pool} | set(seed))
    place = {name: number for number, name in enumerate(names)}
    weights = np.array([shrinkage + seeded_targets(seed.get(name)) for name in names])
    matrix, right = np.diag(weights), np.zeros(len(names))
    for name, known in seed.items():
        right[place[name]] += weights[place[name]] * known.value
    for pool in pools.values():
        rows = [place[name] for name in pool]
        matrix[np.ix_(rows, rows)] += np.eye(len(rows)) - 1 / len(rows)
        right[rows] += np.array(list(pool.values()))
    values = np.linalg.solve(matrix, right) if names else right
    counts = {name: sum(name in pool for pool in pools.values()) for name in names}
    return {
        name: Standing(float(value), counts[name] + (seed[name].targets if name in seed else 0))
        for name, value in zip(names, values, strict=True)
    }


def seeded_targets(known: Standing | None) -> float:
    """How many targets a packaged standing counts for."""
    return 0.0 if known is None else float(min(known.targets, MOST_SEEDED))


def standings_by_target(outcomes: Iterable[Outcome]) -> dict[str, dict[str, float]]:
    """The standings of the sources that were tried, for each target with at least two of them.

    Returns
    -------
    dict of str to dict of str to float
        Target, then source.
    """
    tried = [one for one in latest_targets(outcomes) if _is_known(one.outcome)]
    pools: dict[str, dict[str, float]] = {}
    for target, group in groupby(tried, key=attrgetter("target")):
        rows = list(group)
        if len(rows) > 1:
            values = standings(np.array([one.outcome for one in rows], dtype=np.float64))
            names = [one.source for one in rows]
            pools[target] = dict(zip(names, values.tolist(), strict=True))
    return pools


def _is_known(outcome: float | None) -> bool:
    return outcome is not None and bool(np.isfinite(outcome))
