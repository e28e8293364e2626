"""A picture in another light: darker or brighter, as a view of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: What stands between the place of a view and its light.
_BETWEEN = ", "
#: Exponents for pixel values between 0 and 1: dusk, and a long exposure.
_EXPONENTS: Mapping[str, float] = {"darker": 1.7, "brighter": 0.6}
TONES: tuple[str, ...] = tuple(_EXPONENTS)


def toned(view: str, tone: str) -> str:
    """The name of a view in another light.

    Examples
    --------
    >>> toned("closer mirrored", "darker")
    'closer mirrored, darker'
    """
    return f"{view}{_BETWEEN}{tone}"


def without_tone(view: str) -> tuple[str, str | None]:
    """The place of a view, and its light; None: as it is.

    Examples
    --------
    >>> without_tone("closer mirrored, darker"), without_tone("closer")
    (('closer mirrored', 'darker'), ('closer', None))
    """
    place, between, tone = view.partition(_BETWEEN)
    return place, tone if between else None


def in_light(image: Image.Image, tone: str | None) -> Image.Image:
    """An RGB picture in another light; None: itself."""
    if tone is None:
        return image
    exponent = _EXPONENTS[tone]
    table = [round(255 * (value / 255) ** exponent) for value in range(256)]
    return image.point(table * 3)
