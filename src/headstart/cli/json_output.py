"""JSON on standard output."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from headstart.files import to_json


def print_json(plain: Mapping[str, Any]) -> None:
    """One JSON object, in UTF-8 whatever the terminal's encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(to_json(plain))
    sys.stdout.flush()
