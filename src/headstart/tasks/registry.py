"""All tasks, by the name that a manifest and the command line use."""

from __future__ import annotations

from collections.abc import Mapping

from headstart.errors import InputError
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.place_task import PlaceTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.segmentation import SegmentationTask
from headstart.tasks.task import Task

TASKS: Mapping[str, type[Task]] = {task.name: task for task in (ClassificationTask, RegressionTask)}

#: Tasks that say where something is in a picture.
PLACE_TASKS: Mapping[str, type[PlaceTask]] = {
    DetectionTask.name: DetectionTask,
    LocalisationTask.name: LocalisationTask,
    SegmentationTask.name: SegmentationTask,
}


def task_named(name: str) -> type[Task]:
    """The task with that name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> task_named("regression").__name__
    'RegressionTask'
    """
    if name not in TASKS:
        raise InputError(f"The task is {name!r}; accepted: {', '.join(TASKS)}. Correct the name.")
    return TASKS[name]
