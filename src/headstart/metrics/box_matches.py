"""Which boxes that were found are boxes that are there, as COCO's own program decides it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError

Array = NDArray[np.float64]

#: Overlaps from which a box counts as found: 0.50, 0.55, ... 0.95.
THRESHOLDS = np.linspace(0.5, 0.95, 10)
#: Boxes of a class and picture that count, those with the best scores.
MOST = 100


class BoxList(Protocol):
    """Boxes of a picture: of shapes (n, 4), (n,) and (n,); scores are None where it is the truth.

    Corners are xmin, ymin, xmax, ymax; labels are names of classes.
    """

    @property
    def corners(self) -> NDArray[Any]: ...

    @property
    def labels(self) -> NDArray[Any]: ...

    @property
    def scores(self) -> NDArray[Any] | None: ...


@dataclass(frozen=True, eq=False)
class ClassMatches:
    """What was found of a class, the best score first.

    Parameters
    ----------
    pictures : ndarray of intp, shape (n_found,)
        In which picture.
    scores : ndarray of shape (n_found,)
        Falling. Of equal ones those of earlier pictures come first, as in COCO.
    hits : ndarray of bool, shape (10, n_found)
        Whether it is a box of the truth, for each of :data:`THRESHOLDS`.
    """

    pictures: NDArray[np.intp]
    scores: Array
    hits: NDArray[np.bool_]

    def moved(self, places: NDArray[np.intp]) -> ClassMatches:
        """With each picture at its new place, shape (n_pictures,); without those below 0."""
        pictures = places[self.pictures]
        kept = np.flatnonzero(pictures >= 0)
        order = kept[np.lexsort((pictures[kept], -self.scores[kept]))]
        return ClassMatches(pictures[order], self.scores[order], self.hits[:, order])


@dataclass(frozen=True, eq=False)
class BoxMatches:
    """All that an average precision needs to know.

    Parameters
    ----------
    classes : tuple of str
        Names.
    truths : ndarray of int64, shape (n_pictures, n_classes)
        Boxes that are there.
    found : tuple of ClassMatches
        One a class.
    """

    classes: tuple[str, ...]
    truths: NDArray[np.int64]
    found: tuple[ClassMatches, ...]

    def take(self, rows: Sequence[int]) -> BoxMatches:
        """Those of some pictures, each at most once, in the order of ``rows``."""
        places = np.full(len(self.truths), -1, dtype=np.intp)
        places[list(rows)] = np.arange(len(rows))
        found = tuple(one.moved(places) for one in self.found)
        return BoxMatches(self.classes, self.truths[list(rows)], found)


def match_boxes(
    truth: Sequence[BoxList], answers: Sequence[BoxList], classes: Sequence[str]
) -> BoxMatches:
    """Match answers with the truth, picture by picture.

    The matching is that of pycocotools, COCO's own program: in the order of the scores each answer
    takes the box of its class that it overlaps most, if enough, and that is still free.

    Parameters
    ----------
    truth, answers : sequence of BoxList, length n_pictures
        Of the same pictures in the same order; the answers have scores.
    classes : sequence of str
        All labels that occur.

    Raises
    ------
    InputError
        If there is no picture, the lengths differ, no picture has a box, a label is not among the
        classes, or a number is not finite.

    References
    ----------
    T.-Y. Lin and others, "Microsoft COCO: Common objects in context", 2014.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> square = np.array([[0.0, 0.0, 9.0, 9.0]])
    >>> there = SimpleNamespace(corners=square, labels=["cat"], scores=None)
    >>> found = SimpleNamespace(corners=square + 1, labels=["cat"], scores=[0.9])
    >>> match_boxes([there], [found], ["cat"]).found[0].hits[:, 0].tolist()[:4]
    [True, True, True, True]
    """
    names = tuple(str(one) for one in classes)
    _check(truth, answers, names)
    places = {name: place for place, name in enumerate(names)}
    real, found = _rows(truth, places), _rows(answers, places)
    truths = np.zeros((len(truth), len(names)), dtype=np.int64)
    for row in real:
        truths[row["image_id"], row["category_id"]] += 1
    matched = _evaluated(real, found, len(truth), len(names))
    return BoxMatches(names, truths, tuple(_joined(pictures) for pictures in matched))


def _check(truth: Sequence[BoxList], answers: Sequence[BoxList], classes: tuple[str, ...]) -> None:
    if len(truth) != len(answers) or not len(truth):
        raise InputError(
            f"There are {len(truth)} pictures with boxes and {len(answers)} with answers; each "
            "picture needs one of both, in the same order, and there must be one at least."
        )
    if not any(len(one.corners) for one in truth):
        raise InputError(
            f"None of the {len(truth)} pictures has a box, so that no answer can be right; "
            "accepted is one box at least. Add pictures with boxes to the test data."
        )
    for row, one in enumerate((*truth, *answers)):
        _check_boxes(row % len(truth), one, classes, scored=row >= len(truth))


def _check_boxes(row: int, one: BoxList, classes: tuple[str, ...], scored: bool) -> None:
    corners = np.asarray(one.corners, dtype=np.float64)
    unknown = {str(label) for label in one.labels} - set(classes)
    if unknown:
        raise InputError(
            f"Picture {row} has a box of class {min(unknown)!r}; accepted: {', '.join(classes)}. "
            "Correct the label, or add pictures of that class to the training data."
        )
    numbers = [corners.ravel()]
    if scored:
        scores = np.empty(0) if one.scores is None else np.asarray(one.scores, dtype=np.float64)
        if len(scores) != len(corners):
            raise InputError(
                f"The answer to picture {row} has {len(corners)} boxes and {len(scores)} scores; "
                "accepted is one score a box."
            )
        numbers.append(scores)
    if not np.isfinite(np.concatenate(numbers)).all():
        raise InputError(
            f"A box of picture {row} has a corner or a score that is no finite number; accepted "
            "are pixels, and scores from 0 to 1. Leave such boxes out."
        )


def _rows(pictures: Sequence[BoxList], places: dict[str, int]) -> list[dict[str, Any]]:
    """As pycocotools wants them; its numbers start at 1, because 0 means that nothing matches."""
    rows: list[dict[str, Any]] = []
    for picture, one in enumerate(pictures):
        scores = [0.0] * len(one.corners) if one.scores is None else list(one.scores)
        for corners, label, score in zip(one.corners, one.labels, scores, strict=True):
            left, top, right, bottom = map(float, corners)
            rows.append(
                {
                    "id": len(rows) + 1,
                    "image_id": picture,
                    "category_id": places[str(label)],
                    "bbox": [left, top, right - left, bottom - top],
                    "area": (right - left) * (bottom - top),
                    "iscrowd": 0,
                    "score": float(score),
                }
            )
    return rows


def _evaluated(
    truth: list[dict[str, Any]], found: list[dict[str, Any]], n_pictures: int, n_classes: int
) -> list[list[tuple[int, dict[str, Any]]]]:
    """What pycocotools says of each picture, by class; only of those with boxes of the class."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does
        kept = []
        for rows in (truth, found):
            coco = COCO()
            coco.dataset = {
                "images": [{"id": picture} for picture in range(n_pictures)],
                "categories": [{"id": code} for code in range(n_classes)],
                "annotations": rows,
            }
            coco.createIndex()
            kept.append(coco)
        evaluation = COCOeval(*kept, "bbox")
        evaluation.params.iouThrs, evaluation.params.maxDets = THRESHOLDS, [MOST]
        evaluation.params.areaRng = [[-float("inf"), float("inf")]]
        evaluation.params.areaRngLbl = ["all"]
        evaluation.evaluate()
    by_class = [
        evaluation.evalImgs[code * n_pictures : (code + 1) * n_pictures]
        for code in range(n_classes)
    ]
    return [[(row, one) for row, one in enumerate(rows) if one is not None] for rows in by_class]


def _joined(pictures: list[tuple[int, dict[str, Any]]]) -> ClassMatches:
    """The answers of all pictures, sorted as pycocotools does it."""
    counts = [len(one["dtScores"]) for _, one in pictures]
    rows = np.repeat(np.array([row for row, _ in pictures], dtype=np.intp), counts)
    scores = np.array([score for _, one in pictures for score in one["dtScores"]], dtype=np.float64)
    none = np.empty((len(THRESHOLDS), 0))
    hits = np.concatenate([none, *(one["dtMatches"] for _, one in pictures)], axis=1) > 0
    order = np.argsort(-scores, kind="mergesort")
    return ClassMatches(rows[order], scores[order], hits[:, order])
