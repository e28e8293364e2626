"""Where a picture lies on the canvas that a network sees, and everything drawn on it too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

Window = tuple[float, float, float, float]

#: How much of the reduction Pillow may do by plain averages first: faster, and no difference seen.
_REDUCING_GAP = 3.0


@dataclass(frozen=True)
class Placement:
    """A window of a picture, scaled onto a canvas and mirrored or not.

    Pixels, boxes and masks go through the same window, so that they stay on top of each other.

    Parameters
    ----------
    size : tuple of int
        Width and height of the picture.
    canvas : tuple of int
        Height and width of what the network sees.
    window : tuple of float
        Left, top, right and bottom of what is seen, in pixels of the picture. It may reach beyond
        the picture.
    mirrored : bool
        Whether left and right are swapped on the canvas.

    Examples
    --------
    >>> place = Placement.fit((200, 100), (64, 64))
    >>> place.window
    (0.0, -50.0, 200.0, 150.0)
    >>> place.boxes(np.array([[0.0, 0, 200, 100]])).tolist()
    [[0.0, 16.0, 64.0, 48.0]]
    """

    size: tuple[int, int]
    canvas: tuple[int, int]
    window: Window
    mirrored: bool = False

    @classmethod
    def fit(cls, size: tuple[int, int], canvas: tuple[int, int]) -> Placement:
        """The whole picture in the middle of the canvas, its aspect kept."""
        (width, height), (rows, columns) = size, canvas
        scale = min(columns / width, rows / height)
        left, top = (width - columns / scale) / 2, (height - rows / scale) / 2
        return cls(size, canvas, (left, top, width - left, height - top))

    @property
    def scale(self) -> tuple[float, float]:
        """Canvas pixels for a pixel of the picture, across and down."""
        left, top, right, bottom = self.window
        return self.canvas[1] / (right - left), self.canvas[0] / (bottom - top)

    def pixels(
        self,
        image: Image.Image,
        interpolation: str = "bilinear",
        fill: tuple[int, int, int] = (114, 114, 114),
    ) -> NDArray[np.uint8]:
        """The picture on the canvas.

        Parameters
        ----------
        image : PIL.Image.Image
            Upright and RGB. It may have been decoded smaller than ``size``.
        interpolation : str
            A resampling filter of Pillow: nearest, box, bilinear, hamming, bicubic or lanczos.
        fill : tuple of int
            Colour of the canvas where the picture is not.

        Returns
        -------
        ndarray of shape (height, width, 3), uint8
        """
        from PIL import Image

        rows, columns = self.canvas
        drawn = np.empty((rows, columns, 3), dtype=np.uint8)
        drawn[:] = fill
        across = self._seen(0)
        down = self._seen(1)
        if across[0] < across[1] and down[0] < down[1]:
            part, box = self._padded(image, across, down, fill)
            way = Image.Resampling[interpolation.upper()]
            shape = across[1] - across[0], down[1] - down[0]
            small = part.resize(shape, way, box=box, reducing_gap=_REDUCING_GAP)
            drawn[slice(*down), slice(*across)] = np.asarray(small)
        return np.ascontiguousarray(drawn[:, ::-1]) if self.mirrored else drawn

    def boxes(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes of the picture on the canvas, shape (n, 4); they are not clipped."""
        across, down = self.scale
        left, top = self.window[:2]
        moved = (corners - np.array([left, top, left, top])) * np.array([across, down] * 2)
        return self._mirror(moved)

    def boxes_back(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes of the canvas on the picture, shape (n, 4); they are not clipped."""
        across, down = self.scale
        left, top = self.window[:2]
        scaled = self._mirror(corners) / np.array([across, down] * 2)
        moved: NDArray[np.float64] = scaled + np.array([left, top, left, top])
        return moved

    def mask(self, codes: NDArray[np.uint8], outside: int = 255) -> NDArray[np.uint8]:
        """Codes of the picture on the canvas, from the nearest pixel.

        Parameters
        ----------
        codes : ndarray of shape (height, width), uint8
            Of the picture, at its ``size``.
        outside : int
            The code where the picture is not.

        Returns
        -------
        ndarray of shape (height, width) of the canvas, uint8
        """
        rows, columns = self.canvas
        left, top, right, bottom = self.window
        x = left + (np.arange(columns) + 0.5) * ((right - left) / columns)
        y = top + (np.arange(rows) + 0.5) * ((bottom - top) / rows)
        return _picked(codes, x[::-1] if self.mirrored else x, y, outside)

    def mask_back(self, codes: NDArray[np.uint8], outside: int = 255) -> NDArray[np.uint8]:
        """Codes of the canvas on the picture, from the nearest pixel.

        Parameters
        ----------
        codes : ndarray of shape (height, width), uint8
            Of the canvas.
        outside : int
            The code where the canvas shows nothing of the picture.

        Returns
        -------
        ndarray of shape (height, width) of the picture, uint8
        """
        across, down = self.scale
        left, top = self.window[:2]
        x = (np.arange(self.size[0]) + 0.5 - left) * across
        y = (np.arange(self.size[1]) + 0.5 - top) * down
        return _picked(codes, self.canvas[1] - x if self.mirrored else x, y, outside)

    def _mirror(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.mirrored:
            return corners
        mirrored = corners.copy()
        mirrored[:, 0] = self.canvas[1] - corners[:, 2]
        mirrored[:, 2] = self.canvas[1] - corners[:, 0]
        return mirrored

    def _seen(self, axis: int) -> tuple[int, int]:
        """First and last canvas pixel of an axis that show any of the picture, before mirroring."""
        most, scale = self.canvas[1 - axis], self.scale[axis]
        first = (0 - self.window[axis]) * scale
        last = (self.size[axis] - self.window[axis]) * scale
        # What rounding leaves of a pixel is none.
        return max(0, math.floor(first + 1e-6)), min(most, math.ceil(last - 1e-6))

    def _padded(
        self,
        image: Image.Image,
        across: tuple[int, int],
        down: tuple[int, int],
        fill: tuple[int, int, int],
    ) -> tuple[Image.Image, Window]:
        """A picture that covers these canvas pixels, and where they lie on it.

        Pillow resizes what lies inside a picture only, so the part of a canvas pixel that sees no
        picture needs a margin.
        """
        left, right = self._source(0, across, image.size[0])
        top, bottom = self._source(1, down, image.size[1])
        margins = [
            *(math.ceil(max(0.0, -left)), math.ceil(max(0.0, -top))),
            math.ceil(max(0.0, right - image.size[0])),
            math.ceil(max(0.0, bottom - image.size[1])),
        ]
        if any(margins):
            from PIL import ImageOps

            image = ImageOps.expand(image, tuple(margins), fill)
        x, y = margins[:2]
        return image, (left + x, top + y, right + x, bottom + y)

    def _source(self, axis: int, seen: tuple[int, int], side: int) -> tuple[float, float]:
        """Where canvas pixels lie on a picture that was decoded with this side."""
        start, scale = self.window[axis], self.scale[axis]
        shrunk = side / self.size[axis]
        first, last = ((start + place / scale) * shrunk for place in seen)
        # A margin of a pixel for a rounding error would blur the edge of every picture.
        first = 0.0 if abs(first) < 1e-6 * side else first
        return first, float(side) if abs(last - side) < 1e-6 * side else last


def _picked(
    codes: NDArray[np.uint8], x: NDArray[Any], y: NDArray[Any], outside: int
) -> NDArray[np.uint8]:
    """Codes at the points (x, y) of a grid, shape (len(y), len(x))."""
    columns, rows = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    across = (columns >= 0) & (columns < codes.shape[1])
    down = (rows >= 0) & (rows < codes.shape[0])
    found = np.full((len(y), len(x)), outside, dtype=np.uint8)
    found[np.ix_(down, across)] = codes[np.ix_(rows[down], columns[across])]
    return found


def map_size(canvas: tuple[int, int], stride: int) -> tuple[int, int]:
    """Rows and columns of a map of the canvas at a stride.

    Examples
    --------
    >>> map_size((96, 130), 32)
    (3, 5)
    """
    return -(-canvas[0] // stride), -(-canvas[1] // stride)
