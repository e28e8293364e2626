"""The Open Inference Protocol, version 2: what KServe, Triton and their clients speak."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from headstart import __version__
from headstart.runs import Model, Prediction
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel, TargetAnswers
from headstart.serve.answers import Answer, answer_of
from headstart.serve.refusals import RefusedError
from headstart.serve.sample_reader import Sample
from headstart.serve.samples import check_count, pictures
from headstart.tasks.task import Task

Served = Model | PlaceModel | SeveralModel
#: What the tensor of samples is called, by what the model reads.
_INPUT_NAMES = {"image": "image", "text": "text"}
#: What a model of places gives: it has no numbers of one length for each picture.
_ANSWER = "answer"
_MEANINGS = {"image": "picture files in Base64", "text": "texts"}


class TensorRequest(BaseModel):
    """An input tensor: BYTES of shape [n] or [n, 1]."""

    model_config = ConfigDict(extra="forbid")

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] | None = None
    data: list[Any]


class WantedOutput(BaseModel):
    """An output that is asked for."""

    model_config = ConfigDict(extra="forbid")

    name: str
    parameters: dict[str, Any] | None = None


class InferRequest(BaseModel):
    """The body of ``/v2/models/NAME/infer``."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    parameters: dict[str, Any] | None = None
    inputs: list[TensorRequest]
    outputs: list[WantedOutput] | None = None


class Tensor(BaseModel):
    """An output tensor, its data in row-major order."""

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] | None = None
    data: list[Any]


class InferResponse(BaseModel):
    """The answer of ``/v2/models/NAME/infer``."""

    model_name: str
    id: str | None = None
    outputs: list[Tensor]


def server_metadata() -> dict[str, Any]:
    """The answer of ``/v2``."""
    return {"name": "headstart", "version": __version__, "extensions": []}


def model_metadata(name: str, model: Served) -> dict[str, Any]:
    """The answer of ``/v2/models/NAME``."""
    modality = model.result_.modality
    meaning = {"content": _MEANINGS[modality]}
    tensor = {"name": _INPUT_NAMES[modality], "datatype": "BYTES", "shape": [-1]}
    return {
        "name": name,
        "platform": "headstart",
        "inputs": [{**tensor, "parameters": meaning}],
        "outputs": _output_facts(model),
    }


def _output_facts(model: Served) -> list[dict[str, Any]]:
    if isinstance(model, PlaceModel):
        told = {"content": "JSON, as POST /predict answers"}
        return [{"name": _ANSWER, "datatype": "BYTES", "shape": [-1], "parameters": told}]
    if isinstance(model, SeveralModel):
        return [
            fact for name, one in model.models.items() for fact in _facts_of(one.task, f"{name}.")
        ]
    return _facts_of(model.task)


def _facts_of(task: Task, prefix: str = "") -> list[dict[str, Any]]:
    """Of one target; where there are several, its name and a dot stand before each output."""
    if not task.gives_probabilities:
        return [{"name": f"{prefix}value", "datatype": "FP64", "shape": [-1]}]
    names = task.class_names
    return [
        {"name": f"{prefix}label", "datatype": "BYTES", "shape": [-1]},
        {
            "name": f"{prefix}probabilities",
            "datatype": "FP64",
            "shape": [-1, len(names)],
            "parameters": {"classes": names},
        },
    ]


#: Letters of a name, and names, that an error repeats.
_SHOWN = 20


def samples_of(asked: InferRequest, modality: str, most: int) -> list[Sample]:
    """The samples of a request.

    Raises
    ------
    RefusedError
        413 for too many, 422 for tensors of another kind.
    """
    name = _INPUT_NAMES[modality]
    if [tensor.name for tensor in asked.inputs] != [name]:
        seen = ", ".join(repr(tensor.name[:_SHOWN]) for tensor in asked.inputs[:_SHOWN]) or "none"
        raise RefusedError(
            422,
            f"The inputs are called {seen}; accepted is one, called {name!r}. See: GET "
            "/v2/models/NAME",
        )
    (tensor,) = asked.inputs
    if tensor.datatype != "BYTES":
        raise RefusedError(
            422, f"The input is of type {tensor.datatype[:80]!r}; accepted are BYTES: "
            f"{_MEANINGS[modality]}."
        )  # fmt: skip
    values = _flat(tensor)
    check_count(len(values), most)
    return pictures(values) if modality == "image" else list(values)


def _flat(tensor: TensorRequest) -> list[str]:
    """The values in order, whether the rows of shape [n, 1] are lists or not."""
    shape = tensor.shape
    if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
        raise RefusedError(422, f"The input has {len(shape)} axes; accepted are [n] and [n, 1].")
    values = [
        one[0] if isinstance(one, list) and len(one) == 1 and len(shape) == 2 else one
        for one in tensor.data
    ]
    if len(values) != shape[0]:
        raise RefusedError(422, f"The input has {len(values)} values for the shape {shape}.")
    if not all(isinstance(one, str) for one in values):
        raise RefusedError(422, "The input holds a value that is not a string.")
    return values


def check_wanted(asked: InferRequest, model: Served) -> None:
    """Refuse outputs that there are not, before anything is computed."""
    known = [fact["name"] for fact in _output_facts(model)]
    for one in asked.outputs or ():
        if one.name not in known:
            raise RefusedError(422, f"There is no such output; there are: {', '.join(known)}.")


def infer_response(
    name: str, asked: InferRequest, model: Served, answers: Sequence[Answer]
) -> dict[str, Any]:
    """The answer of ``/v2/models/NAME/infer``.

    Raises
    ------
    RefusedError
        422 if a sample cannot be read: a tensor has no place for a reason.
    """
    for place, answer in enumerate(answers):
        if answer.reason is not None:
            raise RefusedError(422, f"Sample {place} cannot be read: {answer.reason}.")
    wanted = None if not asked.outputs else {one.name for one in asked.outputs}
    outputs = [tensor for tensor in _tensors(model, answers) if not wanted or tensor.name in wanted]
    response = InferResponse(model_name=name, id=asked.id, outputs=outputs)
    return response.model_dump(exclude_none=True)


def _tensors(model: Served, answers: Sequence[Answer]) -> list[Tensor]:
    if isinstance(model, PlaceModel):
        texts = [json.dumps(answer_of(answer), ensure_ascii=False) for answer in answers]
        return [Tensor(name=_ANSWER, shape=[len(texts)], datatype="BYTES", data=texts)]
    if isinstance(model, SeveralModel):
        told = [answer.answers for answer in answers if isinstance(answer, TargetAnswers)]
        return [
            tensor
            for name, one in model.models.items()
            for tensor in _tensors_of(one.task, [each[name] for each in told], f"{name}.")
        ]
    return _tensors_of(model.task, [one for one in answers if isinstance(one, Prediction)])


def _tensors_of(task: Task, answers: Sequence[Prediction], prefix: str = "") -> list[Tensor]:
    count, predicted = len(answers), [answer.predicted for answer in answers]
    if not task.gives_probabilities:
        return [Tensor(name=f"{prefix}value", shape=[count], datatype="FP64", data=predicted)]
    names = task.class_names
    rows = [answer.probabilities[name] for answer in answers for name in names]
    return [
        Tensor(name=f"{prefix}label", shape=[count], datatype="BYTES", data=predicted),
        Tensor(
            name=f"{prefix}probabilities",
            shape=[count, len(names)],
            datatype="FP64",
            parameters={"classes": names},
            data=rows,
        ),
    ]
