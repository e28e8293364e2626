"""What an encoder can see of a picture: itself, or an augmentation that is stored as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headstart.activations.tones import TONES, in_light, toned, without_tone
from headstart.activations.windows import PLACED_VIEWS, placement_of
from headstart.backbones.preprocessing import Preprocessing
from headstart.errors import PlanError

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.uint8]
View = Callable[[Preprocessing, "Image.Image"], Pixels]

#: Share of the side of the ordinary crop that the closer view keeps.
_CLOSER = 0.8


def _original(facts: Preprocessing, image: Image.Image) -> Pixels:
    return facts.pixels(image)


def _closer(facts: Preprocessing, image: Image.Image) -> Pixels:
    return replace(facts, crop_fraction=_CLOSER * facts.crop_fraction).pixels(image)


def _mirrored(view: View) -> View:
    def mirrored(facts: Preprocessing, image: Image.Image) -> Pixels:
        return np.ascontiguousarray(view(facts, image)[:, ::-1])

    return mirrored


def _placed(name: str) -> View:
    def placed(facts: Preprocessing, image: Image.Image) -> Pixels:
        lit = in_light(image, without_tone(name)[1])
        return facts.placed(lit, placement_of(name, image.size, facts.size))

    return placed


ORIGINAL = "original"
#: Of the central crop, by name; each is stored under its own key.
VIEWS: dict[str, View] = {
    ORIGINAL: _original,
    "mirrored": _mirrored(_original),
    "closer": _closer,
    "closer mirrored": _mirrored(_closer),
}
#: Of whole pictures.
WHOLE_VIEWS: dict[str, View] = {
    name: _placed(name)
    for place in PLACED_VIEWS
    for name in (place, *(toned(place, tone) for tone in TONES))
}


def see(view: str, facts: Preprocessing, image: Image.Image) -> Pixels:
    """The pixels of a view, shape (height, width, 3)."""
    return (WHOLE_VIEWS if facts.whole else VIEWS)[view](facts, image)


def check_views(names: tuple[str, ...], modality: str = "image", whole: bool = False) -> None:
    """Refuse views that nobody knows; a text has one view.

    Raises
    ------
    PlanError
        Naming the unknown one.
    """
    pictures = WHOLE_VIEWS if whole else VIEWS
    known = pictures if modality == "image" else {ORIGINAL: _original}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise PlanError(
            f"The training asks for the view {unknown[0]!r}; accepted: {', '.join(known)}. Correct "
            "it in the plan."
        )
