"""Pictures that a table names: by path, or by a name that says neither folder nor ending."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.printable import printable
from headstart.errors import InputError

#: Where pictures lie beside their table.
_FOLDERS = ("", "images")
_Row = TypeVar("_Row")


def find_pictures(table: str, names: Mapping[_Row, str | None]) -> dict[_Row, str]:
    """The path of each picture, whether there is a file or not.

    Parameters
    ----------
    table : str
        Path of the table, whose folder relative paths start from.
    names : mapping of row to str
        As the table writes them.

    Raises
    ------
    InputError
        If none of the files exists.
    """
    folder = os.path.dirname(table)
    found = {row: _path(folder, name) for row, name in names.items() if name is not None}
    if found and not any(map(os.path.lexists, found.values())):
        first = next(iter(found.values()))
        raise InputError(
            f"None of the {len(found)} files that '{printable(table)}' names exists; the first is "
            f"'{printable(first)}'. Relative paths are looked up from the folder of the table and "
            "from its folder 'images', with and without an ending such as .jpg: move the table "
            "there or correct its paths."
        )
    return found


def _path(folder: str, name: str) -> str:
    usual = os.path.join(folder, name)
    if os.path.lexists(usual) or os.path.isabs(name):
        return usual
    for place in _FOLDERS:
        for ending in ("", *PICTURE_ENDINGS):
            path = os.path.join(folder, place, name + ending)
            if os.path.isfile(path):
                return path
    return usual
