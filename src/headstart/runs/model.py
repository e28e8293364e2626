"""A fitted model: what predicts. It needs neither torch nor scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.classical import CLASSICAL_SOURCE, ClassicalEncoder
from headstart.activations.converted import ConvertedBackbone
from headstart.activations.encoders import encoder_of
from headstart.activations.encoding import stream
from headstart.activations.ngrams import ngram_features
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.plan import Plan
from headstart.progress import Progress, progress_of_part, silent
from headstart.runs.inputs import Inputs, gather_inputs
from headstart.runs.kept_samples import KeptSamples
from headstart.runs.resident import ResidentEncoder
from headstart.tasks.prediction import Prediction
from headstart.tasks.task import Task
from headstart.training.features import joined
from headstart.training.linear_head import LinearHead

#: Samples whose vectors are held at once while predicting.
_ROWS_AT_ONCE = 1024
_REASONS_SHOWN = 3


@dataclass(frozen=True)
class Seen:
    """What a model makes of inputs.

    Parameters
    ----------
    names : tuple of str
        Of the inputs that can be read.
    vectors : ndarray of shape (n_samples, n_features)
        What the head reads of them.
    outputs : ndarray of shape (n_samples, n_outputs)
        What the head says of them.
    unreadable : tuple of Prediction
        The other inputs, each with its reason.
    """

    names: tuple[str, ...]
    vectors: NDArray[Any]
    outputs: NDArray[np.float64]
    unreadable: tuple[Prediction, ...]


@dataclass(frozen=True)
class Model:
    """What reads a sample, a head, and how good they are.

    Parameters
    ----------
    task : Task
        What the outputs of the head stand for.
    plan : Plan
        As it was carried out.
    head : LinearHead
        Reads the stages ``plan.head.stages``.
    result_ : Result
        The figures of the fit.
    evidence : Evidence
        What the decisions stand on.
    backbone : ConvertedBackbone or None
        The network that reads pictures. None when the samples are ready embeddings, or pictures
        that classical features are computed of.
    precision : str or None
        What the stored activations were computed in; prediction uses the same.
    predictions : tuple of Prediction
        Of the test samples.
    kept_samples : KeptSamples or None
        Some training samples, to be shown beside new ones.
    kept_tests : KeptSamples or None
        The hardest test samples.
    """

    task: Task
    plan: Plan
    head: LinearHead
    result_: Result
    evidence: Evidence
    backbone: ConvertedBackbone | None = None
    precision: str | None = None
    predictions: tuple[Prediction, ...] = field(default=(), repr=False)
    kept_samples: KeptSamples | None = field(default=None, repr=False)
    kept_tests: KeptSamples | None = field(default=None, repr=False)

    @property
    def classes_(self) -> NDArray[Any]:
        """Labels in the order of the probability columns, shape (n_classes,); none for numbers."""
        return self.task.classes

    @property
    def n_features_in_(self) -> int:
        """Length of an embedding, or of the vector that the head reads."""
        return len(self.head.mean)

    def predict(self, inputs: Any) -> NDArray[Any]:
        """The most probable label of each sample, or its number, shape (n_samples,).

        Parameters
        ----------
        inputs : paths, pictures, arrays, texts or embeddings
            As in fitting.

        Raises
        ------
        InputError
            If a sample cannot be read; :meth:`predict_rows` answers the others all the same.
        """
        return self.task.decode(self._outputs(inputs))

    def predict_proba(self, inputs: Any) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes).

        Raises
        ------
        InputError
            As :meth:`predict`, and if the task is not one of classes.
        """
        if not self.task.gives_probabilities:
            raise InputError(
                f"This model is one of {self.task.name}: it predicts numbers, which have no "
                "probabilities. Call predict; only a classification gives probabilities."
            )
        return self._outputs(inputs)

    def _outputs(self, inputs: Any) -> NDArray[np.float64]:
        dataset = self._read(inputs).dataset
        names = dataset.names
        outputs = np.empty((len(dataset), self.task.n_outputs))
        reasons = [f"{aside.input}: {aside.reason}" for aside in dataset.quarantined]
        for rows, vectors, failures in self.in_parts(dataset, silent):
            outputs[rows] = self.task.outputs(self.head, vectors)
            reasons += [f"{names[row]}: {reason}" for row, reason in failures.items()]
        if reasons:
            shown = "; ".join(reasons[:_REASONS_SHOWN])
            raise InputError(
                f"{len(reasons)} of {len(dataset) + len(dataset.quarantined)} inputs cannot be "
                f"read: {shown}. Leave them out, or call predict_rows, which answers the others."
            )
        return outputs

    def predict_rows(self, inputs: Any, progress: Progress = silent) -> list[Prediction]:
        """An answer or a reason for every input: nothing is left out, nothing raises for one."""
        read = self._read(inputs, progress)
        return list(read.in_order(self._answers(read.dataset, progress)))

    def _answers(self, dataset: Dataset, progress: Progress) -> Iterator[Prediction]:
        """A row for each sample of the data set."""
        names = dataset.names
        for places, vectors, failures in self.in_parts(dataset, progress):
            outputs = self.task.outputs(self.head, vectors)
            for place, output in zip(places, outputs, strict=True):
                if place in failures:
                    yield Prediction(names[place], reason=failures[place])
                else:
                    yield self.task.answer(names[place], output)

    def look_at(self, inputs: Any, progress: Progress = silent) -> Seen:
        """Vectors and outputs of every input that can be read, and reasons for the others."""
        dataset = self._read(inputs, progress).dataset
        if self._reads_ngrams:
            return self._look_at_ngrams(dataset)
        parts = [np.empty((0, self.n_features_in_))]
        reasons: dict[int, str] = {}
        for rows, vectors, failures in self.in_parts(dataset, progress):
            parts.append(vectors[[row not in failures for row in rows]])
            reasons |= failures
        dataset = dataset.set_aside(reasons)
        vectors = np.concatenate(parts)
        unreadable = tuple(Prediction(one.input, reason=one.reason) for one in dataset.quarantined)
        outputs = self.task.outputs(self.head, vectors)
        return Seen(tuple(dataset.names), vectors, outputs, unreadable)

    def _look_at_ngrams(self, dataset: Dataset) -> Seen:
        """Of counts nothing dense is left but what the head says: it stands for the vectors."""
        parts = [np.empty((0, self.task.n_outputs))]
        for _, vectors, _ in self.in_parts(dataset, silent):
            parts.append(self.task.outputs(self.head, vectors))
        outputs = np.concatenate(parts)
        unreadable = tuple(Prediction(one.input, reason=one.reason) for one in dataset.quarantined)
        return Seen(tuple(dataset.names), outputs, outputs, unreadable)

    def save(self, folder: str | Path) -> Path:
        """Write the run folder; see :func:`headstart.runs.save`."""
        from headstart.runs.saving import save

        return save(self, Path(folder))

    def _read(self, inputs: Any, progress: Progress = silent) -> Inputs:
        read = gather_inputs(inputs, progress, self.result_.modality)
        expected = self.result_.modality
        if read.dataset.modality != expected:
            raise InputError(
                f"The inputs are of kind {read.dataset.modality!r}, but this model was fitted on "
                f"{expected!r} samples. Give it the same kind."
            )
        return read

    @cached_property
    def resident(self) -> ResidentEncoder | None:
        """What turns a sample into the vectors of all stages, compiled once for all predictions.

        None for embeddings, and for texts that are counted without transfer.
        """
        if self.backbone is not None:
            return ResidentEncoder(encoder_of(self.backbone, self.precision))
        if self.plan.source == CLASSICAL_SOURCE and not self._reads_ngrams:
            return ResidentEncoder(ClassicalEncoder())
        return None

    def __getstate__(self) -> dict[str, Any]:
        """All but what is compiled, which no other process could use."""
        return {key: value for key, value in self.__dict__.items() if key != "resident"}

    @property
    def _reads_ngrams(self) -> bool:
        """Whether it is a model of texts without transfer."""
        return self.backbone is None and self.result_.modality == "text"

    def in_parts(
        self, dataset: Dataset, progress: Progress
    ) -> Iterator[tuple[list[int], NDArray[Any], dict[int, str]]]:
        """Rows, what the head reads of them, and reasons for those that cannot be read."""
        resident = self.resident
        for start in range(0, len(dataset), _ROWS_AT_ONCE):
            rows = list(range(start, min(start + _ROWS_AT_ONCE, len(dataset))))
            part = dataset.take(rows)
            if self._reads_ngrams:
                found = ngram_features([item.open() for item in part.items])
                yield rows, joined([found[one] for one in self.plan.head.stages]), {}
                continue
            if resident is None:
                yield rows, self._checked(part), {}
                continue
            shifted = progress_of_part(progress, start, len(dataset))
            vectors, failures = self._encode(part, resident, shifted)
            reasons = {rows[place]: reason for place, reason in failures.items()}
            yield rows, vectors, reasons

    def _encode(
        self, part: Dataset, resident: ResidentEncoder, progress: Progress
    ) -> tuple[NDArray[Any], dict[int, str]]:
        columns = resident.columns(self.plan.head.stages)
        vectors = np.zeros((len(part), len(columns)), dtype=np.float32)

        def receive(row: int, _: object, vector: NDArray[Any]) -> None:
            vectors[row] = vector[columns]

        with resident.turn() as encoder:
            failures = stream(part.items, [[encoder]] * len(part), receive, progress, "predict")
        return vectors, failures

    def _checked(self, part: Dataset) -> NDArray[Any]:
        vectors = np.asarray(part.vectors)
        if vectors.shape[1] != self.n_features_in_:
            raise InputError(
                f"X has {vectors.shape[1]} features, but this model is expecting "
                f"{self.n_features_in_} features as input. Give embeddings of the same source."
            )
        return vectors
