"""Predictions on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from headstart.data.printable import printable
from headstart.tasks.prediction import Prediction


def print_predictions(rows: Iterable[Prediction], out: Path | None) -> None:
    """One line an input: name, answer, how sure of a class; tabs between, so that it can be cut."""
    for row in rows:
        if row.reason is not None:
            print(f"{row.input}\t-\t-\tcannot be read: {row.reason}")
        elif row.confidence is None:
            print(f"{row.input}\t{row.predicted:.6g}")
        else:
            print(f"{row.input}\t{printable(str(row.predicted))}\t{row.confidence:.3f}")
    if out is not None:
        print(f"Written to {out}.")
