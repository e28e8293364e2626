"""The store: rows by content, tables by key, a limit on the whole."""

import errno
import os
import threading

import numpy as np
import pytest

from headstart.activations.key import ActivationKey
from headstart.activations.store import ActivationStore
from headstart.errors import CacheError
from headstart.files import temporary_sibling

KEY = ActivationKey("source", "weights", "preprocessing", "engine", "f32", ("a",))
OTHER = ActivationKey("other", "others", "preprocessing", "engine", "f32", ("a",))
THIRD = ActivationKey("third", "thirds", "preprocessing", "engine", "f32", ("a",))


def rows(*values):
    return {"a": np.array([[value, -value] for value in values], dtype=np.float32)}


def shards(table):
    return sorted(table.folder.glob("*.safetensors"))


def test_rows_come_back_in_the_order_asked_for(store, ids):
    table = store.table(KEY)
    one, two, three = ids(3)
    table.append([one], rows(1))
    table.append([two, three], rows(2, 3))
    expected = [[3, -3], [1, -1], [3, -3], [2, -2]]
    for reader in (table, store.table(KEY)):
        np.testing.assert_array_equal(reader.read([three, one, three, two], "a"), expected)
        assert len(reader) == 3
        assert two in reader
    assert reader.read([], "a").shape == (0, 2)
    assert reader.read([one], "a").dtype == np.float32


def test_what_is_read_is_not_the_file(store, ids):
    table = store.table(KEY)
    table.append(ids(1), rows(1))
    read = table.read(ids(1), "a")
    read[:] = 7
    np.testing.assert_array_equal(store.table(KEY).read(ids(1), "a"), [[1, -1]])


def test_tables_do_not_mix(store, ids):
    store.table(KEY).append(ids(1), rows(1))
    assert ids(1)[0] not in store.table(OTHER)


@pytest.mark.parametrize("filled", [True, False])
def test_a_missing_row_is_a_key_error(store, ids, filled):
    table = store.table(KEY)
    if filled:
        table.append(ids(1), rows(1))
    with pytest.raises(KeyError, match=r"xyz|no row is stored"):
        table.read([b"xyz"], "a")


def test_two_writers_with_the_same_row_do_no_harm(store, ids):
    first, second = store.table(KEY), store.table(KEY)
    first.append(ids(2), rows(0, 1))
    second.append(ids(3), rows(0, 1, 2))
    table = store.table(KEY)
    assert len(table) == 3
    np.testing.assert_array_equal(table.read(ids(3), "a"), rows(0, 1, 2)["a"])


def test_many_writers_at_once(store, ids):
    everyone = ids(64)

    def write(start):
        table = store.table(KEY)
        for number in range(start, start + 16):
            table.append([everyone[number]], rows(number))

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 8, 32, 48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = store.table(KEY)
    assert len(table) == 56
    kept = [number for number in range(64) if everyone[number] in table]
    read = table.read([everyone[number] for number in kept], "a")
    np.testing.assert_array_equal(read, rows(*kept)["a"])


def test_a_damaged_shard_is_removed_and_its_rows_are_missing(store, ids):
    table = store.table(KEY)
    table.append(ids(1), rows(1))
    (whole,) = shards(table)
    table.append(ids(3)[1:], rows(2, 3))
    (cut,) = set(shards(table)) - {whole}
    cut.write_bytes(cut.read_bytes()[:-1])
    again = store.table(KEY)
    assert shards(again) == [whole]
    assert [fingerprint in again for fingerprint in ids(3)] == [True, False, False]
    again.append(ids(3)[1:], rows(2, 3))
    np.testing.assert_array_equal(again.read(ids(3), "a"), rows(1, 2, 3)["a"])


def test_a_shard_that_cannot_be_opened_is_left_alone(store, ids, monkeypatch):
    table = store.table(KEY)
    table.append(ids(1), rows(1))

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("headstart.activations.store.Shard", refuse)
    again = store.table(KEY)
    assert len(again) == 0
    assert len(shards(again)) == 1


def test_leftovers_of_a_crash_are_swept(store):
    table = store.table(KEY)
    for folder in (table.folder, store.folder):
        leftover = temporary_sibling(folder / "x.safetensors")
        leftover.write_bytes(b"half")
        os.utime(leftover, (0, 0))
    store.table(KEY)
    assert [path.name for path in table.folder.iterdir()] == ["key.json"]
    assert list(store.folder.iterdir()) == [table.folder]


