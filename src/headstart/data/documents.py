"""Texts in files of their own, one document a file."""

from __future__ import annotations

from collections.abc import Sequence

from headstart.data.file_bytes import read_bytes
from headstart.data.printable import printable
from headstart.data.sentences import decode
from headstart.data.texts import Sifted, sift_texts
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

DOCUMENT_ENDING = ".txt"


def are_documents(paths: Sequence[str]) -> bool:
    """Whether most of the files are texts by their names.

    Examples
    --------
    >>> are_documents(["good/1.txt", "bad/2.TXT", "bad/3.jpg"]), are_documents([])
    (True, False)
    """
    return 2 * sum(_is_document(path) for path in paths) > len(paths)


def sift_documents(paths: Sequence[str], progress: Progress = silent) -> Sifted:
    """Texts of the files by their place among ``paths``; other files are set aside."""
    texts: list[str] = []
    faults: dict[int, str] = {}
    for place, path in enumerate(paths):
        text = ""
        try:
            if _is_document(path):
                text = decode(read_bytes(path))
            else:
                faults[place] = f"not a text: accepted beside texts is {DOCUMENT_ENDING}"
        except UnreadableInputError as error:
            faults[place] = str(error)
        texts.append(text)
    return sift_texts(texts, lambda place: printable(paths[place]), faults, progress=progress)


def _is_document(path: str) -> bool:
    return path.lower().endswith(DOCUMENT_ENDING)
