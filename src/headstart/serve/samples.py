"""The samples of a request, from whichever of the accepted forms its body has."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from headstart.serve.form_file import form_file
from headstart.serve.refusals import RefusedError
from headstart.serve.sample_reader import Sample

#: Larger bodies are parsed in another thread, so that other requests do not wait for them.
_LARGE = 256 * 1024
_FAULTS_SHOWN = 3
_LONGEST_FAULT = 300
_ACCEPTED = {
    "image": (
        "Accepted are one picture as the body (image/jpeg, image/png, ...), a form with a file, or "
        'JSON: {"images": ["BASE64", ...]}.'
    ),
    "text": 'Accepted is JSON: {"texts": ["...", ...]}, or one text as the body (text/plain).',
}


Form = TypeVar("Form", bound=BaseModel)


class SamplesRequest(BaseModel):
    """Pictures or texts, whichever the model reads."""

    model_config = ConfigDict(extra="forbid", strict=True)

    images: list[str] | None = Field(None, description="Picture files in Base64.")
    texts: list[str] | None = Field(None, description="Texts as they are.")


async def read_samples(request: Request, modality: str, most: int) -> list[Sample]:
    """The samples in order, at least one.

    Parameters
    ----------
    request : Request
        Its body is held already, so that nothing waits here.
    modality : {"image", "text"}
        What the model reads.
    most : int
        Samples that are accepted.

    Raises
    ------
    RefusedError
        400 for what is no JSON, 413 for too many, 415 for another kind of body, 422 for JSON of
        another form.
    """
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if len(body) < _LARGE:
        return _samples(body, kind, modality, most)
    return await asyncio.to_thread(_samples, body, kind, modality, most)


def _samples(body: bytes, content_type: str, modality: str, most: int) -> list[Sample]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _from_json(body, modality, most)
    if modality == "image" and kind == "multipart/form-data":
        return [form_file(body, content_type)]
    if modality == "image" and (kind.startswith("image/") or kind == "application/octet-stream"):
        return [body]
    if modality == "text" and kind == "text/plain":
        return [_text(body)]
    raise RefusedError(415, f"The body is of type {kind[:80]!r}. {_ACCEPTED[modality]}")


def _from_json(body: bytes, modality: str, most: int) -> list[Sample]:
    asked = parsed(SamplesRequest, body)
    wanted, other = (
        (asked.images, asked.texts) if modality == "image" else (asked.texts, asked.images)
    )
    if wanted is None or other is not None:
        raise RefusedError(422, f"This model reads {modality}s. {_ACCEPTED[modality]}")
    check_count(len(wanted), most)
    return pictures(wanted) if modality == "image" else list(wanted)


def parsed(form: type[Form], body: bytes) -> Form:
    """The body as JSON of that form; errors name the place and never repeat the body."""
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        status = 400 if faults[0]["type"] == "json_invalid" else 422
        told = [
            f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg']}"[:_LONGEST_FAULT]
            for fault in faults[:_FAULTS_SHOWN]
        ]
        raise RefusedError(status, "; ".join(told)) from None


def check_count(count: int, most: int) -> None:
    """Refuse nothing and too much."""
    if count == 0:
        raise RefusedError(422, "There is nothing to predict: 0 samples. Give at least one.")
    if count > most:
        raise RefusedError(413, f"{count} samples; at most {most} may come in one request.")


def pictures(encoded: Sequence[str]) -> list[Sample]:
    """Picture files from Base64; a data URI stands for what it holds."""
    return [_decoded(text, place) for place, text in enumerate(encoded)]


def _decoded(text: str, place: int) -> bytes:
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(422, f"Picture {place} is not in Base64.") from None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RefusedError(
            400, f"The text is not UTF-8: byte {error.start} cannot be read."
        ) from None
