"""Texts without labels: a sentence a line, or a column."""

from __future__ import annotations

import pytest

from headstart.data import is_labelled
from headstart.data.sentences import is_text_file, read_unlabelled_texts, split_lines
from headstart.errors import InputError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sentence_a_line(here):
    (here / "s.txt").write_bytes(b"A slow, charming film.\r\n\nna\xefve\nThe end: a.jpg")
    data = read_unlabelled_texts("s.txt")
    assert [item.open() for item in data.items] == ["A slow, charming film.", "The end: a.jpg"]
    assert data.names == ["s.txt, row 1", "s.txt, row 4"]
    assert data.labels is None
    assert [(one.input, one.reason) for one in data.quarantined] == [
        ("s.txt, row 2", "empty: there is no text"),
        ("s.txt, row 3", "not UTF-8 text"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "column"),
    [
        ("t.csv", "label,text\n1,a\n,b\n", None),
        ("t.txt", "text\tlabel\na\t1\nb\t2\n", None),
        ("t.txt", "text\na\nb\n", None),
        ("t.csv", "path,words\nx.jpg,a\ny.jpg,b\n", "words"),
        ("t.jsonl", '{"text": "a"}\n{"text": "b"}\n', None),
    ],
)
def test_a_column_of_a_table(here, name, content, column):
    (here / name).write_text(content)
    assert is_text_file(name, column)
    assert [item.open() for item in read_unlabelled_texts(name, column).items] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("s.txt", "A film.\nAnother, with a comma.\n", True),
        ("s.txt", "pets/cat/0.jpg\nanother\n", False),
        ("s.txt", "gone/0.jpg\ngone/1.jpg\n", False),
        ("s.txt", "path\tlabel\ngone\tx\n", False),
        ("s.csv", "path,text\na,b\n", False),
        ("s.csv", "pets/cat/0.jpg\n", False),
        ("s.md", "A film.\n", False),
    ],
)
def test_sentences_are_told_from_paths(here, pets, name, content, expected):
    (here / name).write_text(content)
    assert is_text_file(name) == expected


def test_what_is_no_file_holds_no_text(here):
    (here / "folder.txt").mkdir()
    assert not is_text_file("folder.txt")
    assert not is_text_file("gone.txt")


def test_sentences_have_no_labels(here):
    (here / "s.txt").write_text("One, two.\nThree.\n")
    assert not is_labelled("s.txt")
    (here / "s.txt").write_text("text\tlabel\na\tb\n")
    assert is_labelled("s.txt")


def test_files_that_cannot_be_used(here):
    (here / "s.txt").write_text("")
    with pytest.raises(InputError, match=r"'s\.txt' is empty. Give each sentence a line"):
        read_unlabelled_texts("s.txt")
    with pytest.raises(InputError, match=r"'gone\.txt' cannot be read: no such file"):
        read_unlabelled_texts("gone.txt")


def test_lines_end_at_line_feeds_alone():
    assert split_lines("a\u2028b\x0bc\rd\n\n".encode()) == ["a\u2028b\x0bc\rd", ""]
    assert split_lines("\ufeffa\n".encode("utf-16-le")) == ["a"]
    assert split_lines(b"\xef\xbb\xbfa") == ["a"]
    assert split_lines(b"") == []
