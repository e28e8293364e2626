"""What is found, missed and made up when boxes below a score are dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headstart.metrics.box_matches import BoxMatches

#: Where no answer says better.
_MIDDLE = 0.5


@dataclass(frozen=True)
class BoxCounts:
    """Of boxes that overlap by half or more.

    Parameters
    ----------
    hits, false_alarms, missed : int
        Answers that are boxes of the truth, answers that are not, boxes that no answer is.

    Examples
    --------
    >>> counts = BoxCounts(hits=6, false_alarms=2, missed=6)
    >>> counts.precision, counts.recall, counts.f1
    (0.75, 0.5, 0.6)
    """

    hits: int
    false_alarms: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of answers that are right; 0 where there is no answer."""
        return self.hits / max(self.hits + self.false_alarms, 1)

    @property
    def recall(self) -> float:
        """The share of boxes that are found; 0 where there is no box."""
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where there is neither answer nor box."""
        return 2 * self.hits / max(2 * self.hits + self.false_alarms + self.missed, 1)


def box_counts(matches: BoxMatches, threshold: float) -> BoxCounts:
    """Of answers with that score or a better one, all classes together.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from headstart.metrics.box_matches import match_boxes
    >>> one = np.array([[0.0, 0.0, 9.0, 9.0]])
    >>> there = SimpleNamespace(corners=one, labels=["cat"], scores=None)
    >>> found = SimpleNamespace(corners=one, labels=["cat"], scores=[0.9])
    >>> box_counts(match_boxes([there], [found], ["cat"]), 0.5)
    BoxCounts(hits=1, false_alarms=0, missed=0)
    """
    kept = [own.hits[0][own.scores >= threshold] for own in matches.found]
    hits, answers = sum(int(one.sum()) for one in kept), sum(len(one) for one in kept)
    return BoxCounts(hits, answers - hits, int(matches.truths.sum()) - hits)


def best_threshold(matches: BoxMatches) -> float:
    """The score to keep answers from that gives the best F1, all classes together.

    Choose it on training pictures, so that test pictures judge it. It lies in the middle between
    the lowest score that is kept and the next; the highest on a tie; 0.5 where nothing is found.
    """
    scores = np.concatenate([own.scores for own in matches.found])
    right = np.concatenate([own.hits[0] for own in matches.found])
    if not right.any():
        return _MIDDLE
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + matches.truths.sum())
    # A score is kept with all of its equals.
    f1[:-1][scores[:-1] == scores[1:]] = -1.0
    last = int(np.argmax(f1))
    below = scores[last + 1] if last + 1 < len(scores) else 0.0
    return float((scores[last] + below) / 2)
