"""Colours that tell classes apart."""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]

#: The first ones are far apart from each other, for readers who see few colours too.
_CHOSEN: tuple[Colour, ...] = (
    *((230, 25, 75), (67, 99, 216), (255, 225, 25), (60, 180, 75), (245, 130, 49)),
    *((145, 30, 180), (66, 212, 244), (240, 50, 230), (191, 239, 69), (250, 190, 212)),
    *((70, 153, 144), (220, 190, 255), (154, 99, 36), (128, 0, 0), (170, 255, 195)),
    *((128, 128, 0), (255, 216, 177), (0, 0, 117)),
)
#: Turns the colour wheel so that each new hue falls into the largest gap.
_GOLDEN = 0.618033988749895


def colour_of(code: int) -> Colour:
    """The colour of a class: red, green and blue from 0 to 255, always the same.

    Examples
    --------
    >>> colour_of(0)
    (230, 25, 75)
    >>> len({colour_of(code) for code in range(255)})
    255
    """
    if code < len(_CHOSEN):
        return _CHOSEN[code]
    turn = (code - len(_CHOSEN)) * _GOLDEN
    shade = 0.55 + 0.45 * ((code * 7) % 10) / 9
    red, green, blue = colorsys.hsv_to_rgb(turn % 1.0, 0.45 + 0.55 * ((code * 3) % 7) / 6, shade)
    return round(red * 255), round(green * 255), round(blue * 255)


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever can be read on a colour.

    Examples
    --------
    >>> ink_on((255, 225, 25)), ink_on((0, 0, 117))
    ((0, 0, 0), (255, 255, 255))
    """
    red, green, blue = colour
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return (0, 0, 0) if light > 140 else (255, 255, 255)
