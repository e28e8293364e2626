"""A fitted model with several targets. It needs neither torch nor scikit-learn.

Each target has a head of its own; those that read the same network are answered in one pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.evaluation.several_targets import SeveralResult
from headstart.progress import Progress, silent
from headstart.runs.inputs import Inputs, gather_inputs
from headstart.runs.model import Model
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.prediction import Prediction

_REASONS_SHOWN = 3


@dataclass(frozen=True)
class TargetAnswers:
    """What a model says of one sample: an answer a target, or the reason why there is none.

    Parameters
    ----------
    input : str
        What the user calls the sample.
    answers : mapping of str to Prediction
        By target.
    reason : str or None
        Why there are none.
    """

    input: str
    answers: Mapping[str, Prediction] = field(default_factory=dict)
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        if self.reason is not None:
            return {"input": self.input, "reason": self.reason}
        plain = {name: one.to_dict() for name, one in self.answers.items()}
        for one in plain.values():
            one.pop("input")
        return {"input": self.input, "targets": plain}


@dataclass(frozen=True)
class SeveralModel:
    """A model a target, some of which read the same network.

    Parameters
    ----------
    models : mapping of str to Model
        By target, in the order of the columns.
    result_ : SeveralResult
        The figures of the fit.
    predictions : tuple of TargetAnswers
        Of the test samples.
    """

    models: Mapping[str, Model]
    result_: SeveralResult
    predictions: tuple[TargetAnswers, ...] = field(default=(), repr=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.models)

    def alone(self, name: str) -> Model:
        """The model of one target, with its test samples, as a fit of that one would have it.

        Its seconds are those of the whole fit.

        Raises
        ------
        KeyError
            If there is no such target.
        """
        rows = (row.answers[name] for row in self.predictions if name in row.answers)
        result = replace(self.result_.of(name).result, seconds=self.result_.seconds)
        return replace(self.models[name], result_=result, predictions=tuple(rows))

    def predict(self, inputs: Any) -> dict[str, NDArray[Any]]:
        """The answer of each target, shape (n_samples,): labels, numbers, or tuples of labels.

        Raises
        ------
        InputError
            If a sample cannot be read; :meth:`predict_rows` answers the others all the same.
        """
        outputs = self._outputs(inputs)
        return {name: model.task.decode(outputs[name]) for name, model in self.models.items()}

    def predict_proba(self, inputs: Any) -> dict[str, NDArray[np.float64]]:
        """Probabilities of each target that has some, shape (n_samples, n_classes).

        Where a sample may carry several labels: of each label, shape (n_samples, n_labels).

        Raises
        ------
        InputError
            As :meth:`predict`.
        """
        outputs = self._outputs(inputs)
        return {
            name: self.shares_of(name, outputs[name])
            for name, model in self.models.items()
            if model.task.gives_probabilities
        }

    def predict_rows(self, inputs: Any, progress: Progress = silent) -> list[TargetAnswers]:
        """Answers or a reason for every input: nothing is left out, nothing raises for one."""
        read = self._read(inputs, progress)
        dataset = read.dataset
        outputs, failures = self._answered(dataset, progress)
        answered = (
            TargetAnswers(name, reason=failures[row])
            if row in failures
            else TargetAnswers(name, self._answer(name, row, outputs))
            for row, name in enumerate(dataset.names)
        )
        return list(read.in_order(answered, TargetAnswers))

    def save(self, folder: str | Path, extra: Mapping[str, bytes] | None = None) -> Path:
        """Write the run folder, whole or not at all.

        Raises
        ------
        RunError
            If something else stands there, or it cannot be written.
        """
        from headstart.runs.several_saving import save_several

        return save_several(self, Path(folder), extra or {})

    def _answer(
        self, name: str, row: int, outputs: Mapping[str, NDArray[Any]]
    ) -> dict[str, Prediction]:
        return {
            target: model.task.answer(name, outputs[target][row])
            for target, model in self.models.items()
        }

    def _outputs(self, inputs: Any) -> dict[str, NDArray[Any]]:
        dataset = self._read(inputs).dataset
        outputs, failures = self._answered(dataset, silent)
        names = dataset.names
        reasons = [f"{aside.input}: {aside.reason}" for aside in dataset.quarantined]
        reasons += [f"{names[row]}: {reason}" for row, reason in failures.items()]
        if reasons:
            shown = "; ".join(reasons[:_REASONS_SHOWN])
            raise InputError(
                f"{len(reasons)} of {len(dataset) + len(dataset.quarantined)} inputs cannot be "
                f"read: {shown}. Leave them out, or call predict_rows, which answers the others."
            )
        return outputs

    def _read(self, inputs: Any, progress: Progress = silent) -> Inputs:
        expected = self.result_.modality
        read = gather_inputs(inputs, progress, expected)
        if read.dataset.modality != expected:
            raise InputError(
                f"The inputs are of kind {read.dataset.modality!r}, but this model was fitted on "
                f"{expected!r} samples. Give it the same kind."
            )
        return read

    def _answered(
        self, dataset: Dataset, progress: Progress
    ) -> tuple[dict[str, NDArray[Any]], dict[int, str]]:
        """Outputs of every target, shape (n_samples, n_outputs), and what could not be read."""
        outputs = {
            name: np.zeros((len(dataset), model.task.n_outputs))
            for name, model in self.models.items()
        }
        failures: dict[int, str] = {}
        for reader in self.readers:
            for rows, vectors, reasons in reader.model.in_parts(dataset, progress):
                failures |= reasons
                for name, some in self.outputs_of(reader, vectors).items():
                    outputs[name][rows] = some
        return outputs, failures

    def outputs_of(self, reader: Reader, vectors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Outputs, shape (n_samples, n_outputs), of each target whose head reads these vectors."""
        outputs = {}
        for name in reader.targets:
            model = self.models[name]
            own = vectors if reader.columns is None else vectors[:, reader.columns[name]]
            outputs[name] = model.task.outputs(model.head, own)
        return outputs

    def shares_of(self, name: str, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs of a target as people read them: where several labels may hold, of each a yes."""
        task = self.models[name].task
        return task.shares(outputs) if isinstance(task, MultiLabelTask) else outputs

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        """What reads the samples: one for each network, and one for each model without."""
        together: dict[Any, list[str]] = {}
        for name, model in self.models.items():
            backbone = model.backbone
            key = name if backbone is None else (backbone.folder, model.precision)
            together.setdefault(key, []).append(name)
        return tuple(_reader(names, self.models) for names in together.values())

    def __getstate__(self) -> dict[str, Any]:
        """All but what is compiled, which no other process could use."""
        return {key: value for key, value in self.__dict__.items() if key != "readers"}


@dataclass(frozen=True)
class Reader:
    """What reads samples for some targets in one pass.

    Parameters
    ----------
    targets : tuple of str
        Whose heads read what it gives.
    model : Model
        Reads all stages that one of them reads.
    columns : mapping of str to ndarray, or None
        By target: which of the features its head reads; None: all.
    """

    targets: tuple[str, ...]
    model: Model
    columns: Mapping[str, NDArray[np.intp]] | None = None


def _reader(names: Sequence[str], models: Mapping[str, Model]) -> Reader:
    first = models[names[0]]
    wanted = {stage for name in names for stage in models[name].plan.head.stages}
    if first.backbone is None or len(names) == 1:
        return Reader(tuple(names), first)
    sizes = {one.name: one.feature_size for one in first.backbone.stages}
    stages = [name for name in sizes if name in wanted]
    starts = dict(zip(stages, np.cumsum([0, *(sizes[one] for one in stages)]), strict=False))
    columns = {
        name: np.concatenate(
            [starts[one] + np.arange(sizes[one]) for one in models[name].plan.head.stages]
        )
        for name in names
    }
    plan = first.plan.with_head(replace(first.plan.head, stages=tuple(stages)))
    return Reader(tuple(names), replace(first, plan=plan), columns)
