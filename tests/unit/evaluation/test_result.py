"""The result: plain data with the keys that others rely on."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from headstart.evaluation.result import (
    BaselineFigures,
    NearDuplicate,
    Result,
    TransferFigures,
)
from headstart.metrics.figure import Figure

FIGURE = Figure(0.9, 0.8, 0.95)
FULL = Result(
    task="classification",
    modality="image",
    classes=("a", "b"),
    n_train=8,
    n_test=2,
    source="tiny/net",
    plan={"source": "tiny/net", "stages": []},
    test={"accuracy": FIGURE},
    baselines=(BaselineFigures("majority class", {"accuracy": FIGURE}),),
    compared_with="majority class",
    verdict="transfer helps",
    difference=FIGURE,
    confusion=((1, 0), (0, 1)),
    calibration=({"confidence": 0.9, "accuracy": 1.0, "count": 2},),
    fallback="majority class",
    with_transfer=TransferFigures("tiny/net", {"source": "tiny/net"}, {"accuracy": FIGURE}),
    duplicates=("a/1.jpg",),
    near_duplicates=(NearDuplicate("t.jpg", "l.jpg", 0.99),),
    quarantined=({"input": "x.jpg", "reason": "an empty file"},),
    notes=("A note.",),
    seconds={"read": 0.5},
    per_class={"a": FIGURE},
    label_column="kind",
)
#: What the design promises to those who read ``--json``.
PROMISED = {
    *("task", "modality", "n_train", "n_test", "source", "plan", "test", "baselines"),
    *("verdict", "difference", "quarantined", "seconds"),
}


def test_json_and_back():
    assert Result.from_dict(json.loads(json.dumps(FULL.to_dict()))) == FULL


def test_the_smallest_result_and_back():
    small = Result("classification", "embedding", ("a", "b"), 2, 0, "embeddings", {}, {}, ())
    assert Result.from_dict(json.loads(json.dumps(small.to_dict()))) == small


def test_the_example_fills_every_field():
    assert all(getattr(FULL, field.name) for field in fields(Result))


def test_what_was_saved_instead_is_no_other_model_and_what_was_tried_is():
    assert [one.name for one in FULL.others] == ["with transfer from tiny/net"]
    usual = replace(FULL, fallback=None, with_transfer=None)
    assert usual.others == FULL.baselines


def test_a_result_of_an_earlier_version_fell_back_to_nothing():
    plain = FULL.to_dict()
    del plain["fallback"], plain["with_transfer"]
    old = Result.from_dict(plain)
    assert (old.fallback, old.with_transfer) == (None, None)


def test_the_promised_keys_are_there():
    plain = json.loads(json.dumps(FULL.to_dict()))
    assert set(plain) >= PROMISED
    assert plain["test"]["accuracy"] == {"value": 0.9, "low": 0.8, "high": 0.95}
    assert plain["difference"] == {"value": 0.9, "low": 0.8, "high": 0.95}
    assert set(plain["baselines"][0]) == {"name", "test"}
    assert plain["quarantined"] == [{"input": "x.jpg", "reason": "an empty file"}]


def test_keys_of_a_newer_version_are_ignored():
    assert Result.from_dict({**FULL.to_dict(), "aura": "blue"}) == FULL
