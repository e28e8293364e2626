"""Decode any picture into an upright 8-bit RGB one, or say in a few words why not."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from headstart.data.colours import to_rgb
from headstart.data.quiet_pillow import quiet_pillow
from headstart.errors import UnreadableInputError

#: Twice Pillow's own warning limit: where Pillow itself refuses by default.
MOST_PIXELS = 178_956_970

#: Formats that Pillow knows without loading all its plugins.
_COMMON = ("JPEG", "PNG", "GIF", "BMP", "PPM")
#: Formats that run another program (EPS) or that Pillow only names.
_REFUSED = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG", "FPX", "MIC"}

_MAGIC = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"RIFF": "WebP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
}

#: What telephones of Apple write, unless told to be compatible.
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: Orientations that swap width and height.
_ON_SIDE = range(5, 9)
#: Where a picture that was decoded smaller says how large it is.
_WHOLE_SIZE = "headstart:whole-size"


def open_image(
    source: bytes | Image.Image | NDArray[Any],
    at_least: int | None = None,
    most_pixels: int = MOST_PIXELS,
) -> Image.Image:
    """Decode into an upright RGB picture.

    Of an animation the first frame is taken. Transparent pixels are laid on white, deep pixels are
    scaled to 8 bits, and the EXIF orientation is applied. Nothing of Pillow's global state changes,
    and no Pillow warning is shown.

    Parameters
    ----------
    source : bytes, PIL.Image.Image or ndarray of shape (h, w) or (h, w, c), uint8
        The content of a file, a picture, or pixels with c of 1, 3 or 4.
    at_least : int or None
        A JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as its shorter side keeps this
        many pixels. None: full size.
    most_pixels : int
        What has more pixels is refused before they are decoded.

    Returns
    -------
    PIL.Image.Image
        In mode RGB. It is ``source`` itself when that is an upright RGB picture.

    Raises
    ------
    UnreadableInputError
        With a reason of a few words.

    Examples
    --------
    >>> open_image(np.zeros((2, 3), dtype=np.uint8)).size
    (3, 2)
    >>> open_image(b"hello")
    Traceback (most recent call last):
    ...
    headstart.errors.UnreadableInputError: not a picture: starts with b'hello'
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    with quiet_pillow(), _plain_reasons():
        image = source if isinstance(source, Image.Image) else _header(source)
        _refuse_too_large(image.size, most_pixels)
        stored = image.size
        if at_least is not None and not isinstance(source, Image.Image):
            image.draft(None, (at_least, at_least))
        is_smaller = image.size != stored
        _load(image)
        upright = to_rgb(_upright(image))
        if is_smaller:
            upright.info[_WHOLE_SIZE] = stored[::-1] if _orientation(image) in _ON_SIDE else stored
        return upright


