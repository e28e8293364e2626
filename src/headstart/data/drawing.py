"""Draw boxes and masks on a picture, so that they can be looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from headstart.data.boxes import Boxes
from headstart.data.palette import Colour, colour_of
from headstart.data.pen import Pen
from headstart.errors import InputError

#: A smaller picture is enlarged, so that what is written on it can be read.
_SMALLEST = 240
#: But not so that a side becomes longer than this.
_LARGEST = 4000
_IGNORED = 255
_BACKGROUND = "background"
#: How much of the colour of a class covers the picture.
_OPACITY = 0.5


def draw_boxes(
    image: Image.Image, boxes: Boxes, classes: Sequence[str] | None = None
) -> Image.Image:
    """The picture with boxes, their classes and scores drawn on it.

    Parameters
    ----------
    image : PIL.Image.Image
        The picture. It is not changed.
    boxes : Boxes
        Of that picture; those with greater scores lie on top.
    classes : sequence of str or None
        All classes in their order, so that a class has the same colour in every picture; None:
        those of ``boxes``.

    Returns
    -------
    PIL.Image.Image
        RGB. A picture whose shorter side has fewer than 240 pixels is enlarged by a whole factor,
        as long as no side becomes longer than 4000.

    Examples
    --------
    >>> boxes = Boxes.of([(30, 40, 200, 220)], ["cat"], (320, 240))
    >>> draw_boxes(Image.new("RGB", (320, 240)), boxes).size
    (320, 240)
    """
    canvas = _enlarged(image)
    scale = np.tile(np.array(canvas.size) / np.array(boxes.size), 2)
    named = sorted(set(boxes.labels.tolist())) if classes is None else list(classes)
    colours = {name: colour_of(place) for place, name in enumerate(named)}
    order = range(len(boxes)) if boxes.scores is None else np.argsort(boxes.scores, kind="stable")
    pen = Pen(canvas)
    for row in order:
        colour = colours.get(boxes.labels[row], colour_of(len(named)))
        pen.box(boxes.corners[row] * scale, colour)
    for row in reversed(list(order)):
        colour = colours.get(boxes.labels[row], colour_of(len(named)))
        pen.label(_caption(boxes, row), boxes.corners[row] * scale, colour)
    return canvas


def draw_mask(image: Image.Image, codes: NDArray[np.uint8], classes: Sequence[str]) -> Image.Image:
    """The picture with the classes of its pixels in colour, and their names below it.

    What is ignored, and a first class called ``background``, is left as it is.

    Parameters
    ----------
    image : PIL.Image.Image
        The picture. It is not changed.
    codes : ndarray of shape (height, width), uint8
        Of that picture, at its size.
    classes : sequence of str
        Names of the classes, in the order of their codes.

    Returns
    -------
    PIL.Image.Image
        RGB, higher than the picture by its legend. A small one is enlarged, as by
        :func:`draw_boxes`.

    Raises
    ------
    InputError
        If the mask is of another size than the picture.
    """
    if codes.shape != image.size[::-1]:
        raise InputError(
            f"The mask has the shape {codes.shape}, the picture has {image.size[0]} x "
            f"{image.size[1]} pixels; accepted is a mask of shape (height, width)."
        )
    canvas = _enlarged(image)
    factor = canvas.size[0] // image.size[0]
    codes = codes.repeat(factor, axis=0).repeat(factor, axis=1)
    shown = [code for code in np.unique(codes).tolist() if _is_shown(code, classes)]
    pixels = np.asarray(canvas).astype(np.float32)
    pen = Pen(canvas)
    for code in shown:
        inside = codes == code
        pixels[inside] = _mixed(pixels[inside], colour_of(code), _OPACITY)
        pixels[_edge(inside, pen.line)] = colour_of(code)
    drawn = Image.fromarray(pixels.astype(np.uint8))
    return _with_legend(drawn, [(classes[code], colour_of(code)) for code in shown])


def _caption(boxes: Boxes, row: int) -> str:
    label = str(boxes.labels[row])
    return label if boxes.scores is None else f"{label} {100 * boxes.scores[row]:.0f} %"


def _enlarged(image: Image.Image) -> Image.Image:
    """A copy in RGB that is large enough to be written on."""
    factor = max(1, min(math.ceil(_SMALLEST / min(image.size)), _LARGEST // max(image.size)))
    plain = image.convert("RGB") if image.mode != "RGB" else image.copy()
    if factor == 1:
        return plain
    size = image.size[0] * factor, image.size[1] * factor
    return plain.resize(size, Image.Resampling.NEAREST)


def _is_shown(code: int, classes: Sequence[str]) -> bool:
    return code < len(classes) and code != _IGNORED and (code > 0 or classes[0] != _BACKGROUND)


def _mixed(pixels: NDArray[Any], colour: Colour, share: float) -> NDArray[Any]:
    return pixels * (1 - share) + np.array(colour, dtype=np.float32) * share


def _edge(inside: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Pixels inside of which one within ``width`` lies outside; the picture's border is no edge."""
    kept = inside.copy()
    for axis in (0, 1):
        for step in range(1, width + 1):
            ahead, behind = [slice(None)] * 2, [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            kept[tuple(ahead)] &= inside[tuple(behind)]
            kept[tuple(behind)] &= inside[tuple(ahead)]
    return inside & ~kept


def _with_legend(image: Image.Image, entries: Sequence[tuple[str, Colour]]) -> Image.Image:
    """The picture above a strip of the names of the classes, each beside its colour."""
    if not entries:
        return image
    pen = Pen(image)
    probe = ImageDraw.Draw(image)
    row = round(1.6 * pen.letters)
    places, x, y = [], row // 3, 0
    for name, colour in entries:
        name = pen.fitting(name)
        width = round(probe.textlength(name, font=pen.font)) + 2 * row
        if x + width > image.size[0] and x > row // 3:
            x, y = row // 3, y + row
        places.append((name, colour, x, y))
        x += width
    sheet = Image.new("RGB", (image.size[0], image.size[1] + y + row), (255, 255, 255))
    sheet.paste(image)
    draw = ImageDraw.Draw(sheet)
    for name, colour, left, top in places:
        upper = image.size[1] + top
        swatch = (left, upper + row // 4, left + row // 2, upper + 3 * row // 4)
        draw.rectangle(swatch, fill=colour, outline=(0, 0, 0))
        draw.text((left + row, upper + row // 2), name, (0, 0, 0), pen.font, anchor="lm")
    return sheet
