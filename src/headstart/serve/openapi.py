"""What the description of the service says of bodies that are parsed by hand."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from headstart.serve.protocol_v2 import InferRequest
from headstart.serve.samples import SamplesRequest


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


def _schema(form: type[BaseModel]) -> Any:
    """The schema with its definitions in their places: references would lead out of it."""
    schema = form.model_json_schema()
    definitions = schema.pop("$defs", {})

    def placed(value: Any) -> Any:
        if isinstance(value, dict) and "$ref" in value:
            return placed(definitions[value["$ref"].rpartition("/")[2]])
        if isinstance(value, dict):
            return {key: placed(inner) for key, inner in value.items()}
        return [placed(inner) for inner in value] if isinstance(value, list) else value

    return placed(schema)


_JSON = {"application/json": {"schema": _schema(SamplesRequest)}}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {"image": {"type": "string", "format": "binary"}},
        "required": ["image"],
    }
}

#: Of ``/predict`` and ``/explain``, by what the model reads.
SAMPLES = {
    "image": _body({**_JSON, "image/*": _BYTES, "multipart/form-data": _FORM}),
    "text": _body({**_JSON, "text/plain": {"schema": {"type": "string"}}}),
}
#: Of ``/v2/models/NAME/infer``.
INFER = _body({"application/json": {"schema": _schema(InferRequest)}})
