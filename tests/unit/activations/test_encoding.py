"""The one pass: each content once, failures told, finished rows kept, memory bounded."""

import errno
import os
import threading

import numpy as np
import pytest

from headstart.activations import encoding
from headstart.activations.encoding import encode, stream
from headstart.activations.store import ActivationStore
from headstart.errors import CacheError


def values_of(table, items, name="mean"):
    return table.read([item.fingerprint for item in items], name).ravel().tolist()


def test_rows_are_stored_by_output(store, tiny_encoder, make_items):
    items = make_items([3, 1, 2])
    (table,), failures = encode(items, [tiny_encoder], store)
    assert failures == {}
    assert values_of(table, items) == [3, 1, 2]
    np.testing.assert_array_equal(
        table.read([items[1].fingerprint], "scaled"), np.float32([[2, 10]])
    )


def test_each_content_is_encoded_once(store, tiny_encoder, make_items):
    items = make_items([5, 6, 5, 5])
    (table,), _ = encode(items, [tiny_encoder], store)
    assert sorted(tiny_encoder.seen) == [5, 6]
    assert [len(item.sides) for item in items] == [1, 1, 0, 0]
    assert values_of(table, items) == [5, 6, 5, 5]


def test_nothing_is_decoded_when_all_is_stored(store, tiny_encoder, make_encoder, make_items):
    encode(make_items([1, 2]), [tiny_encoder], store)
    again, calls = make_encoder(), []
    items = make_items([2, 1])
    (table,), _ = encode(items, [again], store, lambda *call: calls.append(call))
    assert again.seen == []
    assert [item.sides for item in items] == [[], []]
    assert calls == []
    assert values_of(table, items) == [2, 1]


def test_only_what_is_missing_is_encoded(store, tiny_encoder, make_encoder, make_items):
    encode(make_items([1, 2]), [tiny_encoder], store)
    other, again = make_encoder("other"), make_encoder()
    tables, _ = encode(make_items([1, 2, 3]), [again, other], store)
    assert again.seen == [3]
    assert sorted(other.seen) == [1, 2, 3]
    assert [len(table) for table in tables] == [3, 3]


def test_a_failure_is_told_for_every_row_with_that_content(store, tiny_encoder, make_items):
    items = make_items([-1, 4, -2, -1])
    (table,), failures = encode(items, [tiny_encoder], store)
    assert failures == {0: "broken -1", 2: "broken -2", 3: "broken -1"}
    assert len(table) == 1
    assert values_of(table, items[1:2]) == [4]


def test_every_encoder_gets_its_own_decoding(store, make_encoder, make_items):
    """Else a vector would depend on which other encoders run beside it."""
    small, large, alike = map(make_encoder, "abc", (8, 64, 8))
    items = make_items([1])
    encode(items, [small, large, alike], store)
    assert sorted(items[0].sides) == [8, 64]


def test_encoders_are_finished_and_progress_is_told(store, tiny_encoder, make_items):
    calls = []
    encode(make_items([1, -1, 2]), [tiny_encoder], store, lambda *call: calls.append(call), "see")
    assert calls == [("see", 1, 3), ("see", 2, 3), ("see", 3, 3)]
    assert tiny_encoder.finished == 1
    assert all(name.startswith("decode") for name in tiny_encoder.threads)


def test_only_a_few_pictures_are_decoded_ahead(tiny_encoder, make_items, monkeypatch):
    monkeypatch.setattr(encoding, "available_cores", lambda: 2)
    items = make_items(range(200))
    most = 0

    def watch(step, done, total):
        nonlocal most
        most = max(most, sum(bool(item.sides) for item in items) - done)

    stream(items, [[tiny_encoder]] * 200, lambda *_: None, watch)
    assert 0 < most <= 2 * encoding._AHEAD_A_CORE
    assert len(tiny_encoder.seen) == 200


def test_vectors_are_received_in_the_calling_thread(tiny_encoder, make_items):
    seen = []

    def receive(row, encoder, vector):
        seen.append((row, encoder, vector[0], threading.current_thread()))

    failures = stream(make_items([7, -1, 9]), [[tiny_encoder], [tiny_encoder], []], receive)
    assert seen == [(0, tiny_encoder, 7, threading.current_thread())]
    assert failures == {1: "broken -1"}


