"""A shard is read back as written, and a damaged one is noticed when it is opened."""

import json

import numpy as np
import pytest

from headstart.activations.shard import FINGERPRINTS, Shard, write_shard
from headstart.errors import CacheError


@pytest.fixture
def path(tmp_path, ids):
    path = tmp_path / "rows.safetensors"
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(3, 2), "b": np.ones((3, 2, 2), np.uint8)}
    write_shard(path, ids(3), arrays)
    return path


def rewritten(path, change):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    entries = json.loads(content[8 : 8 + length])
    change(entries)
    header = json.dumps(entries).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])


def test_rows_come_back(path, ids):
    shard = Shard(path)
    assert shard.fingerprints() == ids(3)
    np.testing.assert_array_equal(shard.array("a"), [[0, 1], [2, 3], [4, 5]])
    assert shard.array("b").shape == (3, 2, 2)
    assert isinstance(shard.array("a"), np.memmap)


def test_an_array_that_is_not_contiguous_is_written_by_value(tmp_path, ids):
    path = tmp_path / "rows.safetensors"
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    write_shard(path, ids(3), {"a": array.T, "empty": np.empty((3, 0), np.float32)})
    np.testing.assert_array_equal(Shard(path).array("a"), array.T)
    assert Shard(path).array("empty").shape == (3, 0)


@pytest.mark.parametrize("size", [0, 4, 8, 60, -1])
def test_a_file_cut_short_is_noticed(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CacheError, match=r"does not begin like|cannot be read|bytes where"):
        Shard(path)


def test_a_file_with_more_than_it_announces_is_noticed(path):
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CacheError, match="bytes where its header announces"):
        Shard(path)


@pytest.mark.parametrize("header", [b"[]", b"{]", b'"text"', b'{"a": 3}', b"\xff\xff"])
def test_a_header_that_is_no_header_is_noticed(tmp_path, header):
    path = tmp_path / "rows.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(CacheError, match=r"header that cannot be read|does not begin"):
        Shard(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.pop(FINGERPRINTS),
        lambda entries: entries["a"].update(shape=[2, 3]),
        lambda entries: entries["a"].update(shape=[3, 3]),
        lambda entries: entries["a"].update(dtype="F64"),
        lambda entries: entries[FINGERPRINTS].update(shape=[6, 8]),
    ],
)
def test_arrays_that_do_not_fit_together_are_noticed(path, change):
    rewritten(path, change)
    with pytest.raises(CacheError, match=r"do not fit together|bytes where"):
        Shard(path)
