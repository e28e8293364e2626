"""How a picture becomes what a source's network expects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.placement import Placement
from headstart.errors import InputError, SourceError

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

#: Pillow's resampling filters by the names that source facts use.
INTERPOLATIONS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Preprocessing:
    """The facts about pixels that belong to a source's weights.

    Parameters
    ----------
    size : tuple of int
        Height and width that the network reads, in pixels.
    crop_fraction : float
        Share of the shorter side that the central crop keeps, above 0 and at most 1.
    interpolation : str
        One of :data:`INTERPOLATIONS`.
    mean, std : tuple of 3 float
        Per channel, for pixel values between 0 and 1.
    whole : bool
        Whether the whole picture is seen, with the mean colour around it, rather than its central
        crop: what is asked about places must lose none.

    Examples
    --------
    >>> facts = Preprocessing((224, 224), 0.875, "bicubic", (0.5,) * 3, (0.5,) * 3)
    >>> Preprocessing.from_dict(facts.to_dict()) == facts
    True
    >>> facts.shorter_side
    256
    """

    size: tuple[int, int]
    crop_fraction: float
    interpolation: str
    mean: Triple
    std: Triple
    whole: bool = False

    def __post_init__(self) -> None:
        if not all(side >= 1 for side in self.size):
            raise _wrong("size", self.size, "two whole numbers of at least 1")
        if not 0 < self.crop_fraction <= 1:
            raise _wrong("crop_fraction", self.crop_fraction, "a number above 0 and at most 1")
        if self.interpolation not in INTERPOLATIONS:
            raise _wrong("interpolation", self.interpolation, ", ".join(INTERPOLATIONS))
        if not all(value > 0 for value in self.std):
            raise _wrong("std", self.std, "three numbers above 0")

    @property
    def shorter_side(self) -> int:
        """Pixels that a decoded picture's shorter side should have so that nothing is enlarged."""
        return math.ceil(max(self.size) / self.crop_fraction)

    def crop_box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge of the central crop of a picture, in its pixels.

        Examples
        --------
        >>> Preprocessing((8, 8), 0.5, "box", (0.0,) * 3, (1.0,) * 3).crop_box(20, 16)
        (6.0, 4.0, 14.0, 12.0)
        """
        rows, columns = self.size
        scale = min(width / columns, height / rows) * self.crop_fraction
        left, upper = (width - columns * scale) / 2, (height - rows * scale) / 2
        return left, upper, left + columns * scale, upper + rows * scale

    def pixels(self, image: Image.Image) -> NDArray[np.uint8]:
        """Crop the centre and resize, in one call.

        Parameters
        ----------
        image : PIL.Image.Image
            An upright RGB picture.

        Returns
        -------
        ndarray of shape (height, width, 3), uint8

        Raises
        ------
        InputError
            If the picture is not RGB.
        """
        from PIL.Image import Resampling

        if image.mode != "RGB":
            raise InputError(
                f"The picture has mode {image.mode!r}; accepted: 'RGB'. "
                "Convert it first with image.convert('RGB')."
            )
        resample = Resampling[self.interpolation.upper()]
        if self.whole:
            return self.placed(image, Placement.fit(image.size, self.size))
        rows, columns = self.size
        return np.asarray(image.resize((columns, rows), resample, box=self.crop_box(*image.size)))

    def placed(self, image: Image.Image, placement: Placement) -> NDArray[np.uint8]:
        """What a placement shows of a picture, shape (height, width, 3); mean colour around it."""
        red, green, blue = (round(255 * value) for value in self.mean)
        return placement.pixels(image, self.interpolation, (red, green, blue))

    def normalise(self, batch: Tensor) -> Tensor:
        """What the network reads: the same arithmetic that the engines put into their graph.

        Parameters
        ----------
        batch : Tensor of shape (n, height, width, 3), uint8

        Returns
        -------
        Tensor of shape (n, 3, height, width), float32
            ``(batch / 255 - mean) / std``.
        """
        channels_first = batch.permute(0, 3, 1, 2).float() / 255
        mean = channels_first.new_tensor(self.mean).view(1, 3, 1, 1)
        std = channels_first.new_tensor(self.std).view(1, 3, 1, 1)
        return (channels_first - mean) / std

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for the activation key."""
        plain = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }
        if not self.whole:  # as it was written before there was a choice: keys stay the same
            del plain["whole"]
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Preprocessing:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        SourceError
            If a key is missing or unknown, or a value is not accepted.
        """
        try:
            known: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in plain.items()
            }
            return cls(**known)
        except (TypeError, AttributeError) as error:
            raise SourceError(
                f"The preprocessing of a source cannot be understood: {error}. Accepted keys: "
                f"{', '.join(cls.__dataclass_fields__)}. Take it from an unchanged manifest."
            ) from error


def _wrong(what: str, value: object, accepted: str) -> SourceError:
    return SourceError(
        f"The {what} of a source's preprocessing is {value!r}; accepted: {accepted}. "
        "Correct the source's facts."
    )
