"""Labels that look wrong, as evidence of a fit."""

from __future__ import annotations

import numpy as np

from headstart.data import read_embeddings
from headstart.fitting import Settings, fit
from headstart.fitting.label_evidence import QUESTION


def data(n_flips=0):
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 2
    vectors = rng.normal(size=(120, 6))
    vectors[:, 0] += 8.0 * truth
    labels = np.where(np.isin(np.arange(120), np.arange(n_flips) * 7), 1 - truth, truth)
    return read_embeddings(vectors, np.array(["cat", "dog"])[labels])


def decisions(model):
    return [one for one in model.evidence.decisions if one.question == QUESTION]


def test_planted_flips_are_in_the_evidence_and_in_a_note():
    model = fit(data(n_flips=5), settings=Settings(test_fraction=0.1))
    (decision,) = decisions(model)
    flipped = {f"row {row}" for row in np.arange(5) * 7}
    found = [row["input"] for row in decision.measurements]
    assert found
    assert set(found) <= flipped
    first = decision.measurements[0]
    assert {first["given"], first["looks_like"]} == {"cat", "dog"}
    assert 0.9 <= first["confidence"] <= 1
    (note,) = (note for note in model.result_.notes if note.startswith("Labels that look wrong"))
    assert found[0] in note


def test_right_labels_are_not_mentioned():
    model = fit(data())
    assert decisions(model) == []
    assert not any("look wrong" in note for note in model.result_.notes)


def test_numbers_are_not_suspected():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 4))
    model = fit(read_embeddings(vectors, vectors[:, 0]), settings=Settings(task="regression"))
    assert decisions(model) == []
