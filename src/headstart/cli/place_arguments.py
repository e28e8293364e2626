"""Where places in pictures are annotated, and which task is meant, as they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from headstart.cli.curve_arguments import CurveArguments
from headstart.cli.fit_arguments import FitArguments
from headstart.errors import InputError
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

#: What may be typed, and the task that it means.
PLACE_WORDS: Mapping[str, str] = {
    "detect": DetectionTask.name,
    DetectionTask.name: DetectionTask.name,
    "locate": LocalisationTask.name,
    LocalisationTask.name: LocalisationTask.name,
    "segment": SegmentationTask.name,
    SegmentationTask.name: SegmentationTask.name,
}


@dataclass(frozen=True)
class PlaceArguments:
    """Where the pictures and their annotations are, as the command line was given.

    Parameters
    ----------
    train : Path
        Annotations of boxes; or the folder of the pictures, with ``masks``.
    test : Path or None
        Of the same kind.
    images : Path or None
        Folder of the pictures, where boxes are annotated elsewhere.
    masks, test_masks : Path or None
        Folders of masks, or COCO files.
    classes : Path or None
        Table of the classes of masks.
    ignore : int or None
        Value of a mask that does not count.
    instances : bool
        Whether masks number objects.
    split : Path or None
        Table that says which pictures are of the part ``test``.
    path_column, label_column : str or None
        Of a table of boxes.
    """

    train: Path
    test: Path | None = None
    images: Path | None = None
    masks: Path | None = None
    test_masks: Path | None = None
    classes: Path | None = None
    ignore: int | None = None
    instances: bool = False
    split: Path | None = None
    path_column: str | None = None
    label_column: str | None = None

    @classmethod
    def of(cls, typed: FitArguments | CurveArguments) -> PlaceArguments:
        """As the command was given them."""
        names = [one.name for one in fields(cls) if one.name != "train"]
        return cls(typed.data, **{name: getattr(typed, name) for name in names})

    @property
    def speaks_of_places(self) -> bool:
        """Whether anything was given that no other task takes."""
        plain = PlaceArguments(self.train, self.test)
        named = replace(self, path_column=None, label_column=None)
        return named != plain


def place_task(word: str, arguments: PlaceArguments) -> str | None:
    """The task of places that is meant; None: it is another.

    Raises
    ------
    InputError
        If what was given beside belongs to another task.
    """
    if word == "auto" and arguments.masks is not None:
        word = SegmentationTask.name
    task = PLACE_WORDS.get(word)
    if task is None and arguments.speaks_of_places:
        raise InputError(
            "--images, --masks, --test-masks, --classes, --ignore, --instances and --split say "
            f"where something is in a picture; the task is {word!r}. Accepted with them: --task "
            "detect, locate or segment. Name the task, or leave them out."
        )
    if task == SegmentationTask.name and arguments.masks is None:
        raise InputError(
            "A segmentation learns from masks, and --masks is missing. Give the folder of the "
            "masks, or a COCO file: headstart fit PICTURES --masks MASKS --task segment."
        )
    if task is not None:
        _refuse_of_others(word, task, arguments)
    return task


def _refuse_of_others(word: str, task: str, arguments: PlaceArguments) -> None:
    """Refuse what belongs to another task of places: it would be ignored.

    Raises
    ------
    InputError
        Naming the first option.
    """
    of_masks = {
        "--masks": arguments.masks,
        "--test-masks": arguments.test_masks,
        "--classes": arguments.classes,
        "--ignore": arguments.ignore,
        "--instances": arguments.instances or None,
    }
    of_boxes = {
        "--images": arguments.images,
        "--path-column": arguments.path_column,
        "--label-column": arguments.label_column,
    }
    is_mask = task == SegmentationTask.name
    for name, value in (of_boxes if is_mask else of_masks).items():
        if value is not None:
            learns, others = ("masks", "boxes") if is_mask else ("boxes", "masks")
            accepted = "detect or locate" if is_mask else "segment"
            raise InputError(
                f"{name} is about {others}, and the task {word!r} learns from {learns}. Accepted "
                f"with {name}: --task {accepted}. Leave it out, or name the other task."
            )
