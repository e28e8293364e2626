"""Sources as they are typed."""

from __future__ import annotations

import pytest

from headstart.errors import InputError
from headstart.fitting.source_names import read_sources, source_settings, source_text


def test_several_sources_are_candidates():
    found = source_settings(["a/x", "b/y=weights.safetensors"])["candidates"]
    assert [(one.source, one.weights) for one in found] == [
        ("a/x", None),
        ("b/y", "weights.safetensors"),
    ]


@pytest.mark.parametrize(
    ("texts", "weights", "expected"),
    [
        (["a/x"], None, {"source": "a/x", "weights": None}),
        (["a/x"], "w.pth", {"source": "a/x", "weights": "w.pth"}),
        (["a/x=w.pth"], None, {"source": "a/x", "weights": "w.pth"}),
        ([], None, {"weights": None}),
        (["auto"], None, {"weights": None}),
    ],
)
def test_one_source_is_the_source(texts, weights, expected):
    assert source_settings(texts, weights) == expected


@pytest.mark.parametrize(
    ("texts", "weights", "match"),
    [
        (["a/x", "a/x"], None, "given 2 times"),
        (["a/x", "auto"], None, "stands beside"),
        (["=w.pth"], None, "accepted: NAME"),
        (["a/x="], None, "accepted: NAME"),
        (["a/x", "b/y"], "w.pth", "beside 2 sources"),
        (["a/x=v.pth"], "w.pth", "have a file already"),
    ],
)
def test_what_cannot_be_meant_is_refused(texts, weights, match):
    with pytest.raises(InputError, match=match):
        source_settings(texts, weights)


@pytest.mark.parametrize("text", ["a/x", "a/x=w.pth", "run:folder/of/run"])
def test_text_and_request_are_two_forms_of_the_same(text):
    assert source_text(read_sources([text])[0]) == text
