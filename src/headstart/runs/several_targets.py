"""A fitted model with several targets, and its run folder. It needs neither torch nor scikit-learn.

Each target has a head of its own; those that read the same network are answered in one pass.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.conversion import FACTS
from headstart.activations.converted import ConvertedBackbone, read_converted
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.data.dataset import Dataset
from headstart.errors import InputError, RunError
from headstart.evaluation.several_targets import SEVERAL_TARGETS, SeveralResult
from headstart.evidence import Evidence
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.inputs import Inputs, gather_inputs
from headstart.runs.loading import not_understood
from headstart.runs.manifest import read_manifest, write_manifest
from headstart.runs.model import Model
from headstart.runs.model_card import MODEL_CARD
from headstart.runs.saving import (
    BACKBONE,
    EVIDENCE,
    HEAD,
    PREDICTIONS,
    RESULT,
    cannot_write,
    check_place,
    copy_backbone,
    features_of,
    versions,
)
from headstart.runs.several_card import several_card
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import ESCAPED
from headstart.tasks.targets import kind_named
from headstart.training.linear_head import LinearHead

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
            name: _shares(model, outputs[name])
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
        place = Path(folder)
        check_place(place)
        try:
            write_folder_atomically(place.resolve(), lambda new: _fill(new, self, extra or {}))
        except OSError as error:
            raise cannot_write(place, error) from error
        return place

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
                for name in reader.targets:
                    model = self.models[name]
                    own = vectors if reader.columns is None else vectors[:, reader.columns[name]]
                    outputs[name][rows] = model.task.outputs(model.head, own)
        return outputs, failures

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


def _shares(model: Model, outputs: NDArray[Any]) -> NDArray[np.float64]:
    return model.task.shares(outputs) if isinstance(model.task, MultiLabelTask) else outputs


def answers_to_csv(model: SeveralModel, rows: Sequence[TargetAnswers]) -> bytes:
    """A column a target, one for how sure, one for what is right, and one for each class.

    ``TARGET`` holds the answer (labels with ``;`` between them, a lone ``;`` for none of them),
    ``TARGET:probability`` how sure, ``TARGET:label`` what is right where it is known, and
    ``TARGET:p:CLASS`` the probability of a class.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _, _ in _columns(model)])
    for row in rows:
        writer.writerow([_cell(row, target, what) for _, target, what in _columns(model)])
    return text.getvalue().encode("utf-8", ESCAPED)


def _columns(model: SeveralModel) -> Iterator[tuple[str, str, str]]:
    """Name of a column, its target, and what stands in it."""
    yield "input", "", "input"
    yield "reason", "", "reason"
    for name, one in model.models.items():
        yield name, name, "predicted"
        if one.task.gives_probabilities:
            yield f"{name}:probability", name, "confidence"
        yield f"{name}:label", name, "label"
    for name, one in model.models.items():
        for label in one.task.class_names:
            yield f"{name}:p:{label}", name, f"p:{label}"


def _cell(row: TargetAnswers, target: str, what: str) -> object:
    if not target:
        value = getattr(row, what)
    elif target not in row.answers:
        return ""
    elif what.startswith("p:"):
        value = row.answers[target].probabilities.get(what.removeprefix("p:"))
    else:
        value = getattr(row.answers[target], what)
    return "" if value is None else value


