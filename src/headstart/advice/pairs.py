"""Pairs of a target and a source as arrays: those that were tried, then those of the new target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from headstart.advice.experience import Outcome
from headstart.advice.prior import Standing, seeded_targets, standings_by_target
from headstart.advice.standing import Array, in_columns

#: Of a pair that was not tried.
_UNKNOWN = float("nan")


@dataclass(frozen=True)
class Pairs:
    """Pairs of a target and a source; the new target is the last one.

    Parameters
    ----------
    target, source : ndarray of shape (n_pairs,), int
        Numbers of the target and the source.
    scores : ndarray of shape (n_pairs, n_scores), float64
        Standing of each score within its target; NaN where it was not measured.
    outcome : ndarray of shape (n_pairs,), float64
        Standing of the outcome within its target; NaN where it is not known.
    seeded : ndarray of shape (n_pairs,), float64
        What was known of the source before any of these targets; 0 where nothing was.
    seeded_weight : ndarray of shape (n_sources,), float64
        On how many targets that rests.
    source_names : tuple of str
    """

    target: NDArray[np.int64]
    source: NDArray[np.int64]
    scores: Array
    outcome: Array
    seeded: Array
    seeded_weight: Array
    source_names: tuple[str, ...]

    @cached_property
    def earlier(self) -> NDArray[np.int64]:
        """Numbers of the pairs with a known outcome."""
        return np.nonzero(np.isfinite(self.outcome))[0]

    @cached_property
    def new(self) -> NDArray[np.int64]:
        """Numbers of the pairs of the new target."""
        return np.nonzero(self.target == self.target.max())[0]

    @property
    def n_earlier_targets(self) -> int:
        """How many targets have a known outcome."""
        return len(np.unique(self.target[self.earlier]))

    @cached_property
    def filled_scores(self) -> Array:
        """The scores, with the average in place of those that were not measured."""
        return np.nan_to_num(self.scores, nan=0.0)

    @cached_property
    def mean_score(self) -> Array:
        """Mean over the scores that were measured; 0 where there is none."""
        count = np.isfinite(self.scores).sum(axis=1)
        mean: Array = self.filled_scores.sum(axis=1) / np.maximum(count, 1)
        return mean

    def residual_standings(self, slope: float) -> Array:
        """Of the pairs with a known outcome: what the seed and the mean score leave to explain."""
        known = self.earlier
        residual: Array = self.outcome[known] - self.seeded[known] - slope * self.mean_score[known]
        return residual


def pairs_of(
    measures: Mapping[str, Mapping[str, float]],
    outcomes: Sequence[Outcome],
    seed: Mapping[str, Standing],
) -> Pairs:
    """Put earlier outcomes and the candidates of a new target into arrays.

    Parameters
    ----------
    measures : mapping of str to mapping of str to float
        Of the new target, by source. Scores that it lacks are of no use and left out.
    outcomes : sequence of Outcome
        Of earlier targets, each pair once, each target in one run.
    seed : mapping of str to Standing
    """
    score_names = sorted({name for scores in measures.values() for name in scores})
    tried = standings_by_target(outcomes)
    rows, tables = list(outcomes), []
    for _, group in groupby(rows, key=attrgetter("target")):
        tables.append(_score_table([one.measures for one in group], score_names))
    tables.append(_score_table(list(measures.values()), score_names))
    outcome = [tried.get(one.target, {}).get(one.source, _UNKNOWN) for one in rows]
    sources = [*(one.source for one in rows), *measures]
    names = sorted(set(sources))
    place = {name: number for number, name in enumerate(names)}
    source = np.array([place[name] for name in sources], dtype=np.int64)
    seeded = np.array([seed[name].value if name in seed else 0.0 for name in names])
    return Pairs(
        target=np.repeat(np.arange(len(tables)), [len(table) for table in tables]),
        source=source,
        scores=np.concatenate(tables),
        outcome=np.array([*outcome, *[_UNKNOWN] * len(measures)]),
        seeded=seeded[source],
        seeded_weight=np.array([seeded_targets(seed.get(name)) for name in names]),
        source_names=tuple(names),
    )


def _score_table(measures: Sequence[Mapping[str, float]], names: Sequence[str]) -> Array:
    """Standings of each score within a target, of shape (n_sources, n_scores)."""
    table = [[row.get(name, _UNKNOWN) for name in names] for row in measures]
    return in_columns(np.array(table, dtype=np.float64).reshape(len(measures), len(names)))
