"""What ``pretrain`` does: read, train, save, tell."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headstart.cli.json_output import print_json
from headstart.cli.run_report import report_page
from headstart.cli.screen import progress_bar
from headstart.cli.task_argument import AUTO, choose_task
from headstart.data import is_labelled, read_any, read_table, read_unlabelled
from headstart.data.dataset import Dataset
from headstart.data.sentences import is_text_file, read_unlabelled_texts
from headstart.errors import InputError
from headstart.fitting import Pretraining, Watch, pretrain
from headstart.fitting.without_labels import called
from headstart.fitting.word_course import WHICH_WORDS
from headstart.progress import Progress
from headstart.runs import Model, OwnSource, check_place, save
from headstart.runs.saving import REPORT

LABELS, SELF = "labels", "self"


@dataclass(frozen=True)
class PretrainingData:
    """Where the pictures or texts are, and whether they are learned from by their labels.

    Parameters
    ----------
    place : Path
        A folder, a table, or a text file with a sentence a line.
    task : {"auto", "labels", "self"}
        auto: labels where there are any.
    path_column, label_column, text_column : str or None
        Of a table.

    Raises
    ------
    InputError
        If there is no such task.
    """

    place: Path
    task: str = AUTO
    path_column: str | None = None
    label_column: str | None = None
    text_column: str | None = None

    def __post_init__(self) -> None:
        if self.task not in (AUTO, LABELS, SELF):
            raise InputError(
                f"The task is {self.task!r}; accepted: {AUTO}, {LABELS}, {SELF}. Leave --task out "
                "to have labels used where there are any."
            )

    def read(self, progress: Progress) -> Dataset:
        """The samples, with labels where those are to be learned from."""
        alone = self.task == SELF or (
            self.task == AUTO and not is_labelled(self.place, self.label_column)
        )
        of_texts = self.path_column is None and is_text_file(self.place, self.text_column)
        if alone and of_texts:
            return read_unlabelled_texts(self.place, self.text_column, progress)
        if alone:
            return read_unlabelled(self.place, self.path_column, progress)
        if (self.path_column, self.label_column, self.text_column) == (None, None, None):
            return read_any(self.place, None, progress)
        columns = (self.path_column, self.label_column)
        return read_table(self.place, *columns, progress, self.text_column)


def pretrain_and_save(
    data: PretrainingData, asked: Pretraining, out: Path, json: bool = False
) -> None:
    """Train, write the run folder, and print what it is and how to use it."""
    check_place(out)
    watch = Watch()
    with progress_bar() as progress:
        with watch.step("read"):
            dataset = data.read(progress)
        if dataset.labels is not None:
            task, dataset = choose_task(AUTO, dataset, from_table=data.place.is_file())
            asked = replace(asked, task=task)
        trained = pretrain(dataset, asked, progress, watch)
        progress("write the run", 0, None)
        _save(trained, out)
    record = _record(trained)
    if json:
        print_json(record)
    else:
        for line in _summary(trained, record, out):
            print(line)


def _save(trained: Model | OwnSource, out: Path) -> None:
    if isinstance(trained, OwnSource):
        trained.save(out)
        return
    circumstances = {"command": shlex.join(["headstart", *sys.argv[1:]])}
    save(trained, out, {REPORT: report_page(trained, circumstances)})


def _record(trained: Model | OwnSource) -> dict[str, Any]:
    """What stands in ``result.json``."""
    return dict(trained.record) if isinstance(trained, OwnSource) else trained.result_.to_dict()


def _summary(trained: Model | OwnSource, record: dict[str, Any], out: Path) -> Iterator[str]:
    with_labels = not isinstance(trained, OwnSource)
    how = "with their labels" if with_labels else "without labels"
    samples = called(_modality(trained))
    yield f"Learned from {record['n_train']:,} {samples} {how}, as {record['source']}."
    yield from _words(trained)
    yield from _epochs(trained, samples)
    if record["quarantined"]:
        yield f"Set aside, because they could not be used: {len(record['quarantined'])}"
    yield from (f"Note: {note}" for note in record["notes"])
    yield f"Took {sum(record['seconds'].values()):.1f} s."
    yield f"Run: {out}"
    yield f"Transfer from it: headstart fit DATA --source run:{out}"


def _modality(trained: Model | OwnSource) -> str:
    if isinstance(trained, OwnSource):
        return trained.source.modality
    return trained.result_.modality


def _words(trained: Model | OwnSource) -> Iterator[str]:
    """Which words got vectors, where it was words that got any."""
    for one in trained.evidence.decisions:
        if one.question == WHICH_WORDS:
            yield f"Vectors: {one.answer}. {one.reason}"


def _epochs(trained: Model | OwnSource, samples: str) -> Iterator[str]:
    """How far training came, and what the samples that were held back say."""
    for which in trained.evidence.decisions:
        if which.question != "which weights":
            continue
        first, last = which.measurements[0], which.measurements[-1]
        yield f"Epochs: {last['epoch']}; weights kept: {which.answer}. {which.reason}"
        if last["valid_loss"] is not None:
            fall = f"{first['valid_loss']:.3f} at first, {last['valid_loss']:.3f} in the end"
            yield f"Loss on the {samples} held back: {fall}."
