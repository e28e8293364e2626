"""Lines and letters on a picture of any size."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from headstart.data.palette import Colour, ink_on

#: Letters of a label.
_LONGEST = 60

Rectangle = tuple[float, float, float, float]


class Pen:
    """Draws on a picture with lines and letters that suit its size.

    Parameters
    ----------
    canvas : PIL.Image.Image
        The picture, RGB. It is changed.
    """

    def __init__(self, canvas: Image.Image) -> None:
        self._draw = ImageDraw.Draw(canvas)
        self._size = canvas.size
        side = min(math.sqrt(canvas.size[0] * canvas.size[1]), 2 * min(canvas.size))
        self.line = max(1, round(side / 250))
        self.letters = max(11, round(side / 32))
        self.font = ImageFont.load_default(self.letters)
        self._taken: list[Rectangle] = []

    def box(self, corners: NDArray[np.float64], colour: Colour) -> None:
        """A line just inside of the box, between two thin dark ones: seen on every ground."""
        width, height = self._size
        x0, y0 = (max(0, round(value)) for value in corners[:2].tolist())
        x1 = min(width, max(round(corners[2]), x0 + 1)) - 1
        y1 = min(height, max(round(corners[3]), y0 + 1)) - 1
        halo = max(1, self.line // 3)
        if x0 > x1 or y0 > y1:
            return
        self._draw.rectangle((x0, y0, x1, y1), outline=(0, 0, 0), width=self.line + 2 * halo)
        if x1 - x0 > 2 * halo and y1 - y0 > 2 * halo:
            inner = (x0 + halo, y0 + halo, x1 - halo, y1 - halo)
            self._draw.rectangle(inner, outline=colour, width=self.line)

    def label(self, text: str, corners: NDArray[np.float64], colour: Colour) -> None:
        """Text on the colour of its class; it covers no other text where there is room."""
        text = self.fitting(text)
        left, top, right, bottom = self._draw.textbbox((0, 0), text, font=self.font)
        margin = max(2, self.line)
        width, height = right - left + 2 * margin, bottom - top + 2 * margin
        x, y = self._free_place(corners, width, height)
        self._taken.append((x, y, x + width, y + height))
        self._draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
        self._draw.text((x + margin - left, y + margin - top), text, ink_on(colour), self.font)

    def fitting(self, text: str) -> str:
        """The text, cut where it is wider than the picture."""
        most, text = 0.9 * self._size[0], text[:_LONGEST]
        while len(text) > 2 and (length := self._draw.textlength(text, font=self.font)) > most:
            text = text[: min(len(text) - 2, int(len(text) * most / length))].rstrip("…") + "…"
        return text

    def _free_place(
        self, corners: NDArray[np.float64], width: float, height: float
    ) -> tuple[float, float]:
        x0, y0, _, y1 = corners.tolist()
        x = min(max(0.0, x0), max(0.0, self._size[0] - width))
        most = max(0.0, self._size[1] - height)
        heights = [y0 - height, y0, y1, y1 - height, y0 + height, y0 + 2 * height]
        places = [(x, min(max(0.0, y), most)) for y in heights]
        for place in places:
            if not any(
                _overlap((*place, place[0] + width, place[1] + height), one) for one in self._taken
            ):
                return place
        return places[0]


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
