"""Find the pictures that an annotation file names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.walk import entries

_USUAL = ("images", "JPEGImages")


class PicturePlaces:
    """Folders in which pictures are looked for, the first first.

    Parameters
    ----------
    folders : iterable of str
        Those that do not exist are passed over.
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self.folders = list(dict.fromkeys(os.path.normpath(folder) for folder in folders))
        self._listed: dict[str, dict[str, str]] = {}

    def find(self, name: str) -> str | None:
        """The picture called so: a path or a name, with its usual ending or without.

        A path from another machine is looked up by its last part.
        """
        plain = name.replace("\\", "/")
        wanted = [name, plain] if plain != name else [name]
        for one in [*wanted, re.split("[/:]", plain)[-1]]:
            for folder in self.folders:
                found = self._in(folder, one)
                if found is not None:
                    return found
        return None

    def find_or_expected(self, name: str) -> str:
        """The picture called so, or where it could be expected."""
        usual = (
            folder
            for folder in self.folders
            if os.path.basename(folder) in _USUAL and os.path.isdir(folder)
        )
        return self.find(name) or os.path.join(next(usual, self.folders[0]), name)

    def _in(self, folder: str, name: str) -> str | None:
        if not name or "\0" in name:
            return None
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
        if name.lower().endswith(PICTURE_ENDINGS):
            return None
        found = self._by_stem(os.path.dirname(path)).get(os.path.basename(path))
        return None if found is None else os.path.join(os.path.dirname(path), found)

    def _by_stem(self, folder: str) -> dict[str, str]:
        """Names of the pictures in a folder by what stands before their ending."""
        if folder not in self._listed:
            try:
                names = entries(folder)[1]
            except OSError:
                names = []
            pictures = [name for name in reversed(names) if name.lower().endswith(PICTURE_ENDINGS)]
            self._listed[folder] = {os.path.splitext(name)[0]: name for name in pictures}
        return self._listed[folder]
