"""Choices that were made by measuring, kept on disk: a later run makes the same ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from headstart.activations.place import cache_folder
from headstart.files import to_json, write_atomically

#: Raised when keys or ways change their meaning: what stands in an older file is then forgotten.
_FORMAT = 1
#: Milliseconds by the name of a way.
Times = dict[str, float]


@dataclass(frozen=True)
class Choice:
    """The way that was taken, and how long each that was tried took.

    Parameters
    ----------
    way : str
        Its name.
    milliseconds : dict of str to float
        By name of a way; empty where there was nothing to choose from.
    """

    way: str
    milliseconds: Times = field(default_factory=dict)


class RememberedChoices:
    """A JSON file with a choice by key.

    A file that cannot be read holds no choices, and one that cannot be written is not: both cost
    another measurement and nothing else.

    Parameters
    ----------
    path : Path or None
        None: ``kernel-choices.json`` below the cache folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     choices = RememberedChoices(Path(folder) / "choices.json")
    ...     choices.add({"a layer": Choice("native", {"native": 1.5})})
    ...     choices.read()
    {'a layer': Choice(way='native', milliseconds={'native': 1.5})}
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = cache_folder() / "kernel-choices.json" if path is None else path

    def read(self) -> dict[str, Choice]:
        """All choices that can be read."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            return {}
        entries = content.get("choices")
        found = entries.items() if isinstance(entries, dict) else ()
        choices = {key: _choice(entry) for key, entry in found}
        return {key: choice for key, choice in choices.items() if choice is not None}

    def add(self, new: dict[str, Choice]) -> None:
        """Write more of them beside what another process wrote meanwhile."""
        entries = {
            key: {"way": choice.way, "milliseconds": choice.milliseconds}
            for key, choice in sorted({**self.read(), **new}.items())
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, to_json({"format": _FORMAT, "choices": entries}))
        except OSError:
            return


def _choice(entry: object) -> Choice | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("way"), str):
        return None
    times = entry.get("milliseconds")
    if not isinstance(times, dict) or not all(isinstance(ms, int | float) for ms in times.values()):
        return None
    return Choice(entry["way"], {name: float(ms) for name, ms in times.items()})
