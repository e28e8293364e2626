"""Aligned columns of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

#: What stands before each line and between its columns.
GAP = "  "


def aligned(rows: Sequence[Sequence[str]], n_left: int = 1) -> Iterator[str]:
    """A line a row: the first columns to the left, the others to the right.

    Parameters
    ----------
    rows : sequence of sequence of str
        At least one, all of the same length.
    n_left : int
        Columns that are words, and so begin at their left.

    Examples
    --------
    >>> list(aligned([["source", "accuracy"], ["a", "0.9"]]))
    ['  source  accuracy', '  a            0.9']
    >>> list(aligned([["labels"], ["8"]], n_left=0))
    ['  labels', '       8']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:n_left], widths, strict=False)]
        right = zip(row[n_left:], widths[n_left:], strict=True)
        cells += [cell.rjust(width) for cell, width in right]
        yield GAP + GAP.join(cells).rstrip()
