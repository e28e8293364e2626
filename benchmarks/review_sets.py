"""The film reviews, split as the figures on texts need them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Sentences of the fixed test set, and of the set that recipes are chosen on.
N_TEST = 2000


@dataclass(frozen=True)
class Reviews:
    """Sentences with their labels."""

    texts: list[str]
    labels: list[str]

    def take(self, rows: np.ndarray) -> Reviews:
        """Those at ``rows``."""
        return Reviews([self.texts[row] for row in rows], [self.labels[row] for row in rows])


@dataclass(frozen=True)
class ReviewSets:
    """The test set, which no other draw touches, and the pool that is learned from."""

    test: Reviews
    pool: Reviews

    def draw(self, per_class: int, seed: int) -> Reviews:
        """So many of each class, other ones for another seed."""
        order = np.random.default_rng(seed).permutation(len(self.pool.texts))
        labels = np.array(self.pool.labels)[order]
        rows = [order[labels == name][:per_class] for name in np.unique(labels)]
        return self.pool.take(np.random.default_rng(seed).permutation(np.concatenate(rows)))


def read_reviews(data: Path, for_choosing: bool = False) -> ReviewSets:
    """``reviews/reviews.csv``: 2,000 sentences are the test set, the others the pool.

    With ``for_choosing`` the test set is another 2,000 of them, so that a recipe can be chosen
    without looking at the real one.
    """
    with (data / "reviews" / "reviews.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = Reviews([row["text"] for row in rows], [row["label"] for row in rows])
    order = np.random.default_rng(0).permutation(len(rows))
    if for_choosing:
        order = order[N_TEST:]
    return ReviewSets(whole.take(order[:N_TEST]), whole.take(order[N_TEST:]))