def whole_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of the upright picture that :func:`open_image` read, however it decoded it.

    Examples
    --------
    >>> whole_size(open_image(np.zeros((2, 3), dtype=np.uint8)))
    (3, 2)
    """
    width, height = image.info.get(_WHOLE_SIZE, image.size)
    return int(width), int(height)


def check_header(content: bytes) -> None:
    """Look at the first bytes of a picture file without decoding its pixels.

    Raises
    ------
    UnreadableInputError
        If it is empty, not a picture, or has too many pixels.
    """
    with quiet_pillow(), _plain_reasons():
        _refuse_too_large(_header(content).size)


def open_stored(content: bytes) -> Image.Image:
    """Decode a picture file as it is stored: pixel format and orientation stay.

    Raises
    ------
    UnreadableInputError
        With a reason of a few words.
    """
    with quiet_pillow(), _plain_reasons():
        image = _header(content)
        _refuse_too_large(image.size)
        _load(image)
        return image


def stored_size(content: bytes) -> tuple[tuple[int, int], int]:
    """Width and height of a picture file as it is stored, and its EXIF orientation (1: upright).

    Only the header is decoded.

    Raises
    ------
    UnreadableInputError
        As :func:`check_header` does.
    """
    with quiet_pillow(), _plain_reasons():
        image = _header(content)
        _refuse_too_large(image.size)
        turn = _orientation(image)
        return image.size, turn if turn in _TURNS else 1


def turned(image: Image.Image, turn: int) -> Image.Image:
    """The picture as its EXIF orientation asks for; itself where that is 1."""
    return image if turn == 1 else image.transpose(_TURNS[turn])


@contextmanager
def _plain_reasons() -> Iterator[None]:
    """Turn whatever Pillow and its decoders raise into a reason of a few words."""
    try:
        yield
    except UnreadableInputError:
        raise
    except MemoryError as error:
        raise UnreadableInputError("more memory is needed to decode it than there is") from error
    except Image.DecompressionBombError as error:
        raise UnreadableInputError(f"too many pixels: {error}") from error
    except Exception as error:  # damaged files raise nearly every kind, SyntaxError included
        raise UnreadableInputError(_reason(error)) from error


def _reason(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    short = isinstance(error, (EOFError, struct.error, IndexError)) or any(
        sign in text.lower() for sign in ("truncat", "broken data stream", "not enough", "eof")
    )
    return f"cut short: {text}" if short else f"cannot be decoded: {text}"


def _header(content: bytes) -> Image.Image:
    """Open without decoding the pixels."""
    if not content:
        raise UnreadableInputError("empty file (0 bytes)")
    try:
        return Image.open(BytesIO(content), formats=_COMMON)
    except UnidentifiedImageError:
        pass
    except Image.DecompressionBombError as error:
        raise _bomb(content, error) from error
    try:
        return Image.open(BytesIO(content), formats=_other_formats())
    except UnidentifiedImageError as error:
        raise UnreadableInputError(_unknown(content)) from error
    except Image.DecompressionBombError as error:
        raise _bomb(content, error) from error


def _other_formats() -> list[str]:
    Image.init()
    return [name for name in Image.ID if name not in _COMMON and name not in _REFUSED]


def _unknown(content: bytes) -> str:
    for magic, name in _MAGIC.items():
        if content.startswith(magic):
            return f"cut short or damaged: starts like a {name} file but has no whole header"
    if content[4:12] in _HEIC:
        return "a HEIC picture, which Pillow cannot read; save it as JPEG"
    if not content.strip(b"\0"):
        return f"not a picture: all {len(content)} bytes are zero"
    return f"not a picture: starts with {content[:16]!r}"


def _bomb(content: bytes, error: Exception) -> UnreadableInputError:
    """Pillow's own refusal does not tell width and height; its plugins do."""
    for name in Image.ID:
        plugin, accepts = Image.OPEN[name]
        try:
            if name not in _REFUSED and accepts is not None and accepts(content[:16]):
                return UnreadableInputError(_too_large(plugin(BytesIO(content), "").size))
        except Exception:  # not of this format, or unreadable even so
            continue
    return UnreadableInputError(f"too many pixels: {error}")


def _refuse_too_large(size: tuple[int, int], most: int = MOST_PIXELS) -> None:
    if size[0] * size[1] > most:
        raise UnreadableInputError(_too_large(size, most))
    if size[0] * size[1] == 0:
        raise UnreadableInputError(f"{size[0]} x {size[1]} pixels; at least 1 x 1 is needed")


def _too_large(size: tuple[int, int], most: int = MOST_PIXELS) -> str:
    return f"{size[0]} x {size[1]} pixels; at most {most} are accepted"


def _load(image: Image.Image) -> None:
    """Decode the pixels, and refuse a file that ends before they do."""
    if ImageFile.LOAD_TRUNCATED_IMAGES and isinstance(image, ImageFile.ImageFile) and image.tile:
        _refuse_early_end(image)
    image.load()


def _refuse_early_end(image: ImageFile.ImageFile) -> None:
    """Undo, for this picture alone, the global switch that fills up a cut file with grey."""
    if image.fp is None:
        return
    read = getattr(image, "load_read", image.fp.read)

    def read_or_refuse(count: int) -> bytes:
        try:
            content: bytes = read(count)
        except (IndexError, struct.error) as error:
            raise UnreadableInputError("cut short: image file is truncated") from error
        if not content or hasattr(image, "_ended"):
            raise UnreadableInputError("cut short: image file is truncated")
        return content

    image.load_read = read_or_refuse  # type: ignore[attr-defined]


def _upright(image: Image.Image) -> Image.Image:
    turn = _orientation(image)
    return turned(image, turn) if turn in _TURNS else image


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF says nothing about the pixels, which are whole
        return 1


def _from_array(array: NDArray[Any]) -> Image.Image:
    squeezed = array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array
    colours = squeezed.shape[2:]
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or colours not in ((), (3,), (4,)):
        raise UnreadableInputError(
            f"an array of dtype {array.dtype} and shape {array.shape}; accepted: uint8 of shape "
            "(h, w), (h, w, 1), (h, w, 3) or (h, w, 4)"
        )
    _refuse_too_large((array.shape[1], array.shape[0]))
    return to_rgb(Image.fromarray(np.ascontiguousarray(squeezed)))
