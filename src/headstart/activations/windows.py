"""Parts of a picture that are seen as views of their own: whoever knows the view knows the place.

What is asked about places (boxes, masks) must be moved as the pixels are, so that each view of a
whole picture is a :class:`~headstart.data.placement.Placement`.
"""

from __future__ import annotations

from collections.abc import Mapping

from headstart.activations.tones import without_tone
from headstart.data.placement import Placement

#: Left, top, right and bottom in shares of the canvas that shows the whole picture. "Farther"
#: views show more than there is, so that the picture is small.
_WINDOWS: Mapping[str, tuple[float, float, float, float]] = {
    "original": (0.0, 0.0, 1.0, 1.0),
    "closer": (0.12, 0.12, 0.88, 0.88),
    "upper left": (0.0, 0.0, 0.75, 0.75),
    "upper right": (0.25, 0.0, 1.0, 0.75),
    "lower left": (0.0, 0.25, 0.75, 1.0),
    "lower right": (0.25, 0.25, 1.0, 1.0),
    "farther": (-0.2, -0.2, 1.2, 1.2),
}
_MIRRORED = "mirrored"
#: Names of all views that have a place.
PLACED_VIEWS: tuple[str, ...] = tuple(
    name
    for plain in _WINDOWS
    for name in (plain, _MIRRORED if plain == "original" else f"{plain} {_MIRRORED}")
)


def placement_of(view: str, size: tuple[int, int], canvas: tuple[int, int]) -> Placement:
    """Where a picture lies on the canvas in one of :data:`PLACED_VIEWS`, in whatever light.

    Parameters
    ----------
    view : str
        Its name.
    size : tuple of int
        Width and height of the picture.
    canvas : tuple of int
        Height and width of what the network reads.

    Examples
    --------
    >>> placement_of("upper left mirrored", (100, 100), (64, 64)).window
    (0.0, 0.0, 75.0, 75.0)
    """
    view, _ = without_tone(view)
    plain = view.removesuffix(_MIRRORED).strip() or "original"
    left, top, right, bottom = Placement.fit(size, canvas).window
    width, height = right - left, bottom - top
    shares = _WINDOWS[plain]
    window = (
        left + shares[0] * width,
        top + shares[1] * height,
        left + shares[2] * width,
        top + shares[3] * height,
    )
    return Placement(size, canvas, window, view.endswith(_MIRRORED))
