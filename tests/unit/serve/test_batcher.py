"""The queue: bounded, batched, in order, and never stuck."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from headstart.errors import UnreadableInputError
from headstart.runs import Prediction
from headstart.serve.batcher import Batcher
from headstart.serve.limits import Limits
from headstart.serve.refusals import RefusedError


class Gate:
    """An engine that answers when it is told to; samples are their own answers."""

    def __init__(self, is_open=True):
        self.go_on = threading.Event()
        self.began = threading.Event()
        self.prepared = []
        self.sizes = []
        if is_open:
            self.go_on.set()

    def prepare(self, sample):
        if sample == "unreadable":
            raise UnreadableInputError("broken")
        if sample == "odd":
            raise KeyError("a defect")
        self.prepared.append(sample)
        return sample

    def answers(self, batch):
        self.sizes.append(0)
        for asker, sample in batch:
            self.sizes[-1] += 1
            self.began.set()
            assert self.go_on.wait(10)
            if sample == "poison":
                raise RuntimeError("a defect")
            yield asker, Prediction("", sample)


@pytest.fixture
def make():
    made = []

    def make(engine, **limits):
        made.append(Batcher(engine, Limits(**limits)))
        return made[-1]

    yield make
    for batcher in made:
        batcher.close()


def answers(futures):
    return [future.result(10).predicted for future in futures]


def wait_for(condition):
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.005)
    pytest.fail("it did not come to that")


def test_every_answer_is_that_of_its_sample(make):
    batcher = make(Gate(), waiting=1000)
    futures = batcher.submit([str(number) for number in range(500)])
    assert answers(futures) == [str(number) for number in range(500)]
    assert batcher.waiting == 0


def test_what_waits_is_computed_together_up_to_the_limit(make):
    gate = Gate(is_open=False)
    batcher = make(gate, samples=4)
    first = batcher.submit(["first"])
    assert gate.began.wait(10)
    rest = batcher.submit(list("abcdef"))
    wait_for(lambda: len(gate.prepared) == 7)  # decoded while the first is computed
    gate.go_on.set()
    assert answers(first + rest) == ["first", *"abcdef"]
    assert gate.sizes == [4, 3]  # the first one's batch takes what came meanwhile


def test_a_full_queue_refuses_all_of_a_request_and_tells_when_to_come_again(make):
    gate = Gate(is_open=False)
    batcher = make(gate, waiting=3)
    accepted = batcher.submit(["a", "b"])
    with pytest.raises(RefusedError, match="2 samples wait already; at most 3 may") as refused:
        batcher.submit(["c", "d"])
    assert refused.value.status == 429
    assert int(refused.value.headers["Retry-After"]) >= 1
    accepted += batcher.submit(["e"])
    gate.go_on.set()
    assert answers(accepted) == ["a", "b", "e"]
    assert answers(batcher.submit(["f", "g", "h"])) == ["f", "g", "h"]


def test_a_sample_that_is_given_up_is_not_computed(make):
    gate = Gate(is_open=False)
    batcher = make(gate)
    first = batcher.submit(["first"])
    assert gate.began.wait(10)
    second, third = batcher.submit(["second", "third"])
    assert second.cancel()
    assert batcher.waiting == 2
    gate.go_on.set()
    assert answers([*first, third]) == ["first", "third"]
    assert sum(gate.sizes) == 2
    with pytest.raises(CancelledError):
        second.result(10)


def test_what_cannot_be_read_is_answered_with_its_reason(make):
    good, bad = make(Gate()).submit(["good", "unreadable"])
    assert bad.result(10).reason == "broken"
    assert good.result(10).reason is None


def test_a_defect_reaches_the_asker_and_nobody_else(make):
    batcher = make(Gate())
    with pytest.raises(KeyError, match="a defect"):
        batcher.submit(["odd"])[0].result(10)
    with pytest.raises(RuntimeError, match="a defect"):
        batcher.submit(["poison"])[0].result(10)
    assert answers(batcher.submit(["good"])) == ["good"]
    assert batcher.waiting == 0


def test_closing_answers_what_was_accepted():
    gate = Gate(is_open=False)
    batcher = Batcher(gate, Limits(samples=2))
    futures = batcher.submit(list("abcde"))
    closing = threading.Thread(target=batcher.close)
    closing.start()
    gate.go_on.set()
    closing.join(10)
    assert not closing.is_alive()
    assert [future.done() for future in futures] == [True] * 5
    assert answers(futures) == list("abcde")
