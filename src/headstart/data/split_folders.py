"""Recognise a folder that holds a training and a test folder."""

from __future__ import annotations

import os
from pathlib import Path

from headstart.data.walk import entries

#: Names that people give to the parts of a data set.
SPLIT_NAMES = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
_TEST_NAMES = frozenset({"test", "val", "valid", "validation"})


def find_split_folders(path: str | os.PathLike[str]) -> tuple[Path, Path] | None:
    """The training and the test folder inside ``path``.

    Returns
    -------
    tuple of Path or None
        None unless ``path`` holds exactly two visible folders, ``train`` and one of ``test``,
        ``val``, ``valid`` or ``validation``, and both hold class folders.
    """
    root = Path(path)
    try:
        folders, _ = entries(os.fspath(root))
        by_name = {name.lower(): root / name for name in folders}
        tests = _TEST_NAMES & by_name.keys()
        if len(folders) != 2 or "train" not in by_name or len(tests) != 1:
            return None
        pair = by_name["train"], by_name[next(iter(tests))]
        return pair if all(entries(os.fspath(part))[0] for part in pair) else None
    except OSError:
        return None
