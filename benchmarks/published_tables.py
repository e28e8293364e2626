"""Published outcomes and scores of sources on targets, read from the folder of tables.

What each table holds and where it comes from stands in the README.md of that folder.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What stands below ``--data`` or ``HEADSTART_DATA``, or is given by ``--tables``.
_FOLDER = "tables"
FIVE = ("gbc", "leep", "nleep", "logme", "hscore")
EIGHT = ("leep", "nleep", "logme", "parc", "sfda", "ncti", "lp", "fu")
OTHERS = ("hscore", "leep", "logme", "nce", "nleep", "otce", "pactran", "gbc", "lfc")
THIRTEEN = ("hscore", "leep", "logme", "nce", *(f"ms_{name}" for name in OTHERS))


@dataclass(frozen=True)
class Table:
    """Which columns and rows of a file to take.

    Parameters
    ----------
    file : str
    outcome : str
        Column with what a source came to.
    scores : tuple of str
        Columns with what was measured before.
    kind : str or None
        Only rows with this in the column ``kind``.
    """

    file: str
    outcome: str
    scores: tuple[str, ...] = ()
    kind: str | None = None


ARCHITECTURES = "stable_transfer_architectures.csv"
MEDMNIST = "medmnist_transfer.csv"
#: Those with scores.
SCORED = {
    "source sets": Table("stable_transfer_sources.csv", "mean_iou", FIVE),
    "MedMNIST architectures": Table(MEDMNIST, "auc", EIGHT, "architecture"),
    "TLL ImageNet models": Table("tll_logme.csv", "accuracy", THIRTEEN),
    "architectures, frozen": Table(ARCHITECTURES, "accuracy_frozen", FIVE),
    "architectures, tuned": Table(ARCHITECTURES, "accuracy_tuned", FIVE),
    "MedMNIST data sets": Table(MEDMNIST, "auc", EIGHT, "dataset"),
}
#: Those without.
UNSCORED = {
    "SFDA supervised": Table("sfda_supervised.csv", "accuracy"),
    "SFDA self-supervised": Table("sfda_selfsupervised.csv", "accuracy"),
}


def tables_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--tables FOLDER``; without it, ``tables`` below ``HEADSTART_DATA``."""
    chosen = os.environ.get("HEADSTART_DATA")
    parser.add_argument(
        "--tables",
        type=Path,
        default=Path(chosen) / _FOLDER if chosen else None,
        help=f"the folder of tables; default: {_FOLDER} below HEADSTART_DATA",
    )


def tables_folder(options: argparse.Namespace) -> Path:
    """The folder that was named.

    Raises
    ------
    SystemExit
        If there is none.
    """
    folder: Path | None = options.tables
    if folder is None:
        raise SystemExit("name the folder of tables: --tables, or HEADSTART_DATA")
    if not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}; name another with --tables")
    return folder


def read_rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The lines of a file, by column."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_outcomes(
    folder: Path, table: Table, rename: Callable[[str], str | None] | None = None
) -> list[Any]:
    """The rows of a table as outcomes, all of a target in one run.

    Parameters
    ----------
    rename : callable or None
        From a name of the table to that of a source; rows for which it gives None are left out.
    """
    from headstart.advice.experience import Outcome

    rows = read_rows(folder, table.file)
    chosen = [row for row in rows if table.kind is None or row["kind"] == table.kind]
    outcomes = []
    for row in chosen:
        source = row["source"] if rename is None else rename(row["source"])
        if source is not None:
            scores = {name: number(row[name]) for name in table.scores}
            known = {name: value for name, value in scores.items() if math.isfinite(value)}
            outcomes.append(Outcome(row["target"], source, number(row[table.outcome]), known))
    return sorted(outcomes, key=lambda one: one.target)


def number(text: str) -> float:
    """NaN where the cell is empty."""
    return float(text) if text else math.nan