def test_the_table_says_what_it_holds(store, ids):
    store.table(KEY).append(ids(2), rows(1, 2))
    (facts,) = store.tables()
    assert facts.bytes == sum(path.stat().st_size for path in facts.folder.iterdir())
    assert '"weights": "weights"' in (facts.folder / "key.json").read_text()


def used(table, seconds):
    os.utime(table.folder / "key.json", (seconds, seconds))


def test_least_recently_used_tables_go_first(tmp_path, ids):
    writer = ActivationStore(tmp_path, limit=0)
    tables = [writer.table(key) for key in (KEY, OTHER, THIRD)]
    for table, when in zip(tables, (300, 100, 200), strict=True):
        table.append(ids(4), rows(1, 2, 3, 4))
        used(table, when)
    size = writer.tables()[0].bytes
    store = ActivationStore(tmp_path, limit=2 * size + 20)
    assert [facts.folder for facts in store.evict()] == [tables[1].folder]
    assert [facts.folder for facts in store.tables()] == [tables[2].folder, tables[0].folder]


def test_tables_that_are_in_use_stay(tmp_path, ids):
    writer = ActivationStore(tmp_path, limit=0)
    for key in (KEY, OTHER, THIRD):
        writer.table(key).append(ids(1), rows(1))
    assert writer.evict() == []
    store = ActivationStore(tmp_path, limit=0)
    kept = [store.table(OTHER).folder, store.table(THIRD).folder]
    assert [facts.folder.name for facts in store.evict()] == [KEY.digest]
    assert {path for path in tmp_path.iterdir()} == set(kept)


def test_a_table_is_found_where_it_is_and_made_nowhere(store, ids):
    assert store.find(KEY) is None
    assert not store.folder.exists()
    store.table(KEY).append(ids(2), rows(1, 2))
    found = store.find(KEY)
    assert found is not None
    assert found.read(ids(2), "a").tolist() == store.table(KEY).read(ids(2), "a").tolist()
    assert store.find(OTHER) is None


def test_finding_a_table_is_no_use_of_it(tmp_path, ids):
    ActivationStore(tmp_path, limit=0).table(KEY).append(ids(1), rows(1))
    store = ActivationStore(tmp_path, limit=0)
    assert store.find(KEY) is not None
    assert len(store.evict()) == 1
    assert store.find(KEY) is None


def test_nothing_is_evicted_within_the_limit(store, ids):
    store.table(KEY).append(ids(1), rows(1))
    assert store.evict() == []
    assert len(store.tables()) == 1


def test_opening_a_table_marks_it_as_used(tmp_path):
    store = ActivationStore(tmp_path, limit=0)
    used(store.table(KEY), 100)
    used(store.table(OTHER), 200)
    store.table(KEY)
    assert store.tables()[-1].folder == store.table(KEY).folder


def test_a_table_that_is_being_removed_is_not_listed(store):
    table = store.table(KEY)
    os.replace(table.folder, temporary_sibling(table.folder))
    assert store.tables() == []


def no_space(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_costs_no_stored_row(store, ids, monkeypatch):
    table = store.table(KEY)
    table.append(ids(1), rows(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_space)
        with pytest.raises(CacheError, match=r"No space left on device.*headstart cache --clear"):
            table.append(ids(2)[1:], rows(2))
    assert len(table) == 1
    again = store.table(KEY)
    np.testing.assert_array_equal(again.read(ids(1), "a"), [[1, -1]])
    assert sorted(path.suffix for path in table.folder.iterdir()) == [".json", ".safetensors"]
    again.append(ids(2)[1:], rows(2))
    assert len(store.table(KEY)) == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(CacheError, match=r"cannot be written.*HEADSTART_CACHE"):
        ActivationStore(blocked / "store", limit=0).table(KEY)


def test_a_table_that_another_process_removed_is_told(store, ids):
    table = store.table(KEY)
    table.append(ids(1), rows(1))
    store.limit = 0
    ActivationStore(store.folder, limit=0).evict()
    with pytest.raises(CacheError, match="run the same command again"):
        table.read(ids(1), "a")
    with pytest.raises(CacheError, match="cannot be written"):
        table.append(ids(2)[1:], rows(2))


def test_place_and_limit_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", "123")
    store = ActivationStore()
    assert store.folder == tmp_path / "activations"
    assert store.limit == 123
    assert list(tmp_path.iterdir()) == []
