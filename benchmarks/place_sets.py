"""Data sets of boxes and masks for the benchmarks, as ``headstart fit`` takes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PlaceSet:
    """What is typed, and what has to come out.

    Parameters
    ----------
    name : str
        In the table.
    words : tuple of str
        Of the command line, the data in the place of ``{data}``.
    metric : str
        The figure that counts.
    at_least : float
        What it has to be.
    minutes : float
        That the whole fit may take.
    """

    name: str
    words: tuple[str, ...]
    metric: str
    at_least: float
    minutes: float

    def arguments(self, data: Path) -> list[str]:
        """The words with the places of this machine."""
        return [word.replace("{data}", str(data)) for word in self.words]


PLACE_SETS: Mapping[str, PlaceSet] = {
    one.name: one
    for one in (
        PlaceSet(
            "raccoons",
            (
                *("{data}/raccoons/boxes.csv", "--task", "detect"),
                *("--split", "{data}/raccoons/split.csv"),
            ),
            "ap50",
            0.70,
            5,
        ),
        PlaceSet(
            "pedestrians",
            (
                *("{data}/pedestrians/boxes.csv", "--task", "detect"),
                *("--split", "{data}/pedestrians/split.csv"),
            ),
            "ap50",
            0.75,
            6,
        ),
        PlaceSet(
            "pedestrians, foreground",
            (
                *("{data}/pedestrians/images", "--masks", "{data}/pedestrians/masks"),
                *("--instances", "--split", "{data}/pedestrians/split.csv"),
            ),
            "foreground",
            0.75,
            5,
        ),
        PlaceSet(
            "driving",
            (
                *("{data}/driving/images", "--masks", "{data}/driving/masks"),
                *("--ignore", "11", "--split", "{data}/driving/scenes.csv"),
            ),
            "mean_iou",
            0.55,
            10,
        ),
    )
}


def data_folder(given: Path | None) -> Path:
    """The folder that was given, or that HEADSTART_DATA names."""
    named = given or os.environ.get("HEADSTART_DATA")
    if not named:
        sys.exit("Name the folder that holds raccoons/, pedestrians/ and driving/: --data FOLDER.")
    return Path(named).resolve()
