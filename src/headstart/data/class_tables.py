"""Tables of the classes of masks: names with their values or colours."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headstart.data.columns import find_by_name
from headstart.data.file_bytes import read_bytes
from headstart.data.json_document import kind_of, read_json
from headstart.data.mask_pixels import colour_name
from headstart.data.printable import printable
from headstart.data.table_files import PARQUET_ENDINGS, read_table_file
from headstart.data.written_boxes import number_of
from headstart.errors import InputError, UnreadableInputError

_ACCEPTED = (
    "Accepted are a CSV file with the columns name, r, g, b or index, name; a text file with a "
    'name, or a colour and a name ("64 128 64 Animal"), on each line; or JSON such as '
    '["sky", "road"], {"0": "sky"} or {"sky": [128, 128, 128]}.'
)
_NAMES = ("name", "class", "label", "class_name", "category")
_INDICES = ("index", "id", "value", "code", "number")


@dataclass(frozen=True)
class ClassTable:
    """Classes of masks, in the order of their codes.

    Parameters
    ----------
    names : tuple of str
    values : tuple of int
        What stands in the masks for each.
    colours : tuple of int or None
        Packed colours; None: the table names none.
    """

    names: tuple[str, ...]
    values: tuple[int, ...]
    colours: tuple[int, ...] | None = None


def class_table(classes: str | os.PathLike[str] | Sequence[str]) -> ClassTable:
    """The classes in a file, or those that are named.

    Parameters
    ----------
    classes : path-like, or sequence of str
        A sequence names the values 0, 1, 2 ... in turn, unless all names are whole numbers: then
        these are the values.

    Raises
    ------
    InputError
        If the file cannot be understood, or two classes have a name, a value or a colour in common.

    Examples
    --------
    >>> class_table(["sky", "road"])
    ClassTable(names=('sky', 'road'), values=(0, 1), colours=None)
    >>> class_table(["0", "255"]).values
    (0, 255)
    """
    if isinstance(classes, (str, os.PathLike)):
        path = os.fsdecode(classes)
        table = _from_file(path)
        _check(table, f"of '{printable(path)}'")
        return table
    names = tuple(str(name) for name in classes)
    numbers = all(name.isascii() and name.isdigit() and len(name) < 10 for name in names)
    values = tuple(int(name) for name in names) if numbers else tuple(range(len(names)))
    table = ClassTable(names, values)
    _check(table, "given")
    return table


def _from_file(path: str) -> ClassTable:
    ending = os.path.splitext(path)[1].lower()
    if ending == ".json":
        return _from_json(path, read_json(path, _ACCEPTED))
    if ending in (".csv", ".tsv", *PARQUET_ENDINGS):
        return _from_table(path)
    return _from_lines(path)


def _from_json(path: str, document: Any) -> ClassTable:
    if isinstance(document, Mapping) and isinstance(document.get("classes"), (list, Mapping)):
        document = document["classes"]
    if isinstance(document, Mapping):
        entries = [_pair(key, value) for key, value in document.items()]
    elif isinstance(document, list):
        entries = [
            {"index": place, "name": one} if isinstance(one, str) else one
            for place, one in enumerate(document)
        ]
    else:
        raise _refusal(path, f"it holds {kind_of(document)}")
    if not all(isinstance(one, Mapping) for one in entries):
        raise _refusal(path, "it mixes names and other things")
    return _from_entries(path, entries)


def _pair(key: str, value: Any) -> Mapping[str, Any]:
    """An entry from index and name, name and index, or name and colour."""
    if isinstance(value, str):
        return {"index": key, "name": value}
    return {"name": key, "color" if isinstance(value, list) else "index": value}


def _from_table(path: str) -> ClassTable:
    table = read_table_file(path)
    columns = {column: table.cells(column) for column in table.columns}
    rows = [row for row in range(len(table)) if row not in table.blank]
    return _from_entries(
        path, [{name: cells[row] for name, cells in columns.items()} for row in rows]
    )


def _from_lines(path: str) -> ClassTable:
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
    except UnreadableInputError as error:
        raise InputError(f"The classes in '{printable(path)}' cannot be read: {error}.") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, f"its byte {error.start} is not UTF-8 text") from error
    filled = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    if filled and all(len(words) > 3 and _colour(words[:3]) is not None for words in filled):
        entries: list[dict[str, Any]]
        entries = [{"color": words[:3], "name": " ".join(words[3:])} for words in filled]
    else:
        entries = [{"index": n, "name": " ".join(words)} for n, words in enumerate(filled)]
    return _from_entries(path, entries)


def _from_entries(path: str, entries: Sequence[Mapping[str, Any]]) -> ClassTable:
    found = [_entry(path, place, entry) for place, entry in enumerate(entries, start=1)]
    indexed = [index is not None for _, index, _ in found]
    coloured = [colour is not None for _, _, colour in found]
    for given, what in ((indexed, "index"), (coloured, "colour")):
        if any(given) and not all(given):
            raise _refusal(path, f"entry {given.index(False) + 1} has no {what}, others have one")
    if any(indexed):
        found.sort(key=lambda entry: entry[1] or 0)
    names = tuple(name for name, _, _ in found)
    values = tuple(place if index is None else index for place, (_, index, _) in enumerate(found))
    colours = tuple(colour or 0 for _, _, colour in found) if any(coloured) else None
    return ClassTable(names, values, colours)


def _entry(path: str, place: int, entry: Mapping[str, Any]) -> tuple[str, int | None, int | None]:
    """Name, index and packed colour."""
    name_key = find_by_name(entry, _NAMES)
    name = entry[name_key] if name_key is not None else None
    if not isinstance(name, str) or not name.strip():
        raise _refusal(path, f"entry {place} has no name")
    index_key = find_by_name(entry, _INDICES)
    index = None
    if index_key is not None:
        number = number_of(entry[index_key])
        if number is None or number != number // 1 or not 0 <= number <= 65535:
            seen = repr(entry[index_key])
            raise _refusal(path, f"the index of '{name}' is {seen:.40}, no whole number from 0")
        index = int(number)
    return name.strip(), index, _entry_colour(path, name, entry)


def _entry_colour(path: str, name: str, entry: Mapping[str, Any]) -> int | None:
    whole = find_by_name(entry, ("color", "colour", "rgb"))
    parts: Any = entry[whole] if whole is not None else None
    if parts is None:
        keys = [find_by_name(entry, (letter, word)) for letter, word in _CHANNELS]
        if None in keys:
            return None
        parts = [entry[key] for key in keys if key is not None]
    if isinstance(parts, str):
        parts = parts.replace(",", " ").strip("()[] ").split()
    colour = _colour(parts) if isinstance(parts, list) else None
    if colour is None:
        shown = f"{parts!r:.60}"
        raise _refusal(path, f"the colour of '{name}' is {shown}, not three numbers of 0 to 255")
    return colour


_CHANNELS = (("r", "red"), ("g", "green"), ("b", "blue"))


def _colour(parts: Sequence[Any]) -> int | None:
    numbers = [number_of(part) for part in parts]
    channels = [int(n) for n in numbers if n is not None and n == n // 1 and 0 <= n <= 255]
    if len(channels) != 3 or len(parts) != 3:
        return None
    return channels[0] << 16 | channels[1] << 8 | channels[2]


def _check(table: ClassTable, where: str) -> None:
    if not table.names:
        raise InputError(f"The classes {where} are none. {_ACCEPTED}")
    colours = [colour_name(colour) for colour in table.colours or ()]
    for what, listed in (("name", table.names), ("value", table.values), ("colour", colours)):
        seen = [str(one) for one in listed]
        twice = next((one for place, one in enumerate(seen) if one in seen[:place]), None)
        if twice is not None:
            places = [place for place, one in enumerate(seen) if one == twice]
            entries = " and ".join(str(place + 1) for place in places[:2])
            raise InputError(
                f"The classes {where} have the same {what} twice: '{twice}', at entries {entries}. "
                "Give each class its own."
            )


def _refusal(path: str, reason: str) -> InputError:
    return InputError(
        f"The table of classes '{printable(path)}' cannot be used: {reason}. {_ACCEPTED}"
    )
