"""``headstart fit`` for tasks of places: annotations in, a model that says where something is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from headstart.cli.curve_arguments import CurveArguments
from headstart.cli.fit_arguments import FitArguments
from headstart.cli.plan_argument import read_plan
from headstart.cli.written_run import told_by_summary, write_run
from headstart.data.box_reading import read_boxes
from headstart.data.dataset import Dataset
from headstart.data.mask_reading import read_masks
from headstart.data.parts import has_part, take_part
from headstart.errors import InputError
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.fitting.source_names import source_settings
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent
from headstart.runs.place_model import PlaceModel
from headstart.runs.place_saving import save_places
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
_TRAIN, _TEST = "train", "test"


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


def place_settings(task: str, typed: FitArguments) -> PlaceSettings:
    """What the fit is asked for.

    Raises
    ------
    HeadstartError
        If something was given that no task of places takes, or a value is not accepted.
    """
    _refuse_of_labels(typed)
    return PlaceSettings(
        task,
        **source_settings(typed.source or [], typed.weights_file),
        plan=read_plan(typed.plan),
        test_fraction=typed.test_size,
        seed=typed.seed,
        twin=typed.random_twin is not False,
        training=typed.training,
        states=typed.states,  # type: ignore[arg-type]
        resume=typed.resume,
        keeps_samples=not typed.no_samples,
        time_limit=typed.time_limit,
    )


def _refuse_of_labels(typed: FitArguments) -> None:
    """Refuse options that no task of places takes.

    Raises
    ------
    InputError
        Naming the first.
    """
    given = {
        "--processes": typed.processes > 1,
        "--text": typed.text_column,
        "--targets": typed.targets,
        "--keep-transfer": typed.keep_transfer,
    }
    for name, value in given.items():
        if value:
            raise InputError(
                f"{name} is not accepted where places in pictures are learned. Leave it out."
            )


def fit_places_and_save(
    data: PlaceArguments,
    settings: PlaceSettings,
    out: Path | None,
    json: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Fit, write the run folder, and tell; see :func:`~headstart.cli.written_run.write_run`."""
    watch = watch or Watch()

    def fitted(progress: Progress) -> PlaceModel:
        with watch.step("read"):
            train, test, classes = read_place_sides(data, settings.task, progress)
        return fit_places(train, test, replace(settings, classes=classes), progress, watch)

    return write_run(fitted, told_by_summary(save_places), data.train, out, json)


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
