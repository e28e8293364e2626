"""Names of classes in files that other tools leave beside their annotations."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from headstart.data.file_bytes import read_bytes
from headstart.data.printable import printable
from headstart.errors import InputError, UnreadableInputError

_TEXTS = ("classes.txt", "obj.names")
_YAMLS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")


@dataclass(frozen=True)
class ClassNames:
    """Names in the order of the numbers that stand for them, and the file that says so."""

    names: tuple[str, ...]
    file: str


def find_class_names(folders: Iterable[str]) -> ClassNames | None:
    """The names in the first file of names in any of ``folders``; None where there is none.

    Looked for are ``data.yaml``, ``dataset.yaml``, ``classes.txt`` and ``obj.names``.

    Raises
    ------
    InputError
        If the file that is found cannot be read, or names a class twice.
    """
    for folder in folders:
        for name in (*_YAMLS, *_TEXTS):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return read_class_names(path)
    return None


def read_class_names(path: str) -> ClassNames:
    """Names from a text file, one a line, or from the key ``names`` of a YAML file.

    Raises
    ------
    InputError
        If it cannot be read, holds no name, or the same one twice.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnreadableInputError as error:
        raise InputError(f"The names in '{printable(path)}' cannot be read: {error}.") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, f"its byte {error.start} is not UTF-8 text") from error
    if path.lower().endswith((".yaml", ".yml")):
        names = _from_yaml(path, text)
    else:
        names = [line.strip() for line in text.rstrip().splitlines()]
    if not names or not all(names):
        raise _refusal(path, "a name is missing" if names else "it holds none")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refusal(path, f"it names '{twice[0]}' twice")
    return ClassNames(tuple(names), printable(os.path.basename(path)))


def _from_yaml(path: str, text: str) -> list[str]:
    import yaml

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise _refusal(path, f"it is no YAML that can be read ({reason})") from error
    names = document.get("names") if isinstance(document, dict) else None
    listed = _in_order(names) if isinstance(names, dict) else names
    if not isinstance(listed, list):
        raise _refusal(path, "it has no list 'names'")
    return [str(name).strip() if isinstance(name, (str, int)) else "" for name in listed]


def _in_order(names: dict[Any, Any]) -> list[Any] | None:
    """Values of the keys 0, 1, 2 ...; None where the keys are others."""
    places = [place for place in range(len(names)) if place in names]
    return [names[place] for place in places] if len(places) == len(names) else None


def _refusal(path: str, reason: str) -> InputError:
    return InputError(
        f"The names of the classes in '{printable(path)}' cannot be used: {reason}. Accepted is a "
        "text file with one name a line, or a YAML file with a list 'names'."
    )
