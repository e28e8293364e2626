"""Bring a decoded picture of any pixel format to 8-bit RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.errors import UnreadableInputError


def to_rgb(image: Image.Image) -> Image.Image:
    """The same picture in mode RGB; the picture itself when it is RGB already.

    Deep pixels (16-bit, 32-bit, floating point) are scaled to 8 bits, and what is transparent is
    laid on white, as a browser shows it.
    """
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_8_bit(np.asarray(image))).convert("RGB")
    if image.mode == "LAB":
        return _lab_to_rgb(image)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if converted is None:
        raise UnreadableInputError("colours in LAB that cannot be converted to RGB")
    return converted


def _to_8_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale deep grey values of shape (h, w) to 0..255.

    A 16-bit format says what its white is (65535). Wider formats do not, so the smallest usual
    white that holds all values is taken (1, 255, 65535), and failing that the range of the values.
    Non-finite pixels count as black.
    """
    if values.dtype.itemsize == 2 and values.dtype.kind == "u":
        return np.asarray(values // 257, dtype=np.uint8)
    finite = np.isfinite(values)
    if not finite.any():
        raise UnreadableInputError("no pixel holds a finite number")
    low, high = float(values[finite].min()), float(values[finite].max())
    black, white = _black_and_white(low, high, values.dtype.kind == "f")
    scaled = (np.where(finite, values, black).astype(np.float64) - black) / (white - black) * 255
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _black_and_white(low: float, high: float, fractions: bool) -> tuple[float, float]:
    for white in (1.0, 255.0, 65535.0) if fractions else (255.0, 65535.0):
        if low >= 0 and high <= white:
            return 0.0, white
    return low, high if high > low else low + 1
