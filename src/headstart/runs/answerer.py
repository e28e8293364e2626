"""A fitted model that answers questions. It needs neither torch nor scikit-learn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone, read_converted
from headstart.activations.text_engine import OpenVinoTextEncoder
from headstart.errors import RunError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.loading import check_complete, not_understood
from headstart.runs.manifest import read_manifest
from headstart.runs.predictions_file import from_csv
from headstart.runs.saving import BACKBONE, EVIDENCE, HEAD, PREDICTIONS, RESULT, save
from headstart.tasks.prediction import Prediction
from headstart.tasks.question_answering import (
    Found,
    Question,
    QuestionAnsweringTask,
    Window,
    cut_windows,
    read_questions,
)
from headstart.training.linear_head import LinearHead

#: Questions whose scores are held at once.
_AT_ONCE = 256


@dataclass(frozen=True)
class Answerer:
    """A network that reads a question with its context, a head, and how good they are.

    Parameters
    ----------
    task : QuestionAnsweringTask
        What is accepted as an answer.
    plan : Plan
        As it was carried out.
    head : LinearHead
        Reads the vector of each token: scores of the first and of the last.
    backbone : ConvertedBackbone
        Gives the state after its last stage; its source says how long a window is.
    result_ : Result
        The figures of the fit.
    evidence : Evidence
        What the decisions stand on.
    precision : str or None
        What the network computes in; None: the fastest of this machine.
    predictions : tuple of Prediction
        Of the test questions.
    """

    task: QuestionAnsweringTask
    plan: Plan
    head: LinearHead
    backbone: ConvertedBackbone
    result_: Result
    evidence: Evidence
    precision: str | None = None
    predictions: tuple[Prediction, ...] = field(default=(), repr=False)

    def predict(self, questions: Any, contexts: Any) -> list[str]:
        """The answer to each question: a piece of its context, or ``""`` for none.

        Raises
        ------
        InputError
            As :func:`~headstart.tasks.question_answering.read_questions`.
        """
        return [one.text for one in self.predict_rows(questions, contexts)]

    def predict_rows(
        self, questions: Any, contexts: Any, progress: Progress = silent
    ) -> list[Found]:
        """The same with its place in the context and how probable it is."""
        return answers_of(self, read_questions(questions, contexts), progress)

    def save(self, folder: str | Path) -> Path:
        """Write the run folder; see :func:`headstart.runs.saving.save`."""
        return save(self, Path(folder))


def answers_of(
    model: Answerer, questions: Sequence[Question], progress: Progress = silent
) -> list[Found]:
    """An answer a question."""
    encoder = OpenVinoTextEncoder(model.backbone, model.precision)
    found: list[Found] = []
    for start in range(0, len(questions), _AT_ONCE):
        some = questions[start : start + _AT_ONCE]
        found += _answers(model, encoder, some)
        progress("predict", len(found), len(questions))
    return found


def _answers(
    model: Answerer, encoder: OpenVinoTextEncoder, questions: Sequence[Question]
) -> list[Found]:
    windows = cut_windows(questions, model.backbone.source.preprocessing)
    scores = _scores(model.head, encoder, windows)
    rows: list[list[int]] = [[] for _ in questions]
    for place, window in enumerate(windows):
        rows[window.row].append(place)
    return [
        model.task.decode(one, [windows[place] for place in own], [scores[place] for place in own])
        for one, own in zip(questions, rows, strict=True)
    ]


def _scores(
    head: LinearHead, encoder: OpenVinoTextEncoder, windows: Sequence[Window]
) -> list[NDArray[np.float64]]:
    """Of each window's tokens, shape (n_tokens, 2)."""
    scores: dict[int, NDArray[np.float64]] = {}
    size = len(head.mean)

    def receive(place: int, row: NDArray[Any]) -> None:
        """A row of the state: behind each token's vector stands the mask."""
        tokens = row.reshape(-1, size + 1)[: len(windows[place].tokens), :size]
        scores[place] = head.scores(tokens)

    for place, window in enumerate(windows):
        encoder.start(window.tokens, partial(receive, place))
    encoder.finish()
    return [scores[place] for place in range(len(windows))]


def load_answerer(folder: str | Path) -> Answerer:
    """The model of a run, ready to answer. Neither torch nor scikit-learn is imported.

    Raises
    ------
    RunError
        If it is no run, one of another task, or a file is missing, cut short or changed.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest["task"] != QuestionAnsweringTask.name:
        raise RunError(
            f"The run {str(place)!r} is one of {manifest['task']}; accepted is one of "
            f"{QuestionAnsweringTask.name}. Open it with headstart.load."
        )
    check_complete(place, manifest)
    try:
        return _answerer(place, manifest)
    except Exception as error:  # whatever stands in files that the manifest vouches for
        raise not_understood(place, error) from error


def _answerer(place: Path, manifest: dict[str, Any]) -> Answerer:
    from safetensors.numpy import load as from_safetensors

    task = QuestionAnsweringTask.from_manifest(manifest)
    return Answerer(
        task=task,
        plan=Plan.from_dict(manifest["plan"]),
        head=LinearHead.from_arrays(from_safetensors((place / HEAD).read_bytes())),
        backbone=read_converted(place / BACKBONE),
        result_=Result.from_dict(json.loads((place / RESULT).read_bytes())),
        evidence=Evidence.from_dict(json.loads((place / EVIDENCE).read_bytes())),
        precision=manifest["precision"],
        predictions=tuple(from_csv((place / PREDICTIONS).read_bytes(), task.table)),
    )
