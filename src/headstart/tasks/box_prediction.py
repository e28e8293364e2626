"""What a model says of where things are in a picture, and how that stands in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headstart.data.boxes import Boxes

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True)
class FoundBox:
    """A box: what is in it, how sure that is, and where it is, in pixels of the upright picture.

    Examples
    --------
    >>> FoundBox("cat", 0.9, 1.0, 2.0, 30.0, 40.0).to_dict()["xmax"]
    30.0
    """

    label: str
    score: float
    xmin: float
    ymin: float
    xmax: float
    ymax: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        where = {name: getattr(self, name) for name in _CORNERS}
        return {"label": self.label, "score": self.score, **where}


@dataclass(frozen=True)
class BoxPrediction:
    """The boxes that were found in a picture.

    Parameters
    ----------
    input : str
        What the user calls the picture.
    boxes : tuple of FoundBox
        The surest first; none where nothing was found, or where the picture could not be read.
    size : tuple of int or None
        Width and height of the upright picture; None where it could not be read.
    reason : str or None
        Why there is no answer.

    Examples
    --------
    >>> BoxPrediction("a.jpg", reason="it is cut short").to_dict()
    {'input': 'a.jpg', 'reason': 'it is cut short'}
    """

    input: str
    boxes: tuple[FoundBox, ...] = ()
    size: tuple[int, int] | None = None
    reason: str | None = None

    @classmethod
    def of(cls, name: str, found: Boxes) -> BoxPrediction:
        """From what a task answers; numbers are rounded to what a person can use.

        Scores keep six digits and corners hundredths of a pixel, so that the same boxes come out
        of the file, of JSON and of the service.
        """
        scores = np.ones(len(found)) if found.scores is None else found.scores
        order = np.argsort(-np.asarray(scores), kind="stable")
        rows = (
            FoundBox(
                str(found.labels[row]),
                round(float(scores[row]), 6),
                *(round(float(edge), 2) for edge in found.corners[row]),
            )
            for row in order
        )
        return cls(name, tuple(rows), (int(found.size[0]), int(found.size[1])))

    def to_boxes(self) -> Boxes:
        """The boxes as arrays; of what could not be read none, in a picture without a size."""
        corners = [[getattr(one, name) for name in _CORNERS] for one in self.boxes]
        labels = [one.label for one in self.boxes]
        return Boxes.of(corners, labels, self.size or (0, 0), [one.score for one in self.boxes])

    def above(self, threshold: float) -> BoxPrediction:
        """Without the boxes that are less sure than ``threshold``."""
        kept = tuple(one for one in self.boxes if one.score >= threshold)
        return replace(self, boxes=kept)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: boxes, or a reason."""
        if self.reason is not None:
            return {"input": self.input, "reason": self.reason}
        row: dict[str, Any] = {"input": self.input}
        if self.size is not None:
            row |= {"width": self.size[0], "height": self.size[1]}
        return row | {"boxes": [one.to_dict() for one in self.boxes]}


class BoxTable:
    """A row a box, numbered from 1 in each picture, and a row 0 for each picture that has none.

    Examples
    --------
    >>> table = BoxTable()
    >>> table.columns[:4], table.rows(BoxPrediction("a.jpg", (), (64, 48)))
    (['input', 'box', 'label', 'score'],
     [['a.jpg', 0, None, None, None, None, None, None, 64, 48, None]])
    """

    columns: Sequence[str] = [
        *("input", "box", "label", "score", *_CORNERS),
        *("width", "height", "reason"),
    ]

    def rows(self, prediction: BoxPrediction) -> list[list[object]]:
        """A value a column; None for an empty cell."""
        width, height = prediction.size or (None, None)
        cells: list[list[object]] = [
            [number, one.label, one.score, *(getattr(one, name) for name in _CORNERS)]
            for number, one in enumerate(prediction.boxes, start=1)
        ]
        return [
            [prediction.input, *own, width, height, prediction.reason]
            for own in cells or [[0, *[None] * 6]]
        ]

    def read(self, rows: Iterable[Mapping[str, str]]) -> list[BoxPrediction]:
        """Cells by column, as the file holds them, back to the predictions, in their order."""
        found: list[BoxPrediction] = []
        for row in rows:
            boxes = () if row["box"] == "0" else (_box(row),)
            if row["box"] in ("0", "1"):
                size = (int(row["width"]), int(row["height"])) if row["width"] else None
                found.append(BoxPrediction(row["input"], boxes, size, row["reason"] or None))
            else:
                found[-1] = replace(found[-1], boxes=found[-1].boxes + boxes)
        return found


def _box(row: Mapping[str, str]) -> FoundBox:
    return FoundBox(row["label"], *(float(row[name]) for name in ("score", *_CORNERS)))
