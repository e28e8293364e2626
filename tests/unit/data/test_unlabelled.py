"""Pictures without labels: from a folder, a table, a list."""

from __future__ import annotations

import pytest

from headstart.data import is_labelled, read_unlabelled
from headstart.errors import InputError


@pytest.fixture
def heap(tmp_path, photo):
    """Four pictures in a folder, and a text that is none."""
    folder = tmp_path / "heap"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.jpg").write_bytes(photo(number))
    (folder / "notes.txt").write_text("nothing to see")
    return folder


def names(dataset):
    return [name.rpartition("/")[2] for name in dataset.names]


def test_a_folder_of_pictures(heap):
    dataset = read_unlabelled(heap)
    assert names(dataset) == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert dataset.labels is None
    assert [one.input.rpartition("/")[2] for one in dataset.quarantined] == ["notes.txt"]


def test_class_folders_lose_their_labels(pets):
    dataset = read_unlabelled(pets)
    assert len(dataset) == 6
    assert dataset.labels is None


@pytest.mark.parametrize(
    "text",
    ["path,year\nheap/0.jpg,1\nheap/2.jpg,2\n", "heap/0.jpg\nheap/2.jpg\n"],
    ids=["table", "list"],
)
def test_a_table_or_a_list(heap, text):
    (heap.parent / "list.csv").write_text(text)
    assert names(read_unlabelled(heap.parent / "list.csv")) == ["0.jpg", "2.jpg"]


def test_a_column_by_name(heap):
    (heap.parent / "list.csv").write_text("a,b\nheap/0.jpg,heap/1.jpg\n")
    assert names(read_unlabelled(heap.parent / "list.csv", "b")) == ["1.jpg"]
    with pytest.raises(InputError, match="has no path column"):
        read_unlabelled(heap.parent / "list.csv")


def test_a_list_of_files_that_are_not_there(heap):
    (heap.parent / "list.txt").write_text("path\ngone/1.jpg\n")
    with pytest.raises(InputError, match=r"None of the 1 files that '.*list\.txt' names exists"):
        read_unlabelled(heap.parent / "list.txt")


def test_a_table_of_no_path(heap):
    (heap.parent / "list.csv").write_text("path,n\n,1\n")
    with pytest.raises(InputError, match=r"names no picture\. Give each picture a row"):
        read_unlabelled(heap.parent / "list.csv")


def test_where_there_are_labels(heap, pets, tmp_path):
    assert is_labelled(pets)
    assert not is_labelled(heap)
    (heap / "more").mkdir()
    assert not is_labelled(heap)  # one folder tells nothing apart
    assert is_labelled(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    assert is_labelled(tmp_path / "empty")


@pytest.mark.parametrize(("header", "labelled"), [("path,Label", True), ("path,size", False)])
def test_tables_with_and_without_labels(tmp_path, header, labelled):
    (tmp_path / "t.csv").write_text(f"{header}\na.jpg,1\n")
    assert is_labelled(tmp_path / "t.csv") == labelled
    assert is_labelled(tmp_path / "t.csv", "size")
