"""The source and the plan that a fit chooses, against everything that could have been chosen.

On each target of the zoo, a fit chooses among all sources and plans in ``--share`` of the seconds
that fitting each source by each plan took. How the sources did on the other targets is its
experience; this target is left out of it. Its accuracy is compared with the best of the exhaustive
search, and with what people do who measure nothing: always a probe on the default source, always
full fine-tuning of it, or what the classical table says of it.

The best of the exhaustive search is chosen by the very test samples that judge it, so it is a
little too good. The honest best is chosen by one half of them and judged by the other, both ways;
its figure is an accuracy without pairs. The other differences are paired, sample by sample. Gains
are points of accuracy, above 0 where the choice of the fit is better.

The cache of activations is empty at the start of each fit. Converted networks are not converted
again: a machine does that once for each source, and the exhaustive search found them converted on
all targets but its first. ``--cold`` starts without them. The fits run in this process, as those of
the exhaustive search ran in theirs. None writes into the zoo.

    python benchmarks/zoo_choice.py --zoo FOLDER [--share 0.1]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fits import say
from machine import json_argument, report
from others import Others
from processes import keep_to_cores
from published_ranking import interval
from zoo_reading import PLANS, Pair, by_target, read_pairs, zoo_argument

DEFAULT = "efficientnet-lite0"
BEST, HONEST, TABLE = "exhaustive best", "exhaustive best, honest", "classical table"
#: What is done without measuring, and by which plan.
ALWAYS = {f"always {plan}": plan for plan in PLANS}
#: Points that may be lost to the exhaustive best on average, and at worst.
MOST_LOST, MOST_LOST_AT_WORST = 0.5, 2.0
#: Whether each test sample was named correctly.
Correct = Sequence[bool]


@dataclass(frozen=True)
class Trial:
    """One target: all that was tried there, and what can be compared with it.

    Parameters
    ----------
    target : str
    pairs : sequence of Pair
        All sources there.
    """

    target: str
    pairs: Sequence[Pair]

    @cached_property
    def exhaustive_seconds(self) -> float:
        """Of all fits."""
        return sum(sum(one.seconds.values()) for one in self.pairs)

    @cached_property
    def tried(self) -> dict[tuple[str, str], Correct]:
        """By source and plan."""
        return {(one.source, plan): one.correct[plan] for one in self.pairs for plan in PLANS}

    @property
    def best(self) -> tuple[str, str]:
        """Source and plan with the most test samples right."""
        return max(self.tried, key=lambda one: sum(self.tried[one]))

    @property
    def honest_accuracy(self) -> float:
        """Of the best on every other sample, judged by those between them; both ways."""
        halves = [
            {one: correct[start::2] for one, correct in self.tried.items()} for start in (0, 1)
        ]
        right = 0
        for choosing, judging in (halves, halves[::-1]):
            right += sum(judging[max(choosing, key=lambda one: sum(choosing[one]))])
        return right / len(self.tried[self.best])


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    options.zoo = options.zoo.resolve()
    pairs = [one for one in read_pairs(options.zoo) if one.is_whole]
    others, rows = Others(), []
    kept = options.json.with_name(f"{options.json.stem}_targets.json")
    for trial in trials(pairs, options.targets):
        rows += kept_rows(kept, trial, options) or rows_on(trial, pairs, options)
        keep(kept, trial, rows)
    if not rows:
        sys.exit("No target was tried with all sources by all plans; run zoo.py to its end.")
    busy = others.rows()
    rows = [{**row, "others %": busy[0]["value"] if busy else None} for row in rows]
    report("zoo_choice", [*rows, *summary(rows)], options.json)


def kept_rows(kept: Path, trial: Trial, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Of a run that was broken off; none where the truth or the share has changed since."""
    known = {} if options.again or not kept.exists() else json.loads(kept.read_bytes())
    rows: list[dict[str, Any]] = known.get(trial.target, [])
    limit = round(options.share * trial.exhaustive_seconds, 1)
    return rows if rows and rows[0]["limit"] == limit else []


def keep(kept: Path, trial: Trial, rows: Sequence[Mapping[str, Any]]) -> None:
    """Beside those of other targets."""
    from headstart.files import to_json, write_atomically

    known = json.loads(kept.read_bytes()) if kept.exists() else {}
    known[trial.target] = [dict(row) for row in rows if row["target"] == trial.target]
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(kept, to_json(known))


def trials(pairs: Sequence[Pair], targets: Sequence[str] | None) -> Iterator[Trial]:
    """Targets on which all sources were tried that were tried anywhere."""
    sources = {one.source for one in pairs}
    for target, some in by_target(pairs).items():
        if targets and target not in targets:
            continue
        missing = sources - {one.source for one in some}
        if missing:
            say(f"{target}: left out, because {', '.join(sorted(missing))} was not tried")
        else:
            yield Trial(target, some)


