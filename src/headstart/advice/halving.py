"""Successive halving: many sources on few samples, few sources on all of them.

Every source sees a small sample first, the better half of them a sample twice as large, and so on
(Jamieson and Talwalkar, *Non-stochastic best arm identification and hyperparameter optimization*,
2016). Poor sources are gone before they have cost a whole pass; what a survivor has computed is
kept, so nobody pays for a sample twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

#: So many sources are never halved: each gets its whole pass.
FEW_SOURCES = 4
#: Samples of the first round, where there are as many.
FIRST_SAMPLE = 100

#: From the names still in and the number of samples to the standing of each: higher is better.
Judge = Callable[[Sequence[str], int], Mapping[str, float]]


@dataclass(frozen=True)
class Round:
    """One round of the halving.

    Parameters
    ----------
    n_samples : int
        That each source has seen by its end.
    entrants, kept : tuple of str
        Names before and after it; ``kept`` in order of standing.
    """

    n_samples: int
    entrants: tuple[str, ...]
    kept: tuple[str, ...]


def halve(names: Sequence[str], n_samples: int, judge: Judge) -> tuple[Round, ...]:
    """Judge sources on growing samples, and drop the lower half after each round but the last.

    Parameters
    ----------
    names : sequence of str
        Of the sources.
    n_samples : int
        Of all samples, which the last round sees.
    judge : callable
        Asked once a round. A source that it does not name is out: it cannot be used.

    Returns
    -------
    tuple of Round
        The last one's ``kept`` is the ranking of those that saw everything.

    Examples
    --------
    >>> standing = {"a": 5, "b": 4, "c": 3, "d": 2, "e": 1, "f": 0}
    >>> rounds = halve(list(standing), 400, lambda names, _: {n: standing[n] for n in names})
    >>> [(one.n_samples, one.kept) for one in rounds]
    [(100, ('a', 'b', 'c')), (400, ('a', 'b', 'c'))]
    """
    entrants, rounds = tuple(names), []
    size = min(FIRST_SAMPLE, n_samples)
    while True:
        is_last = len(entrants) <= FEW_SOURCES or size == n_samples
        size = n_samples if is_last else size
        standing = judge(entrants, size)
        order = sorted(standing, key=lambda name: -standing[name])
        kept = order if is_last else order[: (len(entrants) + 1) // 2]
        rounds.append(Round(size, entrants, tuple(kept)))
        if is_last or not kept:
            return tuple(rounds)
        entrants, size = tuple(kept), min(2 * size, n_samples)


def passes(rounds: Sequence[Round]) -> tuple[float, int]:
    """Whole passes that were made, and that a pass for each source would have made.

    Parameters
    ----------
    rounds : sequence of Round
        At least one, as :func:`halve` gives them.

    Examples
    --------
    >>> names = ("a", "b", "c", "d", "e", "f")
    >>> passes([Round(100, names, names[:3]), Round(400, names[:3], names[:3])])
    (3.75, 6)
    """
    seen: dict[str, int] = {}
    for one in rounds:
        seen.update(dict.fromkeys(one.entrants, one.n_samples))
    return sum(seen.values()) / max(rounds[-1].n_samples, 1), len(seen)
