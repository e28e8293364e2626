"""Read JSON lines: a record on each line, whatever is wrong with the others."""

from __future__ import annotations

import json
from typing import Any


def read_records(content: bytes) -> tuple[list[dict[str, Any]], dict[int, str], frozenset[int]]:
    r"""A record for each line.

    Returns
    -------
    list of dict
        Empty where the line holds no record.
    dict of int to str
        Lines, counted from 0, that hold something else, and what.
    frozenset of int
        Lines without anything.

    Examples
    --------
    >>> records, faults, blank = read_records(b'{"text": "fine"}\n\n[1]\n{"text')
    >>> records
    [{'text': 'fine'}, {}, {}, {}]
    >>> faults
    {2: 'not a JSON record: [1]', 3: 'not JSON: unterminated string'}
    >>> sorted(blank)
    [1]
    """
    records: list[dict[str, Any]] = []
    faults: dict[int, str] = {}
    blank: set[int] = set()
    for row, line in enumerate(_lines(content)):
        record: dict[str, Any] = {}
        if not line.strip():
            blank.add(row)
        else:
            value = _value(line)
            if isinstance(value, dict):
                record = value
            else:
                faults[row] = value
        records.append(record)
    return records, faults, frozenset(blank)


def _lines(content: bytes) -> list[bytes]:
    """Line by line, so that one that is no UTF-8 spoils no other."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n").split(b"\n")


def _value(line: bytes) -> dict[str, Any] | str:
    """The record, or what is wrong."""
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError:
        return "not UTF-8 text"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" starting at")
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, a thousand brackets
        return f"not JSON that can be read: {str(error).splitlines()[0]:.60}"
    return value if isinstance(value, dict) else f"not a JSON record: {json.dumps(value):.40}"
