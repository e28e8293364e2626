"""One compiled network for all predictions of a model, in turns."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from tests.serving import picture_model, text_model

from headstart.runs.resident import ResidentEncoder


class Counting:
    """An encoder that notices when two threads are inside."""

    def __init__(self):
        self.inside = self.most = 0

    def enter(self):
        self.inside += 1
        self.most = max(self.most, self.inside)
        threading.Event().wait(0.01)
        self.inside -= 1


def test_threads_take_turns():
    counting = Counting()
    resident = ResidentEncoder(counting)

    def take_a_turn(_):
        with resident.turn() as encoder:
            encoder.enter()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take_a_turn, range(8)))
    assert counting.most == 1


def test_a_turn_that_fails_is_over():
    resident = ResidentEncoder(Counting())
    with pytest.raises(ValueError, match="broken"), resident.turn():
        raise ValueError("broken")
    with resident.turn() as encoder:
        encoder.enter()


def test_a_model_keeps_its_encoder():
    model = picture_model()
    assert model.resident is model.resident
    columns = model.resident.columns(("hog",))
    assert (columns[0], len(columns)) == (768, 1764)


def test_counts_of_words_need_no_encoder():
    assert text_model().resident is None


def test_what_is_compiled_is_not_pickled():
    model = picture_model()
    red = [Image.new("RGB", (20, 20), (200, 30, 30))]
    before = model.predict_proba(red)
    again = pickle.loads(pickle.dumps(model))
    assert "resident" in model.__dict__
    assert "resident" not in again.__dict__
    assert np.array_equal(again.predict_proba(red), before)
