"""The state before the first stage: pixels, kept so that a picture is decoded once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from headstart.activations.encoder import Done
from headstart.activations.key import ActivationKey
from headstart.activations.views import ORIGINAL, see
from headstart.backbones.preprocessing import Preprocessing

if TYPE_CHECKING:
    from PIL import Image

#: Name of the only output.
PIXELS = "pixels"


class PixelEncoder:
    """Crops and resizes; nothing is computed.

    Parameters
    ----------
    preprocessing : Preprocessing
        Of the source.
    view : str
        One of :data:`~headstart.activations.views.VIEWS`.
    """

    def __init__(self, preprocessing: Preprocessing, view: str = ORIGINAL) -> None:
        self._preprocessing = preprocessing
        self._view = view

    def with_view(self, view: str) -> PixelEncoder:
        """The same pixels, seen in another way."""
        return PixelEncoder(self._preprocessing, view)

    @property
    def key(self) -> ActivationKey:
        """What the rows depend on: not on any weights, so all sources of a size share them.

        Around a whole picture stands the mean colour of its source.
        """
        facts = {**self._preprocessing.to_dict(), "std": None}
        if not self._preprocessing.whole:
            facts["mean"] = None
        return ActivationKey(
            source="pixels",
            weights="none",
            preprocessing=json.dumps(facts, sort_keys=True),
            engine="pillow",
            precision="u8",
            outputs=(PIXELS,),
            kept="state",
            view=self._view,
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Height times width times 3."""
        height, width = self._preprocessing.size
        return (height * width * 3,)

    @property
    def smallest_side(self) -> int:
        """The crop must still have as many pixels as the network reads."""
        return self._preprocessing.shorter_side

    def prepare(self, sample: Image.Image) -> NDArray[Any]:
        """The row itself, uint8 of shape (height * width * 3,)."""
        return see(self._view, self._preprocessing, sample).reshape(-1)

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Nothing is left to compute."""
        done(prepared)

    def finish(self) -> None:
        """Nothing is under way."""
