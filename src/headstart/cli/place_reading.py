"""Pictures with boxes or masks, of both sides, from what was typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headstart.cli.place_arguments import PlaceArguments
from headstart.data.box_reading import read_boxes
from headstart.data.dataset import Dataset
from headstart.data.mask_reading import read_masks
from headstart.data.parts import has_part, take_part
from headstart.errors import InputError
from headstart.progress import Progress, silent
from headstart.tasks.detection import DetectionTask
from headstart.tasks.segmentation import SegmentationTask

_TRAIN, _TEST = "train", "test"


def read_place_sides(
    data: PlaceArguments, task: str, progress: Progress
) -> tuple[Dataset, Dataset | None, tuple[str, ...] | None]:
    """Both sides, and the names of the classes of masks."""
    if data.split is not None and data.test is not None:
        raise InputError(
            "--split and --test were given; accepted: one of the two. --split takes the test "
            "pictures out of DATA."
        )
    train, classes = _read(data, task, data.train, data.masks, None, progress)
    test = None
    if data.split is not None:
        train, test = _parts(train, data.split)
    elif data.test is not None:
        test, _ = _read(data, task, data.test, data.test_masks, classes, progress)
    return train, test, classes


def read_parts(data: PlaceArguments) -> tuple[Dataset, Dataset]:
    """Both sides of a table of boxes whose parts stand in another table."""
    train, test, _ = read_place_sides(data, DetectionTask.name, silent)
    if test is None:
        raise InputError("There is no test set: neither --split nor --test was given.")
    return train, test


def _parts(dataset: Dataset, table: Path) -> tuple[Dataset, Dataset]:
    """The parts that a table calls train and test; without the first, all but the test pictures.

    Raises
    ------
    InputError
        If nothing is left to learn from.
    """
    test = take_part(dataset, table, _TEST)
    inside = set(test.names)
    rest = dataset.take(row for row, name in enumerate(dataset.names) if name not in inside)
    if not len(rest):
        raise InputError(
            f"'{table}' counts all {len(test)} pictures to the part {_TEST!r}, so that none is "
            "left to learn from. Correct the table."
        )
    if has_part(table, _TRAIN):
        train = take_part(rest, table, _TRAIN)
        left = len(rest) - len(train)
        note = f"{left} pictures are of neither part of '{table}', and were left out."
        rest = replace(train, notes=(*train.notes, note)) if left else train
    return rest, replace(test, quarantined=(), notes=())


def _read(
    data: PlaceArguments,
    task: str,
    place: Path,
    masks: Path | None,
    classes: tuple[str, ...] | None,
    progress: Progress,
) -> tuple[Dataset, tuple[str, ...] | None]:
    if task != SegmentationTask.name:
        columns = {"path_column": data.path_column, "label_column": data.label_column}
        return read_boxes(place, data.images, **columns, progress=progress), None
    if masks is None:
        raise InputError(
            f"The test pictures '{place}' come without masks. Give them as --test-masks, or name "
            "the test pictures in a table: --split FILE."
        )
    return read_masks(
        place,
        masks,
        classes=data.classes if data.classes is not None else classes,
        ignore=data.ignore,
        instances=data.instances,
        progress=progress,
    )
