"""Pictures that a data set can hold: files, Pillow images and arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.file_bytes import read_bytes
from headstart.data.fingerprints import fingerprint_array, fingerprint_bytes
from headstart.data.images import open_image
from headstart.data.printable import printable
from headstart.errors import UnreadableInputError

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class FileItem:
    """A picture file.

    Parameters
    ----------
    path : str
        Where it lies. It may hold bytes that are no text; ``name`` can always be shown.
    fingerprint : bytes
        Hash of the file's bytes, taken when the data set was read.
    """

    path: str
    fingerprint: bytes

    @property
    def name(self) -> str:
        """The path, with what cannot be shown escaped."""
        return printable(self.path)

    def open(self, at_least: int | None = None) -> Image.Image:
        """Read and decode the file; see :func:`~headstart.data.images.open_image`.

        A file that changed since its fingerprint was taken is refused: what is computed from it
        would be kept under the name of the old content.
        """
        content = read_bytes(self.path)
        if fingerprint_bytes(content) != self.fingerprint:
            raise UnreadableInputError("changed while the data set was being read; run it again")
        return open_image(content, at_least)


@dataclass(frozen=True, slots=True)
class PictureItem:
    """A Pillow image that the user holds."""

    name: str
    picture: Image.Image
    fingerprint: bytes

    @classmethod
    def of(cls, picture: Image.Image, name: str) -> PictureItem:
        """Take the fingerprint of the upright RGB picture.

        Raises
        ------
        UnreadableInputError
            If Pillow cannot load it.
        """
        upright = open_image(picture)
        return cls(name, picture, fingerprint_array(np.asarray(upright)))

    def open(self, at_least: int | None = None) -> Image.Image:
        """The picture, upright and in RGB."""
        return open_image(self.picture)


@dataclass(frozen=True, slots=True, eq=False)
class ArrayItem:
    """A picture as numbers: uint8 of shape (h, w) or (h, w, c) with c of 1, 3 or 4."""

    name: str
    array: NDArray[Any]
    fingerprint: bytes

    @classmethod
    def of(cls, array: NDArray[Any], name: str) -> ArrayItem:
        """Take the fingerprint of dtype, shape and values."""
        return cls(name, array, fingerprint_array(array))

    def open(self, at_least: int | None = None) -> Image.Image:
        """The picture in RGB."""
        return open_image(self.array)