def test_an_exception_in_receive_ends_the_pass(tiny_encoder, make_items):
    items = make_items(range(200))

    def refuse(*_):
        raise RuntimeError("no more")

    before = set(threading.enumerate())  # services of other tests have decoders too
    with pytest.raises(RuntimeError, match="no more"):
        stream(items, [[tiny_encoder]] * 200, refuse)
    assert tiny_encoder.finished == 1
    assert sum(bool(item.sides) for item in items) < 200
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("decode")]


def test_an_exception_in_prepare_is_not_swallowed(store, tiny_encoder, make_items, monkeypatch):
    def defect(image):
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr(tiny_encoder, "prepare", defect)
    with pytest.raises(ZeroDivisionError, match="a defect of ours"):
        encode(make_items([1]), [tiny_encoder], store)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_finished_rows_survive_an_interruption(store, make_encoder, make_items, error):
    items = make_items(range(20))

    def interrupt(step, done, total):
        if done == 12:
            raise error("stop")

    with pytest.raises(error, match="stop"):
        encode(items, [make_encoder()], store, interrupt)
    again = make_encoder()
    (table,), _ = encode(items, [again], store)
    assert sorted(again.seen) == list(range(12, 20))
    assert values_of(table, items) == list(range(20))


def shards(table):
    return list(table.folder.glob("*.safetensors"))


def test_rows_are_written_in_shards(store, tiny_encoder, make_items, monkeypatch):
    monkeypatch.setattr(encoding, "ROWS_A_SHARD", 8)
    (table,), _ = encode(make_items(range(20)), [tiny_encoder], store)
    assert len(shards(table)) == 3


def test_large_rows_are_written_before_a_shard_has_many(
    store, tiny_encoder, make_items, monkeypatch
):
    monkeypatch.setattr(encoding, "BYTES_A_SHARD", 8 * 3 * 4)
    (table,), _ = encode(make_items(range(20)), [tiny_encoder], store)
    assert len(shards(table)) == 3
    assert values_of(table, make_items(range(20))) == list(range(20))


def test_slow_rows_are_written_before_a_shard_is_full(store, tiny_encoder, make_items, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(encoding.time, "monotonic", lambda: next(clock))
    (table,), _ = encode(make_items(range(20)), [tiny_encoder], store)
    assert 2 <= len(shards(table)) <= 5


def test_a_full_disk_ends_the_pass_with_the_next_step(store, make_encoder, make_items, monkeypatch):
    monkeypatch.setattr(encoding, "ROWS_A_SHARD", 8)
    fsync, calls = os.fsync, []

    def fills_up(descriptor):
        calls.append(descriptor)
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    items = make_items(range(40))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills_up)
        with pytest.raises(CacheError, match=r"No space left on device.*headstart cache --clear"):
            encode(items, [make_encoder()], store)
    again = make_encoder()
    (table,), _ = encode(items, [again], store)
    assert 0 < len(again.seen) < 40  # what was written before the disk was full is kept
    assert values_of(table, items) == list(range(40))


def test_when_one_table_cannot_be_written_the_other_is(
    store, make_encoder, make_items, monkeypatch
):
    first, second = make_encoder("first"), make_encoder("second")
    append = encoding.ActivationTable.append

    def refuse_second(table, fingerprints, arrays):
        if table.folder == store.table(second.key).folder:
            raise CacheError("full")
        append(table, fingerprints, arrays)

    monkeypatch.setattr(encoding.ActivationTable, "append", refuse_second)
    with pytest.raises(CacheError, match="full"):
        encode(make_items([1, 2]), [first, second], store)
    assert len(store.table(first.key)) == 2
    assert len(store.table(second.key)) == 0


def test_the_limit_is_kept_but_not_at_the_cost_of_this_pass(store, make_encoder, make_items):
    old, new = make_encoder("old"), make_encoder("new")
    encode(make_items([1]), [old], store)
    full = ActivationStore(store.folder, limit=0)
    (table,), _ = encode(make_items([1]), [new], full)
    assert [facts.folder for facts in full.tables()] == [table.folder]
    assert len(full.table(new.key)) == 1


def test_a_pass_leaves_what_an_earlier_one_of_the_same_fit_stored(store, make_encoder, make_items):
    store.limit = 0
    (first,), _ = encode(make_items([1]), [make_encoder("first")], store)
    (second,), _ = encode(make_items([1]), [make_encoder("second")], store)
    assert {facts.folder for facts in store.tables()} == {first.folder, second.folder}


def test_no_items_are_no_work(store, tiny_encoder):
    (table,), failures = encode([], [tiny_encoder], store)
    assert len(table) == 0
    assert failures == {}
