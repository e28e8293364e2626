"""Batches of what waits: a bounded queue, threads that decode, one thread that computes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Protocol

from headstart.activations.cores import available_cores
from headstart.errors import UnreadableInputError
from headstart.runs import Prediction
from headstart.serve.answers import Answer
from headstart.serve.limits import Limits
from headstart.serve.refusals import too_many
from headstart.serve.sample_reader import Asker, Sample

#: How much the last batch counts in the pace that tells when to come again.
_NEWS = 0.2
_LONGEST_WAIT = 60


class Answering(Protocol):
    """What the batcher needs of an engine."""

    def prepare(self, sample: Sample) -> Any: ...

    def answers(self, batch: Iterable[tuple[Asker, Any]]) -> Iterable[tuple[Asker, Answer]]: ...


@dataclass(eq=False)
class _Waiting:
    """An accepted sample and who waits for its answer."""

    sample: Sample | None
    answer: Future[Answer] = field(default_factory=Future)
    prepared: Any = None


class Batcher:
    """Accepts samples up to a bound and answers each, several together.

    While a batch is computed the next ones are decoded, so that the cores always have something to
    do. A sample whose asker has given up is dropped where it stands.

    Parameters
    ----------
    engine : Answering
        ``prepare`` is called by several threads, ``answers`` by one.
    limits : Limits
        ``waiting`` and ``samples``.
    on_batch : callable
        Told how many samples each batch has.
    """

    def __init__(
        self, engine: Answering, limits: Limits, on_batch: Callable[[int], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._limits = limits
        self._on_batch = on_batch
        self._lock = Lock()
        self._waiting = 0
        self._seconds_a_sample = 0.01
        self._ready: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._decoders = ThreadPoolExecutor(available_cores(), thread_name_prefix="decode")
        self._worker = Thread(target=self._work, name="batches", daemon=True)
        self._worker.start()

    @property
    def waiting(self) -> int:
        """Samples that were accepted and are not answered yet."""
        return self._waiting

    def submit(self, samples: Sequence[Sample]) -> list[Future[Answer]]:
        """Accept all or none.

        Returns
        -------
        list of Future
            Each gives an answer, or a Prediction with the reason why the sample cannot be read.

        Raises
        ------
        RefusedError
            429 when too many wait.
        """
        with self._lock:
            self.check_room(len(samples))
            self._waiting += len(samples)
        return [self._accepted(sample) for sample in samples]

    def check_room(self, n_samples: int = 1) -> None:
        """Refuse samples for which there is no room.

        Raises
        ------
        RefusedError
            429 when too many wait.
        """
        waiting, most = self._waiting, self._limits.waiting
        if waiting + n_samples > most:
            seconds = min(max(1, math.ceil(waiting * self._seconds_a_sample)), _LONGEST_WAIT)
            raise too_many(f"{waiting} samples wait already; at most {most} may.", seconds)

    def _accepted(self, sample: Sample) -> Future[Answer]:
        one = _Waiting(sample)
        one.answer.add_done_callback(self._count_down)
        self._decoders.submit(self._prepare, one)
        return one.answer

    def close(self) -> None:
        """Answer what was accepted, then end the threads."""
        self._decoders.shutdown(wait=True)
        self._ready.put(None)
        self._worker.join()

    def _count_down(self, _: Future[Answer]) -> None:
        with self._lock:
            self._waiting -= 1

    def _prepare(self, one: _Waiting) -> None:
        sample, one.sample = one.sample, None
        if sample is None or one.answer.cancelled():
            return
        try:
            one.prepared = self._engine.prepare(sample)
        except UnreadableInputError as error:
            _settle(one, Prediction("", reason=str(error)))
        except Exception as error:  # a defect of ours: the asker gets it, the thread goes on
            _fail(one, error)
        else:
            self._ready.put(one)

    def _work(self) -> None:
        while (first := self._ready.get()) is not None:
            self._answer(first)

    def _answer(self, first: _Waiting) -> None:
        """Answer the first and what is ready beside it."""
        batch: list[_Waiting] = []
        start = time.monotonic()
        try:
            for one, answer in self._engine.answers(self._taken(first, batch)):
                one.answer.set_result(answer)
        except Exception as error:  # a defect of ours: these get it, the thread goes on
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
        if batch:
            self._on_batch(len(batch))
            pace = (time.monotonic() - start) / len(batch)
            self._seconds_a_sample += _NEWS * (pace - self._seconds_a_sample)

    def _taken(self, one: _Waiting | None, batch: list[_Waiting]) -> Iterator[tuple[_Waiting, Any]]:
        """Whatever is ready, up to the limit; what comes while the network works is among it."""
        while one is not None:
            if one.answer.set_running_or_notify_cancel():
                batch.append(one)
                yield one, one.prepared
            if len(batch) == self._limits.samples:
                return
            try:
                one = self._ready.get_nowait()
            except Empty:
                return
        self._ready.put(None)  # the end comes after this batch


def _settle(one: _Waiting, answer: Answer) -> None:
    if one.answer.set_running_or_notify_cancel():
        one.answer.set_result(answer)


def _fail(one: _Waiting, error: Exception) -> None:
    if one.answer.set_running_or_notify_cancel():
        one.answer.set_exception(error)
