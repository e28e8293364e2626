"""Texts without labels: a sentence a line of a text file, or a column of a table."""

from __future__ import annotations

import os
from itertools import islice

from headstart.data.columns import LABEL_NAMES, PATH_NAMES, TEXT_NAMES, find_by_name
from headstart.data.dataset import Dataset
from headstart.data.file_bytes import read_bytes
from headstart.data.printable import printable
from headstart.data.table_files import TABLE_ENDINGS, read_table_file
from headstart.data.text_signs import are_paths
from headstart.data.text_tables import sift_table
from headstart.data.texts import Sifted, sift_texts
from headstart.errors import InputError, UnreadableInputError
from headstart.progress import Progress, silent

#: Of a table as well as of a list of sentences.
_LINES_ENDING = ".txt"
#: Lines by which a text file is told from a list of pictures.
_LOOKED_AT = 20


def is_text_file(path: str | os.PathLike[str], text_column: str | None = None) -> bool:
    """Whether a file holds texts rather than paths of pictures.

    Parameters
    ----------
    path : path-like
        A table with a column of texts and none of paths, or a text file whose lines are no files.
    text_column : str or None
        Where the user names one, the table holds texts.

    Raises
    ------
    InputError
        If a table cannot be read.
    """
    name = os.fsdecode(path)
    if not name.lower().endswith(TABLE_ENDINGS) or not os.path.isfile(name):
        return False
    if text_column is not None:
        return True
    if is_list_of_lines(name):
        return not are_paths(_beside(name))
    columns = read_table_file(name).columns
    return (
        find_by_name(columns, PATH_NAMES) is None and find_by_name(columns, TEXT_NAMES) is not None
    )


def read_unlabelled_texts(
    path: str | os.PathLike[str], text_column: str | None = None, progress: Progress = silent
) -> Dataset:
    """Read the sentences of a text file, one a line, or the texts of a table.

    Parameters
    ----------
    path : path-like
        A ``.txt`` file is read line by line, unless its first line names a column of texts or of
        paths, or ``text_column`` is given: then it is a table.
    text_column : str or None
        None: found by name.
    progress : Progress, optional
        Told how many were read.

    Returns
    -------
    Dataset
        Without labels. Lines without a text or that cannot be decoded are in ``quarantined``; an
        empty line at the end of a text file is none.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or has no such column.
    """
    return sift_file(os.fsdecode(path), text_column, progress).dataset()


def sift_file(name: str, text_column: str | None = None, progress: Progress = silent) -> Sifted:
    """The texts by their line or row; see :func:`read_unlabelled_texts`."""
    if text_column is not None or not is_list_of_lines(name):
        return sift_table(read_table_file(name), text_column, None, progress)
    shown = printable(name)
    lines = split_lines(_content(name))
    if not lines:
        raise InputError(f"The file '{shown}' is empty. Give each sentence a line.")
    return sift_texts(lines, lambda row: f"{shown}, row {row + 1}", progress=progress)


def split_lines(content: bytes) -> list[str]:
    r"""Lines of UTF-8 text (or UTF-16 with a byte order mark), without their ends.

    A byte that is no UTF-8 is carried along as :func:`os.fsdecode` does it, so that the line can be
    told apart, and a path with such a byte is found.

    Examples
    --------
    >>> split_lines(b"slow\r\n\nfine")
    ['slow', '', 'fine']
    """
    text = decode(content)
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def decode(content: bytes) -> str:
    """Text in UTF-8, or in UTF-16 with a byte order mark; see :func:`split_lines`."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def is_list_of_lines(name: str) -> bool:
    """Whether it is a text file whose first line is no line of column names."""
    if not name.lower().endswith(_LINES_ENDING):
        return False
    first = next(iter(split_lines(_content(name))), "")
    names = first.replace(";", "\t").replace("|", "\t").replace(",", "\t").split("\t")
    known = find_by_name(names, (*TEXT_NAMES, *PATH_NAMES, *LABEL_NAMES))
    return known is None or any(len(name.split()) > 1 for name in names)


def _beside(name: str) -> list[str]:
    """The first lines as paths from the folder that the file lies in."""
    lines = (line.strip() for line in split_lines(_content(name)))
    folder = os.path.dirname(name)
    return [os.path.join(folder, line) for line in islice(filter(None, lines), _LOOKED_AT)]


def _content(name: str) -> bytes:
    try:
        return read_bytes(name)
    except UnreadableInputError as error:
        raise InputError(f"The file '{printable(name)}' cannot be read: {error}.") from error
