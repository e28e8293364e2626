"""Boxes as annotation files write them, before they are held against their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from headstart.data.dataset import Quarantined

Corners = tuple[float, float, float, float]
#: What the four numbers of a box are.
Form = Literal["corners", "corner and size", "centre and size"]

_NAMES: dict[Form, tuple[str, str, str, str]] = {
    "corners": ("xmin", "ymin", "xmax", "ymax"),
    "corner and size": ("x", "y", "width", "height"),
    "centre and size": ("x centre", "y centre", "width", "height"),
}


@dataclass(frozen=True)
class WrittenBox:
    """One box of an annotation file.

    Parameters
    ----------
    where : str
        What the user can find it by: ``"a.xml, object 2"``.
    corners : tuple of float
        xmin, ymin, xmax, ymax; finite, and not checked otherwise.
    label : str
        Name of its class.
    score : float or None
        How sure a model is of it.
    """

    where: str
    corners: Corners
    label: str
    score: float | None = None


@dataclass(frozen=True)
class WrittenPicture:
    """A picture that an annotation file names, and its boxes.

    Parameters
    ----------
    where : str
        What of the file tells of it.
    path : str
        The picture file, which may not exist.
    boxes : list of WrittenBox
        Empty: the file says that nothing is to be seen.
    stated : tuple of int or None
        Width and height that the file states.
    relative : bool
        Whether corners are fractions of the upright picture's sides.
    lost : int
        Boxes that could not be read, and are in quarantine already.
    """

    where: str
    path: str
    boxes: list[WrittenBox] = field(default_factory=list)
    stated: tuple[int, int] | None = None
    relative: bool = False
    lost: int = 0


@dataclass(frozen=True)
class Written:
    """What annotation files hold; ``scored``: each box has a score."""

    pictures: list[WrittenPicture] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scored: bool = False

    def set_aside(self, where: str, reason: str) -> None:
        """Quarantine what stands there."""
        self.quarantined.append(Quarantined(where, reason))


def corners_of(values: Sequence[Any], form: Form, names: Sequence[str] = ()) -> Corners | str:
    """Corners from four values, or what is wrong with them.

    Parameters
    ----------
    values : sequence of 4
        Numbers or text; None where there is none.
    form : str
        What they are.
    names : sequence of 4 str
        What they are called, for the message.

    Examples
    --------
    >>> corners_of(["1", 2, 3, 4.5], "corner and size")
    (1.0, 2.0, 4.0, 6.5)
    >>> corners_of([1, 2, "left", 4], "corners")
    "xmax is 'left', which is no number"
    >>> corners_of([1, 2, None, 4], "corners")
    'it has no xmax'
    """
    numbers: list[float] = []
    for value, name in zip(values, names or _NAMES[form], strict=True):
        number = number_of(value)
        if value is None:
            return f"it has no {name}"
        if number is None:
            return f"{name} is {value!r:.40}, which is no number"
        if not np.isfinite(number):
            return f"{name} is {number}, which is no place in a picture"
        numbers.append(number)
    x, y, across, down = numbers
    if form == "corners":
        return x, y, across, down
    if across <= 0 or down <= 0:
        return f"no area: it is {across:g} wide and {down:g} high"
    if form == "corner and size":
        return x, y, x + across, y + down
    return x - across / 2, y - down / 2, x + across / 2, y + down / 2


def number_of(value: Any) -> float | None:
    """A number, or text that is one; None for everything else.

    Examples
    --------
    >>> number_of("3.5"), number_of(True), number_of("three")
    (3.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def side_of(value: Any) -> int | None:
    """A stated width or height; None where it is missing or not above 0 (many tools write 0)."""
    number = number_of(value)
    known = number is not None and np.isfinite(number) and number >= 1
    return round(number) if known and number is not None else None
