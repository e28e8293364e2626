"""Where a model looks: parts of the picture are covered one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.data.thumbnails import data_uri
from headstart.explanations.answers import Answers

#: Cells a side, and cells a side of the cover.
_CELLS, _COVER = 8, 2
#: Pixels of the shorter side that are enough to look at.
_SIDE = 320
#: What speaks for the answer and what against it: colours that all eyes tell apart.
_FOR, _AGAINST = (230, 97, 1), (44, 80, 190)
_STRONGEST = 0.65


@dataclass(frozen=True, eq=False)
class PictureExplanation:
    """How much each part of a picture counts.

    Parameters
    ----------
    label : str
        What is explained; ``"value"`` of a number.
    weights : ndarray of shape (rows, columns)
        By how much the probability of the label (or the number) falls when that part is covered.
    picture : PIL.Image.Image
        In RGB, of the size that was looked at.
    """

    label: str
    weights: NDArray[np.float64]
    picture: Image.Image

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the picture is not part of it."""
        rows, columns = self.weights.shape
        return {
            "kind": "picture",
            "label": self.label,
            "rows": rows,
            "columns": columns,
            "weights": self.weights.round(6).tolist(),
        }

    @cached_property
    def overlay_png(self) -> bytes:
        """The picture as a PNG file: orange where it speaks for the label, blue where against."""
        largest = float(np.abs(self.weights).max()) or 1.0
        heat = Image.fromarray((self.weights / largest).astype(np.float32))
        heat = heat.resize(self.picture.size, Image.Resampling.BICUBIC)
        strength = np.clip(np.asarray(heat), -1.0, 1.0)[..., None]
        colour = np.where(strength > 0, np.array(_FOR), np.array(_AGAINST))
        alpha = np.abs(strength) * _STRONGEST
        grey = np.asarray(self.picture.convert("L"), dtype=np.float64)[..., None]
        mixed = grey * (1 - alpha) + colour * alpha
        file = BytesIO()
        Image.fromarray(mixed.round().astype(np.uint8)).save(file, "PNG")
        return file.getvalue()

    @property
    def overlay_uri(self) -> str:
        """The overlay as a data URI."""
        return data_uri(self.overlay_png)


def explain_picture(answers: Answers, picture: Image.Image) -> PictureExplanation:
    """Cover each part with the picture's mean colour and see how sure the model still is.

    After Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014: the cover
    moves by half its side, and a cell counts what the covers over it count on average.

    Parameters
    ----------
    answers : Answers
        The model, and the label that is asked about.
    picture : PIL.Image.Image
        In RGB.
    """
    shown = _small(picture)
    answers, whole = answers.about(shown)
    steps = _CELLS - _COVER + 1
    places = [(row, column) for row in range(steps) for column in range(steps)]
    drops = answers.drops(whole, [_covered(shown, *place) for place in places])
    total, count = np.zeros((_CELLS, _CELLS)), np.zeros((_CELLS, _CELLS))
    for (row, column), drop in zip(places, drops, strict=True):
        cells = np.s_[row : row + _COVER, column : column + _COVER]
        total[cells] += drop
        count[cells] += 1
    return PictureExplanation(answers.label, total / count, shown)


def _small(picture: Image.Image) -> Image.Image:
    factor = _SIDE / min(picture.size)
    if factor >= 1:
        return picture.copy()
    size = [max(1, round(side * factor)) for side in picture.size]
    return picture.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _covered(picture: Image.Image, row: int, column: int) -> Image.Image:
    width, height = picture.size
    left, right = (width * edge // _CELLS for edge in (column, column + _COVER))
    top, bottom = (height * edge // _CELLS for edge in (row, row + _COVER))
    mean = np.asarray(picture).reshape(-1, 3).mean(axis=0).round().astype(int).tolist()
    result = picture.copy()
    result.paste((mean[0], mean[1], mean[2]), (left, top, right, bottom))
    return result
