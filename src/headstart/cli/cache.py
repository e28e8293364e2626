"""``headstart cache``: what is kept of earlier passes."""

from __future__ import annotations

import json as json_module
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything in it.")] = False,
) -> None:
    """Show the stored activations and their size, or clear them."""
    from headstart.activations.place import cache_folder, cache_limit
    from headstart.activations.store import ActivationStore

    folder = cache_folder()
    if clear:
        for part in ("activations", "converted"):
            shutil.rmtree(folder / part, ignore_errors=True)
        print(f"Cleared {folder}.")
        return
    tables = ActivationStore().tables()
    print(f"{folder}: {_megabytes(sum(t.bytes for t in tables))} of {_megabytes(cache_limit())}")
    for table in reversed(tables):
        used = datetime.fromtimestamp(table.last_used).strftime("%Y-%m-%d %H:%M")
        print(f"  {_contents(table.folder):38} {_megabytes(table.bytes):>10}  {used}")


def _contents(table: Path) -> str:
    """Source and precision; another process may be about to remove the table."""
    try:
        key = json_module.loads((table / "key.json").read_bytes())
        return f"{key['source']:32} {key['precision']:5}"
    except (OSError, ValueError, KeyError, TypeError):
        return table.name


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
