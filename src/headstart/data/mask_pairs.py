"""Which mask belongs to which picture: those of the same name."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from headstart.data.dataset import Quarantined
from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.printable import printable
from headstart.data.walk import files_below
from headstart.errors import InputError

#: What tools put behind the name of a picture to name its mask.
_SUFFIXES = ("_mask", "_masks", "_label", "_labels", "_seg", "_gt", "_L", "_labelIds", "-mask")


@dataclass(frozen=True)
class Pairs:
    """Pictures with their masks, and what has no counterpart.

    Parameters
    ----------
    pairs : list of (str, str)
        Paths of picture and mask.
    """

    pairs: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def pair_by_name(images: str, masks: str) -> Pairs:
    """Pictures and masks whose paths below their folders are the same, endings apart.

    The name of a mask may end in ``_mask``, ``_label`` and the like besides.

    Parameters
    ----------
    images, masks : str
        Folders.

    Raises
    ------
    InputError
        If a folder is missing or holds no picture, or they are the same.
    """
    if os.path.realpath(images) == os.path.realpath(masks):
        raise InputError(
            f"'{printable(images)}' is given as the folder of the pictures and of the masks; "
            "accepted are two folders, with a mask for each picture under the same name."
        )
    found = Pairs()
    pictures = _by_stem(images, "pictures", found, masks)
    by_stem = _by_stem(masks, "masks", found, images)
    for stem, picture in pictures.items():
        names = [stem, *(stem + suffix for suffix in _SUFFIXES)]
        mask = next((by_stem.pop(name) for name in names if name in by_stem), None)
        if mask is None:
            reason = f"no mask '{printable(stem)}' in '{printable(masks)}'"
            found.quarantined.append(Quarantined(printable(picture), reason))
        else:
            found.pairs.append((picture, mask))
    if by_stem:
        first = printable(next(iter(by_stem.values())))
        found.notes.append(
            f"Masks without a picture were left out: {len(by_stem)}, the first being '{first}'."
        )
    if not found.pairs:
        raise _no_pair(images, masks, pictures, by_stem)
    return found


def _by_stem(folder: str, what: str, found: Pairs, other: str) -> dict[str, str]:
    """Picture files below a folder, but not below the other one, by their path without ending."""
    if not os.path.isdir(folder):
        raise InputError(
            f"There is no folder of {what} '{printable(folder)}'. Check the spelling; relative "
            f"paths are looked up from '{printable(os.getcwd())}'."
        )
    below = files_below(folder)
    found.quarantined.extend(below.quarantined)
    found.notes.extend(below.notes)
    stems: dict[str, str] = {}
    for file in _pictures_among(below.files, folder, other):
        stem = os.path.splitext(os.path.relpath(file, folder))[0]
        if stem in stems:
            reason = f"has the same name as '{printable(stems[stem])}', which was read"
            found.quarantined.append(Quarantined(printable(file), reason))
        else:
            stems[stem] = file
    if not stems:
        raise InputError(
            f"The folder of {what} '{printable(folder)}' holds {len(below.files)} files and no "
            f"picture among them. Accepted are picture files such as "
            f"{', '.join(PICTURE_ENDINGS[:5])}."
        )
    return stems


def _pictures_among(files: list[str], folder: str, other: str) -> list[str]:
    apart = os.path.join(os.path.realpath(other), "")
    pictures = [file for file in files if file.lower().endswith(PICTURE_ENDINGS)]
    if not apart.startswith(os.path.join(os.path.realpath(folder), "")):
        return pictures
    return [file for file in pictures if not os.path.realpath(file).startswith(apart)]


def _no_pair(
    images: str, masks: str, pictures: dict[str, str], by_stem: dict[str, str]
) -> InputError:
    first, other = (printable(next(iter(stems))) for stems in (pictures, by_stem))
    return InputError(
        f"No mask in '{printable(masks)}' has the name of a picture in '{printable(images)}': the "
        f"first mask is '{other}', the first picture '{first}'. Give masks the names of their "
        "pictures, as in images/1.jpg and masks/1.png."
    )
