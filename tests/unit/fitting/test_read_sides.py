"""Reading training and test data, also from one folder that holds both."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from headstart.data import read_table
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


@pytest.fixture
def reviews(tmp_path):
    def write(*parts, name="split"):
        rows = [f'"text number {row}",{"good" if row % 2 else "bad"},{part}' for row, part in parts]
        path = tmp_path / "reviews.csv"
        path.write_text("\n".join([f"text,label,{name}", *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_a_column_split_says_what_is_for_testing(reviews):
    parts = ["train", "Test", "val", "training", "test"]
    train, test = read_sides(reviews(*enumerate(parts)))
    assert [item.open() for item in train.items] == ["text number 0", "text number 3"]
    assert [item.open() for item in test.items] == ["text number 1", "text number 4"]
    assert (train.labels.tolist(), test.labels.tolist()) == (["bad", "good"], ["good", "bad"])
    assert train.notes[-1] == (
        "The column 'split' says which samples are for training (2) and which for testing (2); 1 "
        "are for neither, and were left out."
    )
    assert test.notes == ()


def test_a_column_split_of_pictures_is_obeyed_by_the_rows_that_are_there(photos, tmp_path):
    files = sorted(path.relative_to(photos) for path in photos.rglob("*.png"))[:3]
    lines = ["path,label,Split", "gone.png,a,test"]
    lines += [
        f"photos/{file},a,{part}"
        for file, part in zip(files, ("test", "train", "test"), strict=True)
    ]
    table = photos.parent / "pictures.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    train, test = read_sides(table)
    assert [one.name for one in train.items] == [str(photos.parent / "photos" / files[1])]
    assert len(test) == 2
    assert len(train.quarantined) == 1
    assert test.quarantined == ()


@pytest.mark.parametrize("parts", [["train", "train"], ["test", "test"], ["train", "far", "test"]])
def test_a_column_split_that_says_something_else_is_left_alone(reviews, parts):
    train, test = read_sides(reviews(*enumerate(parts)))
    assert len(train) == len(parts)
    assert test is None


def test_a_test_set_that_is_given_goes_before_the_column_split(reviews, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("text,label\nan entirely new text,good\n", encoding="utf-8")
    train, test = read_sides(reviews((0, "train"), (1, "test")), test=other)
    assert (len(train), len(test)) == (2, 1)


def test_a_column_split_can_be_the_label(reviews):
    whole = read_table(reviews((0, "train"), (1, "test")), label_column="split")
    assert whole.labels.tolist() == ["train", "test"]
    assert whole.parts is None
