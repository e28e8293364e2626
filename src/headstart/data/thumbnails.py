"""A small picture, for a page or for a run to keep."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

_BACKGROUND = (255, 255, 255)


def thumbnail(image: Image.Image, side: int = 160) -> bytes:
    r"""The picture as a JPEG file whose longer side has at most ``side`` pixels.

    Transparent places become white. The picture given is not changed and never enlarged.

    Parameters
    ----------
    image : PIL.Image.Image
        Any mode.
    side : int, default=160
        Pixels, at least 1.

    Returns
    -------
    bytes
        A JPEG file, RGB.

    Examples
    --------
    >>> thumbnail(Image.new("RGB", (400, 200)))[:2]
    b'\xff\xd8'
    """
    small = _on_white(image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    file = BytesIO()
    small.save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()


def data_uri(picture: bytes) -> str:
    r"""A picture file inside of a page.

    Examples
    --------
    >>> data_uri(b"\xff\xd8")
    'data:image/jpeg;base64,/9g='
    """
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(picture).decode('ascii')}"


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):  # convert() would clip 16 bits to 255 and show white
        image = image.convert("I").point(lambda level: level / 257).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB") if image.mode != "RGB" else image.copy()
    seen = image.convert("RGBA")
    sheet = Image.new("RGB", seen.size, _BACKGROUND)
    sheet.paste(seen, mask=seen.getchannel("A"))
    return sheet
