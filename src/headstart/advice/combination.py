"""The prior and the target's own scores, combined into one number for each source.

A linear mixed model of standings (Henderson, *Best linear unbiased estimation and prediction under
a selection model*, 1975; as a Gaussian process: Rasmussen and Williams, 2006, chapter 2). The
standing of a source on a target is taken as the sum of

- what the source is worth on any target (the static prior),
- what it is worth on targets whose scores look alike,
- what the scores of this target say: their mean, each of them, and a smooth function of all,
- what nothing here explains.

How large each part is, is learned from earlier targets alone, and kept near a default while they
are few (:mod:`headstart.advice.variance_components`). Scores need not be good ones: the sign and
the size of their weights are learned, and scores that say nothing get no weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from headstart.advice.experience import Outcome, latest_targets
from headstart.advice.kernels import EVIDENCE, LIKENESS, SOURCE, Kernels, kernels
from headstart.advice.pairs import Pairs, pairs_of
from headstart.advice.prior import Standing, static_prior
from headstart.advice.standing import Array
from headstart.advice.variance_components import covariance, learn_variances

#: Standing per standing of the mean score, before any target has been seen.
MEAN_SLOPE = 0.3
#: Variances are learned from the latest pairs alone: the time grows with the cube of their number.
MOST_LEARNED_FROM = 300


@dataclass(frozen=True)
class Expectation:
    """What is expected of a source on a new target, and why.

    All are standings: above zero is better than the average. ``prior``, ``alike`` and ``evidence``
    are relative to the other candidates and add up to ``total``. They share out what the static
    order and the scores agree on; ``static`` is what the static order says by itself.

    Parameters
    ----------
    source : str
    total : float
        To rank by.
    prior : float
        What its standing on all earlier targets says.
    alike : float
        What its standing on targets with like scores adds.
    evidence : float
        What the scores of this target say.
    static : float
        Mean standing on earlier targets (:func:`headstart.advice.prior.static_prior`).
    targets : int
        Number of earlier targets that the source was tried on, packaged ones included.
    """

    source: str
    total: float
    prior: float
    alike: float
    evidence: float
    static: float
    targets: int


@dataclass(frozen=True)
class Combination:
    """What is expected of all candidates.

    Parameters
    ----------
    expectations : tuple of Expectation
        The best first.
    targets : int
        Number of earlier targets that it was learned from, packaged standings not included.
    variances : mapping of str to float
        How much of the spread of standings each part was found to account for.
    """

    expectations: tuple[Expectation, ...]
    targets: int
    variances: Mapping[str, float] = field(default_factory=dict)


def combine(
    measures: Mapping[str, Mapping[str, float]],
    outcomes: Iterable[Outcome],
    seed: Mapping[str, Standing] | None = None,
) -> Combination:
    """Rank sources for a new target.

    Parameters
    ----------
    measures : mapping of str to mapping of str to float
        By candidate source: the scores of this target by name, as in :attr:`Outcome.measures` of
        earlier ones. A score that is missing or not finite is not used for that source.
    outcomes : iterable of Outcome
        Of earlier targets. None may be of this one.
    seed : mapping of str to Standing, or None
        Standings that were known before, such as the packaged ones.

    Returns
    -------
    Combination

    Examples
    --------
    >>> earlier = [
    ...     Outcome("a", "good", 0.9, {"logme": 0.2}), Outcome("a", "bad", 0.8, {"logme": 0.1}),
    ...     Outcome("b", "good", 0.7, {"logme": 0.5}), Outcome("b", "bad", 0.4, {"logme": 0.3}),
    ... ]
    >>> answer = combine({"good": {"logme": 0.3}, "bad": {"logme": 0.1}}, earlier)
    >>> [one.source for one in answer.expectations], answer.targets
    (['good', 'bad'], 2)
    """
    if not measures:
        return Combination((), 0)
    known = latest_targets(outcomes)
    pairs = pairs_of(measures, known, seed or {})
    parts = kernels(pairs)
    latest = slice(-MOST_LEARNED_FROM, None)
    variances = learn_variances(
        parts.among(pairs.earlier[latest]), pairs.residual_standings(MEAN_SLOPE)[latest]
    )
    static = static_prior(known, seed)
    expected = _expectations(pairs, _posterior_means(pairs, parts, variances), static)
    return Combination(
        tuple(sorted(expected, key=lambda one: (-one.total, one.source))),
        pairs.n_earlier_targets,
        variances,
    )


def _posterior_means(
    pairs: Pairs, parts: Kernels, variances: Mapping[str, float]
) -> dict[str, Array]:
    """By name of a part: what is expected of the new pairs, of shape (n_new,)."""
    known, new = pairs.earlier, pairs.new
    solved = np.linalg.solve(
        covariance(parts.among(known), variances), pairs.residual_standings(MEAN_SLOPE)
    )
    return {
        name: variances[name] * matrix[np.ix_(new, known)] @ solved
        for name, matrix in parts.learned.items()
    }


def _expectations(
    pairs: Pairs, means: Mapping[str, Array], static: Mapping[str, Standing]
) -> list[Expectation]:
    new = pairs.new
    prior = _centred(pairs.seeded[new] + _sum(means, SOURCE))
    alike = _centred(_sum(means, LIKENESS))
    evidence = _centred(MEAN_SLOPE * pairs.mean_score[new] + _sum(means, EVIDENCE))
    total = prior + alike + evidence
    names = [pairs.source_names[source] for source in pairs.source[new]]
    known = [static.get(name, Standing(0.0, 0)) for name in names]
    return [
        Expectation(
            name,
            float(total[row]),
            float(prior[row]),
            float(alike[row]),
            float(evidence[row]),
            known[row].value,
            known[row].targets,
        )
        for row, name in enumerate(names)
    ]


def _sum(means: Mapping[str, Array], names: Sequence[str]) -> Array:
    total: Array = np.sum([means[name] for name in names], axis=0)
    return total


def _centred(values: Array) -> Array:
    centred: Array = values - values.mean()
    return centred
