"""The one pass: decoding, preparation and the network side by side, rows stored as they come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.cores import available_cores
from headstart.activations.encoder import Encoder
from headstart.activations.half_precision import check_range
from headstart.activations.store import ActivationStore, ActivationTable
from headstart.data.dataset import Item
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

#: A crash costs at most this many rows or bytes, or what is finished in this many seconds.
ROWS_A_SHARD = 512
BYTES_A_SHARD = 64 * 2**20
SECONDS_A_SHARD = 5.0
#: Prepared pictures a core that may wait for the network; bounds the memory.
_AHEAD_A_CORE = 8

#: Gets a row, the encoder and what it made of the sample.
Receive = Callable[[int, Encoder, NDArray[Any]], None]


def stream(
    items: Sequence[Item],
    wanted: Sequence[Sequence[Encoder]],
    receive: Receive,
    progress: Progress = silent,
    step: str = "encode",
    workers: int | None = None,
) -> dict[int, str]:
    """Decode each item and give it to the encoders that want it.

    It is decoded once for all encoders that ask for the same ``smallest_side``.

    Parameters
    ----------
    items : sequence of Item
        The pictures.
    wanted : sequence of sequences of Encoder
        For each item the encoders that shall see it; an item that none wants is not opened.
    receive : callable
        Gets the row, the encoder and its vector; called in this thread, in any order.
    progress, step
        Who is told, and under which name.
    workers : int or None
        Threads that decode; None: one a core.

    Returns
    -------
    dict of int to str
        Row to reason for each picture that could not be read.

    Raises
    ------
    SourceError
        If a state is too large for float16.
    """
    rows = [row for row, encoders in enumerate(wanted) if encoders]
    ready: SimpleQueue[tuple[int, Encoder, NDArray[Any]]] = SimpleQueue()
    failures: dict[int, str] = {}
    try:
        with closing(_prepared(items, wanted, rows, workers)) as pictures:
            for count, (row, prepared) in enumerate(pictures, start=1):
                if isinstance(prepared, str):
                    failures[row] = prepared
                else:
                    for encoder, sample in zip(wanted[row], prepared, strict=True):
                        encoder.start(sample, partial(_deliver, ready, row, encoder))
                _drain(ready, receive)
                progress(step, count, len(rows))
    finally:  # nothing may still run when an interrupted pass has ended
        for encoder in {id(encoder): encoder for some in wanted for encoder in some}.values():
            encoder.finish()
    _drain(ready, receive)
    return failures


def _deliver(
    ready: SimpleQueue[tuple[int, Encoder, NDArray[Any]]],
    row: int,
    encoder: Encoder,
    vector: NDArray[Any],
) -> None:
    """Hand a vector over to the main thread, where a full disk can be met with an exception."""
    ready.put((row, encoder, vector))


def _drain(ready: SimpleQueue[tuple[int, Encoder, NDArray[Any]]], receive: Receive) -> None:
    while not ready.empty():
        row, encoder, vector = ready.get()
        check_range(vector, encoder)
        receive(row, encoder, vector)


def _prepared(
    items: Sequence[Item],
    wanted: Sequence[Sequence[Encoder]],
    rows: Sequence[int],
    workers: int | None,
) -> Generator[tuple[int, list[NDArray[Any]] | str]]:
    """Pictures made ready by a pool of threads, in order, never more than a few ahead."""
    waiting: deque[tuple[int, Future[list[NDArray[Any]] | str]]] = deque()
    threads = workers or available_cores()
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        try:
            for row in rows:
                waiting.append((row, pool.submit(_prepare, items[row], wanted[row])))
                if len(waiting) >= _AHEAD_A_CORE * threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _prepare(item: Item, encoders: Sequence[Encoder]) -> list[NDArray[Any]] | str:
    sides = {encoder.smallest_side for encoder in encoders}
    try:
        images = {side: item.open(at_least=side) for side in sides}
    except UnreadableInputError as error:
        return str(error)
    return [encoder.prepare(images[encoder.smallest_side]) for encoder in encoders]


class _Buffer:
    """Finished rows of one table that wait to be written together."""

    def __init__(self, table: ActivationTable, encoder: Encoder) -> None:
        self._table = table
        self._outputs = encoder.key.outputs
        self._splits = np.cumsum(encoder.sizes)[:-1]
        self._ids: list[bytes] = []
        self._vectors: list[NDArray[Any]] = []
        self._since = 0.0

    def add(self, fingerprint: bytes, vector: NDArray[Any]) -> None:
        if not self._ids:
            self._since = time.monotonic()
        self._ids.append(fingerprint)
        self._vectors.append(vector)
        late = time.monotonic() - self._since > SECONDS_A_SHARD
        large = len(self._ids) * vector.nbytes >= BYTES_A_SHARD
        if late or large or len(self._ids) >= ROWS_A_SHARD:
            self.write()

    def write(self) -> None:
        ids, vectors = self._ids, self._vectors
        self._ids, self._vectors = [], []
        if ids:
            parts = np.split(np.stack(vectors), self._splits, axis=1)
            self._table.append(ids, dict(zip(self._outputs, parts, strict=True)))


def encode(
    items: Sequence[Item],
    encoders: Sequence[Encoder],
    store: ActivationStore,
    progress: Progress = silent,
    step: str = "encode",
    workers: int | None = None,
    only: Sequence[Collection[bytes]] | None = None,
) -> tuple[list[ActivationTable], dict[int, str]]:
    """Fill the store with what is missing of ``items``.

    Rows that are finished when the pass is broken off are kept.

    Parameters
    ----------
    items : sequence of Item
        The pictures; the same content is encoded once.
    encoders : sequence of Encoder
        What shall see them.
    store : ActivationStore
        Where the vectors go.
    progress, step
        Who is told, and under which name.
    workers : int or None
        Threads that decode; None: one a core.
    only : sequence of collections of bytes, or None
        For each encoder the fingerprints of the pictures that it shall see; None: all.

    Returns
    -------
    tables : list of ActivationTable
        One an encoder.
    failures : dict of int to str
        Row to reason for each picture that could not be read.
    """
    tables = [store.table(encoder.key) for encoder in encoders]
    first_rows = {item.fingerprint: row for row, item in reversed(list(enumerate(items)))}
    asked = [first_rows] * len(encoders) if only is None else only
    wanted: list[list[Encoder]] = [[] for _ in items]
    for fingerprint, row in first_rows.items():
        wanted[row] = [
            encoder
            for encoder, table, some in zip(encoders, tables, asked, strict=True)
            if fingerprint in some and fingerprint not in table
        ]
    with ExitStack() as at_the_end:
        buffers = {}
        for encoder, table in zip(encoders, tables, strict=True):
            buffers[id(encoder)] = _Buffer(table, encoder)
            at_the_end.callback(buffers[id(encoder)].write)

        def receive(row: int, encoder: Encoder, vector: NDArray[Any]) -> None:
            buffers[id(encoder)].add(items[row].fingerprint, vector)

        failures = stream(items, wanted, receive, progress, step, workers)
    store.evict()
    reasons = {items[row].fingerprint: reason for row, reason in failures.items()}
    everywhere = {
        row: reasons[item.fingerprint]
        for row, item in enumerate(items)
        if item.fingerprint in reasons
    }
    return tables, everywhere
