"""What ``zoo.py`` has written so far: the truth of each pair, read without a network."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What the better of all plans of a pair is called.
BETTER = "better of both"
#: What the seconds of an exhaustive search are made of, and what a pair can be judged by.
PLANS = ("probe", "full")
OUTCOMES = (*PLANS, BETTER)


@dataclass(frozen=True)
class Pair:
    """How a source did on a target, by plan.

    Parameters
    ----------
    target, source : str
    is_harmful : bool
        Whether the source was made to be of no use.
    correct : mapping of str to tuple of bool
        By plan: whether each test sample was named correctly, in the order of the test set.
    seconds : mapping of str to float
        By plan.
    n_train : int
        Samples to learn from.
    """

    target: str
    source: str
    is_harmful: bool
    correct: Mapping[str, tuple[bool, ...]]
    seconds: Mapping[str, float]
    n_train: int

    @property
    def is_whole(self) -> bool:
        """Whether all plans were tried."""
        return set(PLANS) <= set(self.correct)

    def accuracy(self, outcome: str) -> float | None:
        """Of a plan, or the better of both; None where it is not known yet."""
        known = {plan: sum(found) / len(found) for plan, found in self.correct.items()}
        if outcome == BETTER:
            return max(known.values()) if self.is_whole else None
        return known.get(outcome)


def zoo_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--zoo FOLDER``."""
    parser.add_argument("--zoo", type=Path, required=True, help="the folder that zoo.py has filled")


def read_pairs(zoo: Path) -> list[Pair]:
    """All pairs with a truth, in the order of their names.

    Raises
    ------
    SystemExit
        If there is none.
    """
    pairs = [_pair(json.loads(path.read_bytes())) for path in sorted(zoo.glob("truth/*--*.json"))]
    if not pairs:
        sys.exit(f"There is no truth/TARGET--SOURCE.json in {zoo}. Run zoo.py first.")
    return pairs


def _pair(plain: Mapping[str, Any]) -> Pair:
    found = {plan: plain[plan] for plan in PLANS if plan in plain}
    return Pair(
        plain["target"],
        plain["source"],
        plain["harmful"],
        {plan: tuple(sign == "1" for sign in one["correct"]) for plan, one in found.items()},
        {plan: one["seconds"] for plan, one in found.items()},
        next((one["n_train"] for one in found.values()), 0),
    )


def by_target(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    """The pairs of each target."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.target].append(pair)
    return dict(found)
