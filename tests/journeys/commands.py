"""Running commands as a person does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest

from headstart.cli import main

COMMAND = (sys.executable, "-c", "from headstart.cli import main; main()")
#: As wide as a screen is when nobody says otherwise.
WIDTH = {"COLUMNS": "80"}

Ended = subprocess.CompletedProcess[str]


def headstart(*arguments: object, cwd: Path, check: int = 0) -> Ended:
    """Run the command line in this process, where what it imports is loaded already.

    It ends as a process does: with a status, and with all that was written to the two streams,
    by libraries too. An error that nobody expected comes as it is.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        with pytest.MonkeyPatch.context() as patch, _written_to(out, 1), _written_to(err, 2):
            patch.chdir(cwd)
            patch.setenv("COLUMNS", WIDTH["COLUMNS"])
            patch.setattr(sys, "argv", ["headstart", *map(str, arguments)])
            status = _status(main)
        said = [_read(one) for one in (out, err)]
    return _checked(Ended(arguments, status, *said), check)


def headstart_process(*arguments: object, cwd: Path, check: int = 0) -> Ended:
    """Run the command line in a process of its own, as it is for a person: nothing is loaded."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **WIDTH},
        check=False,
    )
    return _checked(done, check)


def _checked(done: Ended, status: int) -> Ended:
    assert done.returncode == status, done.stderr
    return done


def _status(command: Callable[[], None]) -> int:
    """What the process would end with; a message in the place of a number counts as one."""
    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0


@contextmanager
def _written_to(file: IO[bytes], number: int) -> Iterator[None]:
    """What goes to a stream, from Python or from below it, goes to a file instead."""
    name = {1: "stdout", 2: "stderr"}[number]
    before = os.dup(number)
    os.dup2(file.fileno(), number)
    stream = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, name, stream)
            yield
    finally:
        stream.close()
        os.dup2(before, number)
        os.close(before)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")
