"""What the other processes give or raise is what this one gives or raises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from torch.multiprocessing.spawn import ProcessRaisedException

from headstart import errors
from headstart.errors import HeadstartError
from headstart.training import processes as module
from headstart.training.linear_head import LinearHead
from headstart.training.loop import Trained
from headstart.training.outcome import Outcome
from headstart.training.processes import run_in_processes


class StrangerError(HeadstartError):
    """Of ours by its family, but not one that the other side knows by name."""


@dataclass(frozen=True)
class Launched:
    """Stands for Fabric: its processes run one after the other, here."""

    global_rank: int = 0
    n_processes: int = 2

    @property
    def is_global_zero(self):
        return self.global_rank == 0

    def launch(self, function):
        for rank in range(self.n_processes):
            try:
                function(Launched(rank))
            except Exception as error:
                text = f"\n\n-- Process {rank} terminated: {type(error).__name__}: {error}\n"
                raise ProcessRaisedException(text, rank, 1) from None


def numbers_of(fabric):
    rank = np.array(fabric.global_rank)
    head = LinearHead(np.zeros(1), np.ones(1), np.ones((1, 1)), np.zeros(1))
    none = np.empty(0)
    return Outcome({"rank": rank}, head, Trained((), "", ()), np.empty((0, 1)), none, none)


def raising(error):
    def function(fabric):
        if fabric.global_rank == 1:
            raise error
        return numbers_of(fabric)

    return function


def test_the_first_process_gives_the_outcome():
    assert int(run_in_processes(Launched(), numbers_of).tensors["rank"]) == 0


@pytest.mark.parametrize("kind", [one for one in vars(errors).values() if isinstance(one, type)])
def test_an_error_of_ours_comes_back_by_name(kind):
    message = 'No "room" left\nfor naïve\udc80 names.'
    with pytest.raises(HeadstartError) as caught:
        run_in_processes(Launched(), raising(kind(message)))
    assert type(caught.value) is kind
    assert str(caught.value) == message


@pytest.mark.parametrize("error", [StrangerError("odd"), ZeroDivisionError("odd")])
def test_another_error_keeps_its_traceback(error):
    with pytest.raises(RuntimeError) as caught:
        run_in_processes(Launched(), raising(error))
    assert type(caught.value) is RuntimeError
    assert str(caught.value) == f"-- Process 1 terminated: {type(error).__name__}: odd"


@pytest.mark.parametrize("name", ["annotations", "__doc__"])
def test_a_name_that_is_no_error_is_not_called(name):
    kind = type(name, (HeadstartError,), {})
    with pytest.raises(RuntimeError, match=f"terminated: {name}: odd"):
        run_in_processes(Launched(), raising(kind("odd")))


def test_an_error_that_cannot_be_told_is_a_traceback(monkeypatch):
    def full(path, content):
        raise OSError("No space left on device")

    monkeypatch.setattr(module, "write_atomically", full)
    with pytest.raises(RuntimeError, match="terminated: PlanError: odd"):
        run_in_processes(Launched(), raising(errors.PlanError("odd")))
