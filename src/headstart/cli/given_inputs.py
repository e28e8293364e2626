"""What is to be predicted, as the command line was given."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from headstart.data.sentences import split_lines
from headstart.errors import InputError
from headstart.runs.text_inputs import is_table_path


def given_inputs(arguments: Sequence[str] | None, stdin: bool, modality: str) -> list[str | Path]:
    """Arguments, and after them the lines of standard input.

    Parameters
    ----------
    arguments : sequence of str or None
        Where the model reads texts, one that is the path of a table stands for what is in it.
    stdin : bool
        Whether to read lines, which are texts or paths of pictures. For texts they are never taken
        for the path of a table: they may come from anybody. An empty line is an input too, so that
        answers and lines stand side by side.
    modality : str
        What the model reads.

    Raises
    ------
    InputError
        If there is neither an argument nor ``stdin``, or no line.
    """
    given: list[str | Path] = [
        Path(one) if modality == "text" and is_table_path(one) else one for one in arguments or ()
    ]
    if not given and not stdin:
        raise InputError(
            "There is nothing to predict: no input is named and --stdin is not given. Name "
            "pictures or sentences, or give --stdin and one of them on each line."
        )
    if stdin:
        given += split_lines(sys.stdin.buffer.read())
    if not given:
        raise InputError(
            "There is nothing to predict: standard input is empty. Write pictures or sentences to "
            "it, one a line."
        )
    return given
