"""Read a folder of class folders."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.documents import are_documents, sift_documents
from headstart.data.file_bytes import reason_of
from headstart.data.identify import identify_all
from headstart.data.items import FileItem
from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.printable import label_of, printable
from headstart.data.split_folders import SPLIT_NAMES
from headstart.data.walk import Found, entries, files_below
from headstart.errors import InputError
from headstart.progress import Progress, silent

_LAYOUT = (
    "Accepted is a folder with one folder per class, as in photos/cat/1.jpg and photos/dog/2.jpg. "
    "Sort the pictures into class folders, or give a CSV file with the columns path and label."
)


def read_folder(path: str | os.PathLike[str], progress: Progress = silent) -> Dataset:
    """Read a folder whose folders are the classes.

    The label of a picture is the name of the topmost folder it lies in; pictures may lie deeper.
    Hidden files and what file browsers leave behind are passed over. Every other file is tried,
    whatever its ending, and set aside with a reason when it is no picture. Where most files end in
    ``.txt``, the samples are texts instead, each file one of them.

    Parameters
    ----------
    path : path-like
        The folder that holds the class folders.
    progress : Progress, optional
        Told after each file.

    Returns
    -------
    Dataset
        Pictures or texts in the order of class and path, with text labels.

    Raises
    ------
    InputError
        If there is no such folder, or it does not hold class folders.
    """
    root = os.fspath(path)
    classes, loose = _list_root(root)
    _refuse_other_layouts(root, classes, loose)
    paths: list[str] = []
    labels: list[str] = []
    other = _loose_files(root, loose)
    for name in classes:
        found = files_below(os.path.join(root, name))
        paths += found.files
        labels += [label_of(name)] * len(found.files)
        other.quarantined.extend(found.quarantined)
        other.notes.extend(found.notes)
        if not found.files and not found.quarantined:
            other.notes.append(f"The class folder '{label_of(name)}' is empty and was left out.")
    return _dataset(paths, labels, other, progress)


def _dataset(paths: list[str], labels: list[str], other: Found, progress: Progress) -> Dataset:
    if are_documents(paths):
        read = sift_documents(paths, progress)
        texts = read.dataset(np.array([labels[place] for place in read.items], dtype=np.str_))
        aside = [*other.quarantined, *texts.quarantined]
        return replace(texts, quarantined=tuple(aside), notes=tuple(other.notes))
    outcomes = identify_all(paths, progress)
    kept = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, FileItem)]
    aside = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
    return Dataset(
        modality="image",
        items=[outcome for outcome in outcomes if isinstance(outcome, FileItem)],
        labels=np.array([labels[place] for place in kept], dtype=np.str_),
        quarantined=(*other.quarantined, *aside),
        notes=tuple(other.notes),
    )


def _list_root(root: str) -> tuple[list[str], list[str]]:
    try:
        return entries(root)
    except OSError as error:
        raise InputError(
            f"The folder '{printable(root)}' cannot be read: {reason_of(error, root)}. {_LAYOUT}"
        ) from error


def _refuse_other_layouts(root: str, classes: list[str], loose: list[str]) -> None:
    shown = printable(root)
    if not classes and not loose:
        raise InputError(f"The folder '{shown}' is empty. {_LAYOUT}")
    if not classes:
        raise InputError(
            f"The folder '{shown}' holds {len(loose)} files and no class folder, so the labels "
            f"are not known. {_LAYOUT}"
        )
    if all(name.lower() in SPLIT_NAMES for name in classes) and any(
        _has_folders(os.path.join(root, name)) for name in classes
    ):
        raise InputError(
            f"The folder '{shown}' holds {', '.join(classes)}, which are parts of a data set and "
            f"not classes. Give one of them, as in: headstart fit {shown}/{classes[0]} --test ..."
        )


def _has_folders(folder: str) -> bool:
    try:
        return bool(entries(folder)[0])
    except OSError:
        return False


def _loose_files(root: str, names: list[str]) -> Found:
    """Pictures beside the class folders are set aside, other files (a README) are noted."""
    beside = Found()
    others = []
    for name in names:
        if name.lower().endswith(PICTURE_ENDINGS):
            place = printable(os.path.join(root, name))
            beside.quarantined.append(Quarantined(place, "not in a class folder"))
        else:
            others.append(printable(name))
    if others:
        more = ", ..." if len(others) > 3 else ""
        beside.notes.append(
            "Not read, since it lies beside the class folders and is no picture: "
            f"{', '.join(others[:3])}{more}."
        )
    return beside
