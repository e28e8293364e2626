"""Names that can be shown, whatever bytes a file system holds."""

from __future__ import annotations

import os
import unicodedata


def printable(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    r"""The name of a file as text that every terminal, CSV and JSON file can hold.

    Bytes that are not UTF-8 and control characters (a line break, the start of a colour sequence)
    become backslash escapes; everything else stays.

    Examples
    --------
    >>> printable("cats/Müsli 猫.jpg")
    'cats/Müsli 猫.jpg'
    >>> print(printable(b"cats/\xff\n.jpg"))
    cats/\xff\x0a.jpg
    """
    text = os.fsdecode(path)
    if text.isprintable():
        return text
    return "".join(_escape(letter) for letter in text)


def label_of(folder_name: str) -> str:
    """The label that a class folder stands for.

    The name is brought to Unicode's composed form (NFC), because macOS writes names decomposed:
    else ``é`` from a Mac and ``é`` from elsewhere would be two classes.
    """
    return unicodedata.normalize("NFC", printable(folder_name))


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(letter) == "Cc":
        return f"\\x{code:02x}"
    if unicodedata.category(letter) == "Cs":
        return f"\\u{code:04x}"
    return letter
