"""Read one JSON document from a file."""

from __future__ import annotations

import json
from typing import Any

from headstart.data.file_bytes import read_bytes
from headstart.data.printable import printable
from headstart.errors import InputError, UnreadableInputError


def read_json(path: str, accepted: str) -> Any:
    """What a JSON file holds.

    Parameters
    ----------
    path : str
    accepted : str
        What is accepted, for the message: a sentence.

    Raises
    ------
    InputError
        If it cannot be read or is no JSON.
    """
    try:
        return json.loads(read_bytes(path))
    except UnreadableInputError as error:
        raise InputError(f"The file '{printable(path)}' cannot be read: {error}.") from error
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise _refusal(path, reason, accepted) from error
    except UnicodeDecodeError as error:
        reason = f"its byte {error.start} is not UTF-8 text"
        raise _refusal(path, reason, accepted) from error
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, a thousand brackets
        raise _refusal(path, str(error).splitlines()[0][:80], accepted) from error


def kind_of(value: Any) -> str:
    """What a value of JSON is, in a word.

    Examples
    --------
    >>> kind_of([1]), kind_of(7), kind_of(None)
    ('a list', 'a number', 'null')
    """
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "a number")


def _refusal(path: str, reason: str, accepted: str) -> InputError:
    return InputError(
        f"The file '{printable(path)}' is not JSON that can be read: {reason}. {accepted}"
    )
