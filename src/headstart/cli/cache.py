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
    from headstart.fitting.broken_off import clear_broken_off

    folder = cache_folder()
    if clear:
        for part in ("activations", "converted"):
            shutil.rmtree(folder / part, ignore_errors=True)
        clear_broken_off()
        print(f"Cleared {folder}.")
        return
    tables = ActivationStore().tables()
    print(f"{folder}: {_megabytes(sum(t.bytes for t in tables))} of {_megabytes(cache_limit())}")
    for table in reversed(tables):
        used = datetime.fromtimestamp(table.last_used).strftime("%Y-%m-%d %H:%M")
        print(f"  {_contents(table.folder):38} {_megabytes(table.bytes):>10}  {used}")
    _show_broken_off()


def _show_broken_off() -> None:
    """What killed trainings left, which no limit counts."""
    from headstart.fitting.broken_off import broken_off

    folders = broken_off()
    if not folders:
        return
    files = [path for folder in folders for path in folder.glob("*") if path.is_file()]
    many = "training" if len(folders) == 1 else "trainings"
    print(
        f"Besides, snapshots of {len(folders)} {many} that were broken off, for the same command "
        f"with --resume: {_megabytes(sum(path.stat().st_size for path in files))}. They go when "
        "that fit is done, or with --clear."
    )


def _contents(table: Path) -> str:
    """Source and precision; another process may be about to remove the table."""
    try:
        key = json_module.loads((table / "key.json").read_bytes())
        return f"{key['source']:32} {key['precision']:5}"
    except (OSError, ValueError, KeyError, TypeError):
        return table.name


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
