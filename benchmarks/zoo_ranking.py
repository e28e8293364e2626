"""Ranking the sources of the zoo: the combination against the static order and each score.

Each target is left out in turn. The static order and the combination are learned from the others,
then the sources are ranked for the one left out, and the ranking is compared with the truth by the
weighted tau (``scipy.stats.weightedtau`` with its defaults). The truth is the accuracy of the
probe, of full fine-tuning, or of the better of both. Shown is the mean over targets with a 95 %
interval from resampling the targets; beside it, how many points of accuracy the source that is
ranked first is behind the best one, on average and at worst.

Scores are those of ``headstart.scores`` on the last stage, similarities with a minus sign, and
(``product: ``) what a fit that chooses its source measures itself; the combination gets the latter
alone. A source for which a score cannot be computed (the self-supervised one and the random one
have no classes for LEEP) takes the mean of the others.

Test accuracies are uncertain themselves. The ceiling is the mean weighted tau of the truth and the
same truth on test samples drawn with replacement: no ranking can be expected to come above it.
Where the test set is larger than the training set, the second ceiling says more: that is how well
the very models that are to be ranked could be told apart, by as many samples as there are to learn
from.

    python benchmarks/zoo_ranking.py --zoo FOLDER [--outcomes FILE]

``--outcomes`` writes what ``seed_experience.py --own`` takes.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from machine import json_argument, report
from published_ranking import COMBINATION, STATIC, Ranking, Way, by_score, by_z_scores, interval
from zoo_measures import measured
from zoo_outcomes import of_product, own_outcomes
from zoo_reading import BETTER, OUTCOMES, Pair, by_target, read_pairs, zoo_argument

CEILING = "ceiling: the truth against itself"
SMALL_CEILING = "the trained models, judged on as few samples as were learned from"
#: A target with fewer sources that were tried is not ranked.
FEWEST_SOURCES = 3
DRAWS = 200
LEAST_TAU = 0.85


def main() -> None:
    options = _parser().parse_args()
    pairs = read_pairs(options.zoo)
    kept = options.json.with_name(f"{options.json.stem}_measures.json")
    measures = measured(options.zoo, pairs, kept, options.again)
    if options.outcomes is not None:
        outcomes = own_outcomes(pairs, measures)
        options.outcomes.write_text(json.dumps({"outcomes": outcomes}, indent=1) + "\n")
    rows = [row for name in OUTCOMES for row in rows_of(name, pairs, measures)]
    report("zoo_ranking", rows, options.json)


def rows_of(
    outcome: str, pairs: Sequence[Pair], measures: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A line a way, the ceiling, and what the combination gains; none where no target counts."""
    pairs = comparable(outcome, pairs, measures)
    if not pairs:
        return []
    outcomes = as_outcomes(outcome, pairs, measures)
    names = list(dict.fromkeys(name for one in outcomes for name in one.measures))
    ways: dict[str, Way] = {name: by_score(name) for name in names}
    ways |= {STATIC: by_z_scores, COMBINATION: by_combination}
    found = {way: leave_each_out(outcomes, rank) for way, rank in ways.items()}
    rows = [_row(outcome, way, figures) for way, figures in found.items() if figures]
    rows.append(_row(outcome, CEILING, ceiling(outcome, pairs)))
    rows.append(_row(outcome, SMALL_CEILING, ceiling(outcome, pairs, is_small=True)))
    best = max(
        (way for way in names if found[way]), key=lambda way: _mean(found[way].values())["tau"]
    )
    rows += [_gain_row(outcome, rival, found) for rival in (STATIC, best)]
    return rows


def comparable(outcome: str, pairs: Iterable[Pair], measures: Mapping[str, Any]) -> list[Pair]:
    """The pairs that were measured and tried, on targets where there are enough that differ."""
    known = [
        one
        for one in pairs
        if one.accuracy(outcome) is not None and one.source in measures.get(one.target, {})
    ]
    return [
        one
        for some in by_target(known).values()
        if len(some) >= FEWEST_SOURCES and len({pair.accuracy(outcome) for pair in some}) > 1
        for one in some
    ]


def as_outcomes(outcome: str, pairs: Iterable[Pair], measures: Mapping[str, Any]) -> list[Any]:
    from headstart.advice.experience import Outcome

    return [
        Outcome(one.target, one.source, one.accuracy(outcome), measures[one.target][one.source])
        for one in pairs
    ]


def leave_each_out(outcomes: list[Any], rank: Way) -> dict[str, dict[str, float]]:
    """By target for which there is a ranking: its tau, and the points lost by its first place."""
    figures = {}
    for target in dict.fromkeys(one.target for one in outcomes):
        pool = [one for one in outcomes if one.target == target]
        measures = {one.source: one.measures for one in pool}
        ranking = rank(measures, [one for one in outcomes if one.target != target])
        if len(set(ranking.values())) > 1:
            truth = {one.source: one.outcome for one in pool}
            figures[target] = judged(filled(ranking, truth), truth)
    return figures


