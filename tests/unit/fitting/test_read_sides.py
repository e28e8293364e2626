"""Reading training and test data, also from one folder that holds both."""

from __future__ import annotations

import shutil

import numpy as np

from headstart.fitting import read_sides


def test_a_folder_of_both_parts_is_taken_as_such(photos, tmp_path):
    both = tmp_path / "both"
    for part in ("train", "test"):
        shutil.copytree(photos, both / part)
    train, test = read_sides(both)
    assert (len(train), len(test)) == (20, 20)
    assert train.notes[0] == "'train' was taken for training and 'test' for testing."


def test_without_a_test_set_a_part_is_to_be_held_back(photos):
    train, test = read_sides(photos)
    assert len(train) == 20
    assert test is None


def test_samples_with_labels_as_a_pair():
    train, test = read_sides(np.zeros((2, 3)), ["a", "b"], (np.ones((1, 3)), ["a"]))
    assert train.labels.tolist() == ["a", "b"]
    assert test.labels.tolist() == ["a"]


def test_progress_is_told(photos):
    told = []
    read_sides(photos, progress=lambda step, done, total: told.append((step, done, total)))
    assert told[-1] == ("read", 20, 20)
