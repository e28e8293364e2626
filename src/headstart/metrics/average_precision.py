"""Average precision of boxes as COCO has it, with intervals over pictures.

Of the matches (:mod:`headstart.metrics.box_matches`) follows, for every weighting of the pictures,
how precision falls as recall grows; the bootstrap therefore matches once and weighs often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.metrics.box_matches import THRESHOLDS, BoxMatches, ClassMatches
from headstart.metrics.drawn_interval import drawn_difference, drawn_share
from headstart.metrics.figure import Figure
from headstart.metrics.resamples import BLOCK, weightings
from headstart.metrics.skewed_mean import least_distance

Array = NDArray[np.float64]

#: Recalls at which COCO reads the precision.
_RECALLS = np.linspace(0.0, 1.0, 101)
#: Sums of weights are rounded: all boxes found is a recall of 1 to within so much.
_ROUNDING = 1e-9
_EVERY = tuple(range(len(THRESHOLDS)))
#: Places of 0.50 and 0.75 among the overlaps.
HALF, STRICT = 0, 5


def precision_by_class(
    matches: BoxMatches, weights: Array | None = None, thresholds: Sequence[int] = _EVERY
) -> Array:
    """Average precision of each class at each overlap, for each weighting of the pictures.

    Parameters
    ----------
    matches : BoxMatches
        Of n_pictures pictures.
    weights : ndarray of shape (n_weightings, n_pictures) or None
        How much each picture counts, above 0; None: once, which is COCO's own figure.
    thresholds : sequence of int
        Places among :data:`~headstart.metrics.box_matches.THRESHOLDS`.

    Returns
    -------
    ndarray of shape (n_weightings, n_thresholds, n_present)
        In 0..1, of the classes that occur in the truth, in their order.
    """
    slack = 0.0 if weights is None else _ROUNDING
    if weights is None:
        weights = np.ones((1, len(matches.truths)))
    per_class = []
    for code in _present(matches):
        boxes = weights @ matches.truths[:, code].astype(np.float64)
        per_class.append(_of_class(matches.found[code], thresholds, weights, boxes, slack))
    return np.stack(per_class, axis=-1)


def _present(matches: BoxMatches) -> NDArray[np.intp]:
    return np.flatnonzero(matches.truths.any(axis=0))


def _of_class(
    own: ClassMatches, thresholds: Sequence[int], weights: Array, boxes: Array, slack: float
) -> Array:
    """Of shape (n_weightings, n_thresholds).

    Precision rises at hits alone, so that only they need be looked at.
    """
    of_answer = weights[:, own.pictures]
    passed = np.cumsum(of_answer, axis=1)
    result = np.zeros((len(weights), len(thresholds)))
    for place, threshold in enumerate(thresholds):
        at = np.flatnonzero(own.hits[threshold])
        hits = np.cumsum(of_answer[:, at], axis=1)
        result[:, place] = _area(hits, passed[:, at], boxes, slack)
    return result


def _area(hits: Array, whole: Array, boxes: Array, slack: float) -> Array:
    """Mean of the best precision at 101 recalls or beyond them, shape (n_weightings,).

    ``hits`` and ``whole``, shape (n_weightings, n_hits), are sums of weights up to each hit of the
    hits and of all answers; ``boxes`` are those of the truth.
    """
    best = np.maximum.accumulate((hits / whole)[:, ::-1], axis=1)[:, ::-1]
    reached = np.searchsorted(_RECALLS, hits / boxes[:, None] + slack, side="right")
    steps = np.diff(reached, axis=1, prepend=0)
    return np.asarray((steps * best).sum(axis=1) / len(_RECALLS))


def average_precision(matches: BoxMatches) -> float:
    """``ap50`` alone: its mean over the classes that the truth holds."""
    return float(precision_by_class(matches, thresholds=(HALF,)).mean())


def average_precision_figures(matches: BoxMatches, seed: int = 0) -> dict[str, Figure]:
    """``ap``, ``ap50`` and ``ap75`` with their intervals.

    The first is the mean over overlaps of 0.50, 0.55, ... 0.95, the others are those at 0.50 and
    0.75; all are means over the classes that the truth holds. For the interval, which stands on
    the bootstrap over pictures, see :func:`~headstart.metrics.drawn_interval.drawn_share`. In a
    simulation with 5 to 150 pictures of 0 to 3 boxes it held in 93 to 100 % of cases for one class,
    and for four, one of which made up 5 % of the boxes, in 91 to 99 % (``ap50``) and 82 to 99 %
    (the others: few pictures leave a rare class out, or flatter it).

    Parameters
    ----------
    matches : BoxMatches
        Of the test pictures.
    seed : int
        Of the resamples.

    Returns
    -------
    dict of str to Figure
        In 0..1; higher is better.

    References
    ----------
    T.-Y. Lin and others, "Microsoft COCO: Common objects in context", 2014.
    """
    value, draws = precision_by_class(matches), _draws(matches, _EVERY, seed)
    return {
        "ap": _mean(matches, value, draws),
        "ap50": _mean(matches, value[:, HALF, None], draws[:, HALF, None]),
        "ap75": _mean(matches, value[:, STRICT, None], draws[:, STRICT, None]),
    }


def class_precision_figures(matches: BoxMatches, seed: int = 0) -> dict[str, Figure]:
    """``ap50`` of each class that the truth holds, by its name."""
    value = precision_by_class(matches, thresholds=(HALF,))[0, 0]
    draws = _draws(matches, (HALF,), seed)[:, 0]
    return {
        matches.classes[code]: drawn_share(float(value[place]), draws[:, place], count)
        for place, (code, count) in enumerate(_holding(matches))
    }


def average_precision_difference(matches: BoxMatches, others: BoxMatches, seed: int = 0) -> Figure:
    """``ap50`` less that of another model on the same pictures, in -1..1.

    Both are weighed alike; see :func:`~headstart.metrics.drawn_interval.drawn_difference`. In the
    simulation of :func:`average_precision_figures` the interval held in 89 to 99 % of cases for one
    class, and in 86 to 93 % for four.

    Raises
    ------
    InputError
        If the boxes that are there differ: these are not the same pictures.
    """
    if not np.array_equal(matches.truths, others.truths):
        raise InputError(
            f"One model was tested on {matches.truths.sum()} boxes in {len(matches.truths)} "
            f"pictures, the other on {others.truths.sum()} in {len(others.truths)}, or in another "
            "order; accepted are the same pictures in the same order."
        )
    order = _order(matches, others)
    own, rival = (_weighed(one, (HALF,), order) for one in (matches, others))

    def gain(weights: Array) -> Array:
        return np.asarray(own(weights).mean(axis=(1, 2)) - rival(weights).mean(axis=(1, 2)))

    value = average_precision(matches) - average_precision(others)
    draws = np.concatenate([gain(weights) for weights, _ in weightings(len(order), seed)])
    return drawn_difference(value, draws, len(order), gain)


def _mean(matches: BoxMatches, value: Array, draws: Array) -> Figure:
    """Over classes and overlaps, whose arrays are the last two axes.

    A class of few pictures leaves much unseen, which a mean over many classes evens out.
    """
    count = _pictures(matches)
    rests = np.array([least_distance(own) for _, own in _holding(matches)])
    least = max(least_distance(count), float(np.linalg.norm(rests)) / len(rests))
    return drawn_share(float(value.mean()), draws.mean(axis=(1, 2)), count, least)


def _pictures(matches: BoxMatches) -> int:
    """Those that hold a box."""
    return int(matches.truths.any(axis=1).sum())


def _holding(matches: BoxMatches) -> list[tuple[int, int]]:
    """The classes that occur, and in how many pictures."""
    counts = (matches.truths > 0).sum(axis=0)
    return [(int(code), int(counts[code])) for code in _present(matches)]


def _draws(matches: BoxMatches, thresholds: Sequence[int], seed: int) -> Array:
    """Resamples, of shape (n_resamples, n_thresholds, n_present)."""
    weighed = _weighed(matches, thresholds, _order(matches))
    return np.concatenate(
        [weighed(weights) for weights, _ in weightings(len(matches.truths), seed)]
    )


def _weighed(
    matches: BoxMatches, thresholds: Sequence[int], order: NDArray[np.intp]
) -> Callable[[Array], Array]:
    """:func:`precision_by_class` for weights of the pictures in ``order``; memory is bounded."""
    step = max(1, BLOCK // max(1, *(len(one.scores) for one in matches.found)))

    def of(weights: Array) -> Array:
        in_place = np.empty_like(weights)
        in_place[:, order] = weights
        starts = range(0, len(weights), step)
        blocks = [in_place[start : start + step] for start in starts]
        return np.concatenate([precision_by_class(matches, one, thresholds) for one in blocks])

    return of


def _order(*several: BoxMatches) -> NDArray[np.intp]:
    """Pictures in an order that what was found in them alone decides, not the user's.

    It is the same when two models change sides.
    """
    keys = []
    for picture in range(len(several[0].truths)):
        contents = [tuple(_content(matches, picture)) for matches in several]
        keys.append((*sorted(contents), *contents))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def _content(matches: BoxMatches, picture: int) -> Iterator[bytes]:
    yield matches.truths[picture].tobytes()
    for own in matches.found:
        at = own.pictures == picture
        yield own.scores[at].tobytes() + own.hits[:, at].tobytes()
