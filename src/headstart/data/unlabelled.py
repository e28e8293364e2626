"""Read pictures whose labels are not known, or not asked for."""

from __future__ import annotations

import os

from headstart.data.dataset import Dataset
from headstart.data.inputs import read_inputs
from headstart.data.sentences import is_list_of_lines
from headstart.data.tables import TABLE_ENDINGS, has_labels, read_paths
from headstart.data.walk import entries
from headstart.progress import Progress, silent


def is_labelled(path: str | os.PathLike[str], label_column: str | None = None) -> bool:
    """Whether a folder holds two class folders or more, or a table a column of labels.

    What cannot be read counts as labelled: its reader says what is wrong with it.
    """
    name = os.fsdecode(path)
    if os.path.isdir(name):
        try:
            folders, others = entries(name)
        except OSError:
            return True
        return len(folders) > 1 or not (folders or others)
    if name.lower().endswith(TABLE_ENDINGS) and os.path.isfile(name):
        if label_column is None and is_list_of_lines(name):
            return False
        return has_labels(name, label_column)
    return True


def read_unlabelled(
    path: str | os.PathLike[str], path_column: str | None = None, progress: Progress = silent
) -> Dataset:
    """Read all pictures below a folder, or those that a table or a list names.

    Parameters
    ----------
    path : path-like
        A folder, or a table with a column of paths. A text file of one path a line will do, with
        or without a name for the column.
    path_column : str or None
        None: found by name.
    progress : Progress, optional
        Told after each file.

    Returns
    -------
    Dataset
        Without labels. Files that are no pictures are in ``quarantined`` with the reason.

    Raises
    ------
    InputError
        If the table cannot be read or names nothing.
    """
    name = os.fsdecode(path)
    if os.path.isdir(name) or not name.lower().endswith(TABLE_ENDINGS):
        return read_inputs([name], progress)
    return read_inputs(read_paths(name, path_column), progress)