def rows_on(
    trial: Trial, pairs: Sequence[Pair], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """The choice of a fit, then everything that it is compared with."""
    from zoo_fits import as_experience, chosen, fresh_cache
    from zoo_measures import measured
    from zoo_sources import zoo

    kept = options.json.with_name("zoo_ranking_measures.json")
    measures = measured(options.zoo, pairs, kept)
    names = {one.source for one in trial.pairs}
    found = [one for one in zoo(options.zoo, options.squeezenet) if one.name in names]
    if len(found) < len(names):
        sys.exit("A source that was tried is not there; name --squeezenet as zoo.py had it.")
    converted = None if options.cold else options.zoo / "cache" / "converted"
    experience = as_experience(pairs, measures, found, trial.target)
    with fresh_cache(converted, experience):
        limit = options.share * trial.exhaustive_seconds
        choice = chosen(options.zoo, found, trial.target, limit)
        gap = measures.get(trial.target, {}).get(DEFAULT, {}).get("batch_norm_gap")
        table = by_the_table(trial, options.zoo, None if gap is None else -gap)
    say(f"{trial.target}: {choice.source}, {choice.plan}, {choice.seconds:.0f} s")
    own = {
        **_row(trial.target, "choice", choice.source, choice.plan, choice.correct),
        "seconds": choice.seconds,
        "limit": choice.limit,
        "share": round(choice.seconds / trial.exhaustive_seconds, 4),
    }
    return [own, *rival_rows(trial, choice.correct, table)]


def by_the_table(trial: Trial, zoo: Path, gap: float | None) -> tuple[str, Correct]:
    """The plan that the table names for the default source, and what comes of it."""
    from zoo_sources import zoo as sources_of
    from zoo_truth import fitted

    from headstart.advice.classical_table import first_guess
    from headstart.advice.similarity import Similarity

    n_classes = len(list((zoo / "pictures" / trial.target / "train").iterdir()))
    level = Similarity(gap, 1, 1).level
    plan = str(first_guess(trial.pairs[0].n_train, n_classes, level).plan)
    if (DEFAULT, plan) in trial.tried:
        return plan, trial.tried[DEFAULT, plan]
    default = next(one for one in sources_of(zoo, None) if one.name == DEFAULT)
    correct = fitted(zoo, default, trial.target, plan)["correct"]
    return plan, tuple(sign == "1" for sign in correct)


def rival_rows(
    trial: Trial, correct: Correct, table: tuple[str, Correct]
) -> Iterator[dict[str, Any]]:
    """What was compared with, and what the choice gains over it."""
    best = trial.best
    rivals = {
        BEST: (*best, trial.tried[best]),
        **{way: (DEFAULT, plan, trial.tried[DEFAULT, plan]) for way, plan in ALWAYS.items()},
        TABLE: (DEFAULT, *table),
    }
    for way, (source, plan, other) in rivals.items():
        yield {**_row(trial.target, way, source, plan, other), **gain(correct, other)}
    honest = trial.honest_accuracy
    yield {
        **_row(trial.target, HONEST, None, None, [True]),
        "accuracy": round(honest, 4),
        "gain": round(100 * (statistics.fmean(correct) - honest), 2),
    }


def gain(correct: Correct, other: Correct) -> dict[str, float]:
    """Points of accuracy, with the interval of the paired difference.

    >>> gain([True, True], [True, True])["gain"]
    0.0
    """
    import numpy as np

    from headstart.metrics import paired_difference

    found = paired_difference(np.array(correct), np.array(other))
    return {
        "gain": round(100 * found.value, 2),
        "low": round(100 * found.low, 2),
        "high": round(100 * found.high, 2),
    }


def _row(
    target: str, way: str, source: str | None, plan: str | None, correct: Correct
) -> dict[str, Any]:
    empty = ("gain", "low", "high", "at worst", "seconds", "limit", "share", "required", "reached")
    return {
        "target": target,
        "way": way,
        "source": source,
        "plan": plan,
        "accuracy": round(statistics.fmean(correct), 4),
        **dict.fromkeys(empty),
    }


def summary(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Over the targets, with an interval from resampling them."""
    own = [row for row in rows if row["way"] == "choice"]
    yield {
        **rows[0],
        **_row("all", "choice", None, None, [True]),
        "accuracy": round(statistics.fmean(row["accuracy"] for row in own), 4),
        "share": max(row["share"] for row in own),
        "required": "share <= limit",
        "reached": all(row["seconds"] <= 1.1 * row["limit"] for row in own),
    }
    for way in dict.fromkeys(row["way"] for row in rows if row["gain"] is not None):
        yield _summed(way, [row for row in rows if row["way"] == way])


def _summed(way: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    gains = [row["gain"] for row in rows]
    mean, worst = statistics.fmean(gains), min(gains)
    low, high = interval(gains)
    exhaustive = way in (BEST, HONEST)
    # Against a rule: better on average, and on no target worse beyond noise.
    beaten = mean > 0 and all(row["high"] is None or row["high"] >= 0 for row in rows)
    return {
        **rows[0],
        **_row("all", way, None, None, [True]),
        "accuracy": round(statistics.fmean(row["accuracy"] for row in rows), 4),
        "gain": round(mean, 2),
        "low": round(low, 2),
        "high": round(high, 2),
        "at worst": worst,
        "required": f">= -{MOST_LOST:g}, at worst -{MOST_LOST_AT_WORST:g}" if exhaustive else "> 0",
        "reached": mean >= -MOST_LOST and worst >= -MOST_LOST_AT_WORST if exhaustive else beaten,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    zoo_argument(parser)
    parser.add_argument("--share", type=float, default=0.1, help="of the exhaustive seconds")
    parser.add_argument("--squeezenet", type=Path, help="squeezenet1_0.safetensors")
    parser.add_argument("--targets", nargs="+", help="only these (default: all)")
    parser.add_argument("--again", action="store_true", help="fit anew what was kept")
    parser.add_argument("--cold", action="store_true", help="convert the networks anew")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "zoo_choice")
    return parser


if __name__ == "__main__":
    main()
