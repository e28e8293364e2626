"""Class folders of texts, one document a file."""

from __future__ import annotations

import pytest

from headstart.data.reading import read_any
from headstart.fitting import read_sides


@pytest.fixture
def reviews(tmp_path):
    """Two parts of two classes with two reviews each."""
    for part in ("train", "test"):
        for label in ("neg", "pos"):
            folder = tmp_path / part / label
            folder.mkdir(parents=True)
            for number in range(2):
                (folder / f"{number}.txt").write_text(f"{part} {label}\n{number}, naïve")
    return tmp_path


def test_class_folders_of_texts(reviews):
    data = read_any(reviews / "train")
    assert data.modality == "text"
    assert data.labels.tolist() == ["neg", "neg", "pos", "pos"]
    assert data.items[3].open() == "train pos\n1, naïve"
    assert data.names[3] == str(reviews / "train" / "pos" / "1.txt")


def test_both_sides(reviews):
    train, test = read_sides(reviews)
    assert (len(train), len(test)) == (4, 4)


def test_files_at_fault_are_set_aside(reviews, photo):
    folder = reviews / "test" / "pos"
    (folder / "0.txt").write_text(" ")
    (folder / "1.txt").write_bytes(b"caf\xe9")
    (folder / "2.jpg").write_bytes(photo())
    data = read_any(reviews / "test")
    assert data.labels.tolist() == ["neg", "neg"]
    assert [one.reason for one in data.quarantined] == [
        "empty: there is no text",
        "not UTF-8 text",
        "not a text: accepted beside texts is .txt",
    ]


def test_a_few_texts_among_pictures_are_no_samples(pets):
    (pets / "cat" / "notes.txt").write_text("about cats")
    data = read_any(pets)
    assert (data.modality, len(data), len(data.quarantined)) == ("image", 6, 1)