def answers_from_csv(model: SeveralModel, content: bytes) -> list[TargetAnswers]:
    """Read what :func:`answers_to_csv` wrote."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [_read_row(model, row) for row in rows]


def _read_row(model: SeveralModel, row: Mapping[str, str]) -> TargetAnswers:
    answers: dict[str, Prediction] = {}
    for name, one in model.models.items():
        said, label = row[name], row[f"{name}:label"]
        if not said:
            continue
        if not one.task.gives_probabilities:
            known = float(label) if label else None
            answers[name] = Prediction(row["input"], float(said), label=known)
            continue
        shares = {label: float(row[f"{name}:p:{label}"]) for label in one.task.class_names}
        sure = float(row[f"{name}:probability"])
        answers[name] = Prediction(row["input"], said, sure, shares, label or None)
    return TargetAnswers(row["input"], answers, row["reason"] or None)


def _fill(place: Path, model: SeveralModel, extra: Mapping[str, bytes]) -> None:
    from safetensors.numpy import save as to_safetensors

    folders = _copy_backbones(model, place)
    arrays = {
        f"{number}.{name}": array
        for number, one in enumerate(model.models.values())
        for name, array in one.head.to_arrays().items()
    }
    evidence = {name: one.evidence.to_dict() for name, one in model.models.items()}
    networks = [one.backbone for one in model.models.values() if one.backbone is not None]
    card = several_card(model.result_, networks[0].source if networks else None)
    contents = {
        MODEL_CARD: card.encode("utf-8", "backslashreplace"),
        HEAD: to_safetensors(arrays),
        RESULT: to_json(model.result_.to_dict()),
        EVIDENCE: to_json(evidence),
        PREDICTIONS: answers_to_csv(model, model.predictions),
        **extra,
    }
    for name, content in contents.items():
        write_atomically(place / name, content)
    write_manifest(place, _facts(model, folders))


def _copy_backbones(model: SeveralModel, place: Path) -> dict[str, str | None]:
    """Each network once; the name of its folder by target. The first has the usual name."""
    folders: dict[str, str | None] = {}
    known: dict[Path, str] = {}
    for name, one in model.models.items():
        if one.backbone is None:
            folders[name] = None
            continue
        if one.backbone.folder not in known:
            called = BACKBONE if not known else f"{BACKBONE}-{len(known) + 1}"
            known[one.backbone.folder] = called
            copy_backbone(one.backbone, place / called)
        folders[name] = known[one.backbone.folder]
    return folders


def _facts(model: SeveralModel, folders: Mapping[str, str | None]) -> dict[str, Any]:
    networks = [one.backbone for one in model.models.values() if one.backbone is not None]
    targets = [
        {
            "name": name,
            "task": one.task.name,
            **one.task.to_manifest(),
            "plan": one.plan.to_dict(),
            "precision": one.precision,
            "backbone": folders[name],
            "features": features_of(one.plan),
        }
        for name, one in model.models.items()
    ]
    return {
        "task": SEVERAL_TARGETS,
        "modality": model.result_.modality,
        "targets": targets,
        "plan": dict(model.result_.plan),
        "source": networks[0].source.to_dict() if networks else None,
        "versions": versions(),
    }


def load_several(folder: str | Path) -> SeveralModel:
    """The model of a run with several targets, ready to predict.

    Raises
    ------
    RunError
        If it is no run, one of another kind, or a file is missing, cut short or changed.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest["task"] != SEVERAL_TARGETS:
        raise RunError(
            f"The run {str(place)!r} is one of {manifest['task']}; accepted is one of "
            f"{SEVERAL_TARGETS}. Open it with headstart.load."
        )
    try:
        _check_complete(place, manifest)
        return _model(place, manifest)
    except RunError:
        raise
    except Exception as error:  # whatever stands in files that the manifest vouches for
        raise not_understood(place, error) from error


def _check_complete(place: Path, manifest: Mapping[str, Any]) -> None:
    folders = {one["backbone"] for one in manifest["targets"]} - {None}
    needed = [HEAD, RESULT, EVIDENCE, PREDICTIONS]
    needed += [f"{folder}/{name}" for folder in folders for name in (MODEL, WEIGHTS, FACTS)]
    missing = [name for name in needed if name not in manifest["files"]]
    if missing:
        raise RunError(
            f"The run {str(place)!r} has no file {missing[0]!r}. Copy the whole run folder again, "
            "or make it again with 'headstart fit'."
        )


def _model(place: Path, manifest: Mapping[str, Any]) -> SeveralModel:
    from safetensors.numpy import load as from_safetensors

    arrays = from_safetensors((place / HEAD).read_bytes())
    result = SeveralResult.from_dict(json.loads((place / RESULT).read_bytes()))
    evidence = json.loads((place / EVIDENCE).read_bytes())
    backbones: dict[str, ConvertedBackbone] = {}
    models = {}
    for number, facts in enumerate(manifest["targets"]):
        folder = facts["backbone"]
        if folder is not None and folder not in backbones:
            backbones[folder] = read_converted(place / folder)
        task = kind_named(facts["task"], facts["name"]).from_manifest(facts)
        prefix = f"{number}."
        own = {
            name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)
        }
        head = LinearHead.from_arrays(own)
        if head.weights.shape != (len(head.mean), task.n_outputs):
            raise RunError(f"a head of shape {head.weights.shape} for {task.n_outputs} outputs")
        models[facts["name"]] = Model(
            task=task,
            plan=Plan.from_dict(facts["plan"]),
            head=head,
            result_=result.of(facts["name"]).result,
            evidence=Evidence.from_dict(evidence[facts["name"]]),
            backbone=None if folder is None else backbones[folder],
            precision=facts["precision"],
        )
    model = SeveralModel(models, result)
    rows = answers_from_csv(model, (place / PREDICTIONS).read_bytes())
    return replace(model, predictions=tuple(rows))


def _numbered(arrays: Mapping[str, NDArray[Any]], number: int) -> dict[str, NDArray[Any]]:
    """The arrays of one target."""
    prefix = f"{number}."
    return {
        name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)
    }
