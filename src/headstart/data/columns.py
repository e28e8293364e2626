"""Which column of a table holds what: found by name, or as the user says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headstart.data.printable import printable
from headstart.errors import InputError

PATH_NAMES = ("path", "file", "filename", "image", "filepath", "image_path")
LABEL_NAMES = ("label", "class", "target", "category", "y")
TEXT_NAMES = (
    *("text", "sentence", "review", "comment", "content", "document", "message", "body"),
    *("tweet", "post", "sms", "question", "headline", "title"),
)


def find_by_name(columns: Iterable[str], names: Sequence[str]) -> str | None:
    """The column that bears the first of ``names`` that there is, in any case.

    Examples
    --------
    >>> find_by_name(["Title", " Text "], TEXT_NAMES)
    ' Text '
    """
    known = {column.strip().lower(): column for column in reversed(list(columns))}
    return next((known[name] for name in names if name in known), None)


def find_column(
    columns: Sequence[str], given: str | None, names: Sequence[str], what: str, table: str
) -> str:
    """The column ``given``, or the one found by name.

    Parameters
    ----------
    columns : sequence of str
        Of the table.
    given : str or None
        As the user named it.
    names : sequence of str
        That are looked for, the first first.
    what : str
        What it holds, for the message.
    table : str
        What the table is called.

    Raises
    ------
    InputError
        If there is no such column.
    """
    found = find_by_name(columns, names) if given is None else given
    if found is not None and found in columns:
        return found
    wanted = f"no {what} column" if given is None else f"no column {given!r}"
    raise _refusal(table, wanted, columns, f"Accepted names: {', '.join(names)}.")


def is_of_texts(
    columns: Sequence[str], path_column: str | None, text_column: str | None, table: str
) -> bool:
    """Whether the samples of a table are texts, rather than pictures.

    Where nothing is said, a column of paths is looked for first: what stands beside the path of a
    picture is about that picture.

    Raises
    ------
    InputError
        If a column of each is named, or there is neither.
    """
    if path_column is not None and text_column is not None:
        raise InputError(
            f"The column of paths {path_column!r} and the column of texts {text_column!r} are both "
            "named; accepted is one of the two: the samples are either pictures or texts. Leave "
            "one out."
        )
    if text_column is not None or path_column is not None:
        return text_column is not None
    if find_by_name(columns, PATH_NAMES) is not None:
        return False
    if find_by_name(columns, TEXT_NAMES) is not None:
        return True
    names = f"of texts {', '.join(TEXT_NAMES)}; of paths {', '.join(PATH_NAMES)}"
    wanted = "no text column and no path column"
    raise _refusal(table, wanted, columns, f"Accepted names: {names}. Or name it: --text COLUMN.")


def _refusal(table: str, wanted: str, columns: Iterable[str], accepted: str) -> InputError:
    return InputError(
        f"The table '{printable(table)}' has {wanted}. Its columns: "
        f"{', '.join(map(repr, columns))}. {accepted} Rename the column; the first line of a CSV "
        "file must hold the names."
    )
