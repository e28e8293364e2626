"""Features without any transfer: a small picture and its histogram of oriented gradients."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Done
from headstart.activations.key import ActivationKey

if TYPE_CHECKING:
    from PIL import Image

#: What a plan calls the source of these features.
CLASSICAL_SOURCE = "classical"
_SIDE = 64
_CELL = 8
_BINS = 9
_PIXELS = 16
_HOG_LENGTH = (_SIDE // _CELL - 1) ** 2 * 4 * _BINS


class ClassicalEncoder:
    """Colour pixels at 16 x 16 and HOG at 64 x 64 (Dalal and Triggs, *Histograms of oriented
    gradients for human detection*, 2005), by scikit-image.

    The classical baseline is a linear model on these. They are kept in the activation store like
    any other vector, so a second fit does not compute them again.
    """

    #: As the default source asks, so that one decoded picture serves both.
    smallest_side = 256
    sizes = (_PIXELS * _PIXELS * 3, _HOG_LENGTH)

    @property
    def key(self) -> ActivationKey:
        """What the vectors depend on."""
        return ActivationKey(
            source=CLASSICAL_SOURCE,
            weights="none",
            preprocessing=(
                f"pixels {_PIXELS}, hog {_SIDE}/{_CELL}/{_BINS}, square, bilinear, "
                f"decoded at {self.smallest_side}"
            ),
            engine=f"scikit-image {version('scikit-image')}",
            precision="f32",
            outputs=("pixels", "hog"),
        )

    def prepare(self, sample: Image.Image) -> NDArray[Any]:
        """The feature vector itself, float32 of shape (2532,)."""
        from PIL import Image as PillowImage
        from skimage.feature import hog

        square = sample.resize((_SIDE, _SIDE), PillowImage.Resampling.BILINEAR)
        small = np.asarray(square.resize((_PIXELS, _PIXELS), PillowImage.Resampling.BOX))
        gradients = hog(
            np.asarray(square.convert("L")),
            orientations=_BINS,
            pixels_per_cell=(_CELL, _CELL),
            cells_per_block=(2, 2),
        )
        return np.concatenate([small.reshape(-1) / 255.0, gradients]).astype(np.float32)

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Nothing is left to compute."""
        done(prepared)

    def finish(self) -> None:
        """Nothing is under way."""
