from __future__ import annotations

import os

import numpy as np
import pytest

from headstart.data.parts import take_part
from headstart.data.reading import read_any
from headstart.errors import InputError


@pytest.fixture
def named(tmp_path, photo):
    for seed, name in enumerate("abc"):
        (tmp_path / f"{name}.jpg").write_bytes(photo(seed))
    (tmp_path / "t.csv").write_text("path,label\na.jpg,x\nb.jpg,y\nc.jpg,x\n")
    return read_any(tmp_path / "t.csv")


@pytest.mark.parametrize("names", [("a", "b", "c"), ("a.jpg", "b.jpg", "photos/c.png")])
def test_the_part_that_is_named(named, tmp_path, names):
    (tmp_path / "split.csv").write_text(
        "name,split\n"
        + "".join(f"{n},{p}\n" for n, p in zip(names, ["train", "test", "train"], strict=True))
    )
    part = take_part(named, tmp_path / "split.csv", "train")
    assert [os.path.basename(name) for name in part.names] == ["a.jpg", "c.jpg"]
    assert np.array_equal(part.labels, ["x", "x"])
    assert part.notes == ()


def test_pictures_that_are_not_there_are_noted(named, tmp_path):
    (tmp_path / "split.csv").write_text("name,part\na,1\nz,1\n")
    part = take_part(named, tmp_path / "split.csv", "1")
    assert len(part) == 1
    assert "not among the samples: 1, the first being 'z'" in part.notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,split\na,train\n", "has no part 'test'. Its parts: train"),
        ("name,split\nz,test\n", "None of the 1 pictures .* is among the 3 samples"),
        ("name,colour\na,test\n", "no part column"),
    ],
)
def test_tables_that_do_not_help(named, tmp_path, content, message):
    (tmp_path / "split.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        take_part(named, tmp_path / "split.csv", "test")


def test_pictures_of_one_name_are_refused(pets, tmp_path):
    (tmp_path / "split.csv").write_text("name,split\n0,test\n")
    with pytest.raises(InputError, match="2 samples of 'test' are called '0'"):
        take_part(read_any(pets), tmp_path / "split.csv", "test")
