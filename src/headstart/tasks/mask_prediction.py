"""What a model says of the pixels of a picture, in short, and how that stands in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SHARE = "share:"


@dataclass(frozen=True)
class MaskPrediction:
    """How much of a picture belongs to each class; the mask itself is a picture of its own.

    Parameters
    ----------
    input : str
        What the user calls the picture.
    shares : mapping of str to float
        Class to share of the pixels, 0 to 1; empty where the picture could not be read.
    size : tuple of int or None
        Width and height of the upright picture; None where it could not be read.
    reason : str or None
        Why there is no answer.

    Examples
    --------
    >>> MaskPrediction("a.jpg", {"road": 0.75, "sky": 0.25}, (4, 2)).to_dict()["shares"]
    {'road': 0.75, 'sky': 0.25}
    """

    input: str
    shares: Mapping[str, float] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: shares, or a reason."""
        if self.reason is not None:
            return {"input": self.input, "reason": self.reason}
        row: dict[str, Any] = {"input": self.input}
        if self.size is not None:
            row |= {"width": self.size[0], "height": self.size[1]}
        return row | {"shares": dict(self.shares)}


@dataclass(frozen=True)
class MaskTable:
    """A row a picture, a column a class with its share.

    Examples
    --------
    >>> MaskTable(["road", "sky"]).columns
    ['input', 'width', 'height', 'reason', 'share:road', 'share:sky']
    """

    classes: Sequence[str]

    @property
    def columns(self) -> Sequence[str]:
        """What is said of the picture, then a column a class."""
        return ["input", "width", "height", "reason", *(_SHARE + name for name in self.classes)]

    def rows(self, prediction: MaskPrediction) -> list[list[object]]:
        """The one row: a value a column; None for an empty cell."""
        shares = (prediction.shares.get(name) for name in self.classes)
        size = prediction.size or (None, None)
        return [[prediction.input, *size, prediction.reason, *shares]]

    def read(self, rows: Iterable[Mapping[str, str]]) -> list[MaskPrediction]:
        """Cells by column, as the file holds them, back to the predictions."""
        return [self._read(row) for row in rows]

    def _read(self, row: Mapping[str, str]) -> MaskPrediction:
        cells = {name: row[_SHARE + name] for name in self.classes}
        return MaskPrediction(
            row["input"],
            {name: float(share) for name, share in cells.items() if share},
            (int(row["width"]), int(row["height"])) if row["width"] else None,
            row["reason"] or None,
        )
