"""Whatever a body holds, the service answers in its own words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.serving import RED, encoded, picture_model, running

from headstart.serve.limits import Limits

ADDRESSES = st.sampled_from(["/predict", "/explain", "/v2/models/model/infer"])
TYPES = st.sampled_from(
    ["application/json", "image/png", "multipart/form-data; boundary=x", "text/plain", "é", ""]
)
WORDS = st.sampled_from(
    ["images", "texts", "inputs", "outputs", "name", "shape", "datatype", "data", "id", "BYTES"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([encoded(RED), "image", "BYTES", "YQ=="])
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4)
)
ACCEPTED = {200, 400, 413, 415, 422}


@pytest.fixture(scope="module")
def service():
    with running(picture_model(), Limits(seconds=20)) as service:
        yield service


@settings(max_examples=150)
@given(address=ADDRESSES, body=st.binary(max_size=300), kind=TYPES)
def test_bytes(service, address, body, kind):
    answer = service.post(address, body, {"Content-Type": kind.encode("latin-1")})
    assert answer.status in ACCEPTED
    assert isinstance(answer.json, dict)


@settings(max_examples=150)
@given(address=ADDRESSES, content=JSON)
def test_json(service, address, content):
    answer = service.post(address, content)
    assert answer.status in ACCEPTED
    assert "error" in answer.json or answer.status == 200 or "predictions" in answer.json


@settings(max_examples=100)
@given(place=st.integers(0, len(RED) - 1), byte=st.integers(0, 255), end=st.integers(1, len(RED)))
def test_damaged_pictures(service, place, byte, end):
    damaged = (RED[:place] + bytes([byte]) + RED[place + 1 :])[:end]
    answer = service.post("/predict", damaged, {"Content-Type": "image/png"})
    (found,) = answer.json["predictions"]
    assert answer.status == (422 if "reason" in found else 200)


@settings(max_examples=50)
@given(
    tensor=st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["image", "text"]),
            "datatype": st.sampled_from(["BYTES", "FP32"]),
            "shape": st.lists(st.integers(-2, 3), max_size=3),
            "data": st.lists(JSON, max_size=3),
        },
    )
)
def test_tensors(service, tensor):
    whole = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [encoded(RED)]}
    answer = service.post("/v2/models/model/infer", {"inputs": [{**whole, **tensor}]})
    assert answer.status in ACCEPTED
    assert json.loads(answer.body)
