"""JSON on standard output, and what was read from there before."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.errors import InputError
from headstart.files import to_json


def print_json(plain: Mapping[str, Any]) -> None:
    """One JSON object, in UTF-8 whatever the terminal's encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(to_json(plain))
    sys.stdout.flush()


def read_json(path: Path) -> dict[str, Any]:
    """One JSON object from a file that a command printed.

    Raises
    ------
    InputError
        If it cannot be read, or holds something else.
    """
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The file {str(path)!r} cannot be read as JSON: {reason}. Give a file that a command "
            "of headstart wrote with --json."
        ) from error
    if not isinstance(plain, dict):
        raise InputError(
            f"The file {str(path)!r} holds a JSON {type(plain).__name__}; accepted: one object, as "
            "a command of headstart prints it with --json."
        )
    return plain
