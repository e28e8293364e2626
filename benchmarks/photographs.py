"""Photographs for the benchmarks: those of ants and bees where they are, else the demo's."""

from __future__ import annotations

import os
from pathlib import Path

_ENDINGS = (".jpg", ".jpeg", ".png")


def find_photographs(folder: Path | None, workplace: Path) -> list[Path]:
    """Picture files of ``folder``, of ``$HEADSTART_DATA/ants_bees``, or of the demo.

    Parameters
    ----------
    folder : Path or None
        Searched with all folders below it.
    workplace : Path
        Where the demo is written if nothing else is there.
    """
    data = os.environ.get("HEADSTART_DATA")
    if folder is None and data and (Path(data) / "ants_bees").is_dir():
        folder = Path(data) / "ants_bees"
    if folder is None:
        from headstart.data import write_demo

        folder = workplace / "demo"
        write_demo(folder)
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)
    if not found:
        raise SystemExit(f"{folder} holds no picture ({', '.join(_ENDINGS)}).")
    return found
