"""Where an example finds its pictures: ``--data FOLDER``, or the variable HEADSTART_DATA."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def data_argument(parser: argparse.ArgumentParser, holds: str) -> None:
    """Add ``--data FOLDER``; ``holds`` says what is looked for in it."""
    parser.add_argument("--data", type=Path, help=f"folder that holds {holds}; or HEADSTART_DATA")


def find_data(given: Path | None, *needed: str) -> Path | None:
    """The folder that was named; None where none was.

    Ends the program where the folder lacks a part that the example needs.
    """
    named = given or os.environ.get("HEADSTART_DATA")
    if not named:
        return None
    for part in needed:
        if not (Path(named) / part).exists():
            sys.exit(f"There is no {Path(named) / part}.")
    return Path(named)
