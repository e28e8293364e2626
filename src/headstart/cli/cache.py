"""``headstart cache``: what is kept of earlier passes."""

from __future__ import annotations

import json as json_module
import shutil
from datetime import datetime
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
        key = json_module.loads((table.folder / "key.json").read_bytes())
        used = datetime.fromtimestamp(table.last_used).strftime("%Y-%m-%d %H:%M")
        print(f"  {key['source']:32} {key['precision']:5} {_megabytes(table.bytes):>10}  {used}")


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