def filled(ranking: Ranking, truth: Iterable[str]) -> Ranking:
    """With the mean for sources that could not be ranked.

    >>> filled({"a": 1.0, "b": 3.0}, ["a", "b", "c"])
    {'a': 1.0, 'b': 3.0, 'c': 2.0}
    """
    middle = statistics.fmean(ranking.values())
    return {source: ranking.get(source, middle) for source in truth}


def judged(ranking: Ranking, truth: Mapping[str, float]) -> dict[str, float]:
    """Of one target: the weighted tau, and the points that the source ranked first is behind."""
    from scipy.stats import weightedtau

    names = list(truth)
    tau = weightedtau([ranking[name] for name in names], [truth[name] for name in names])[0]
    first = max(names, key=lambda name: ranking[name])
    return {"tau": float(tau), "lost": 100 * (max(truth.values()) - truth[first])}


def by_combination(measures: Mapping[str, Mapping[str, float]], others: list[Any]) -> Ranking:
    """As a fit does it, from what it measures itself."""
    from dataclasses import replace

    from headstart.advice.combination import combine
    from headstart.advice.prior import packaged_seed

    earlier = [replace(one, measures=of_product(one.measures)) for one in others]
    own = {source: of_product(one) for source, one in measures.items()}
    expected = combine(own, earlier, packaged_seed().standings).expectations
    return {one.source: one.total for one in expected}


def ceiling(
    outcome: str, pairs: Iterable[Pair], is_small: bool = False
) -> dict[str, dict[str, float]]:
    """By target: the mean tau of the truth and of the same on test samples drawn anew.

    Parameters
    ----------
    is_small : bool
        Whether as many are drawn as there are training samples, and not as test samples.
    """
    figures = {}
    for target, some in by_target(pairs).items():
        truth = _accuracies(outcome, some)
        # Where all are equal among the samples drawn there is no order to compare.
        draws = _drawn(outcome, some, some[0].n_train if is_small else None)
        drawn = [one for one in draws if len(set(one.values())) > 1]
        figures[target] = _mean(judged(one, truth) for one in drawn)
    return figures


def _accuracies(outcome: str, pairs: Iterable[Pair]) -> dict[str, float]:
    return {one.source: one.accuracy(outcome) or 0.0 for one in pairs}


def _drawn(outcome: str, pairs: Sequence[Pair], count: int | None) -> Iterable[Ranking]:
    """Accuracies on samples drawn with replacement, the same ones for all sources."""
    import numpy as np

    plans = [outcome] if outcome != BETTER else list(pairs[0].correct)
    right = [[np.array(one.correct[plan]) for plan in plans] for one in pairs]
    size, random = min(len(one[0]) for one in right), np.random.default_rng(0)
    for _ in range(DRAWS):
        rows = random.integers(size, size=count or size)
        yield {
            one.source: max(float(plan[rows].mean()) for plan in some)
            for one, some in zip(pairs, right, strict=True)
        }


def _row(outcome: str, way: str, figures: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    taus, lost = ([one[key] for one in figures.values()] for key in ("tau", "lost"))
    low, high = interval(taus)
    required = way == COMBINATION and outcome == BETTER
    return {
        "truth": outcome,
        "way": way,
        "weighted tau": round(statistics.fmean(taus), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "targets": len(taus),
        "points lost": round(statistics.fmean(lost), 2),
        "at worst": round(max(lost), 2),
        "required": f">= {LEAST_TAU:g}" if required else None,
        "reached": statistics.fmean(taus) >= LEAST_TAU if required else None,
    }


def _gain_row(outcome: str, rival: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The combination minus a rival, target by target; points that it loses less are above 0."""
    ours, theirs = found[COMBINATION], found[rival]
    both = [target for target in ours if target in theirs]
    gains = [ours[target]["tau"] - theirs[target]["tau"] for target in both]
    spared = [theirs[target]["lost"] - ours[target]["lost"] for target in both]
    low, high = interval(gains) if gains else (0.0, 0.0)
    return {
        "truth": outcome,
        "way": f"combination minus {rival}",
        "weighted tau": round(statistics.fmean(gains), 4) if gains else None,
        "low": round(low, 4),
        "high": round(high, 4),
        "targets": len(gains),
        "points lost": -round(statistics.fmean(spared), 2) if gains else None,
        "at worst": None,
        "required": "> 0",
        "reached": bool(gains) and statistics.fmean(gains) > 0,
    }


def _mean(figures: Iterable[Mapping[str, float]]) -> dict[str, float]:
    rows = list(figures)
    return {key: statistics.fmean(row[key] for row in rows) for key in rows[0]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    zoo_argument(parser)
    parser.add_argument("--again", action="store_true", help="measure anew what was kept")
    parser.add_argument("--outcomes", type=Path, help="where to write outcomes of our own")
    json_argument(parser, "zoo_ranking")
    return parser


if __name__ == "__main__":
    main()
