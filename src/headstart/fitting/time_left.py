"""What is left of the time limit for trying plans, once what comes after is kept aside."""

from __future__ import annotations

from dataclasses import dataclass

from headstart.fitting.watch import Watch
from headstart.plan import Budget
from headstart.progress import Progress
from headstart.training.pace import OutOfTime

#: Seconds to convert a trained network, and to write the run with its report and end.
CONVERSION, WRITING = 4.0, 2.0
#: Seconds to load the libraries of training, build the network and judge the probe.
GETTING_READY = 8.0


@dataclass
class TimeLeft:
    """A budget of which a part is kept aside.

    Parameters
    ----------
    budget : Budget
        For the whole command.
    watch : Watch
        Says how much of it is spent.
    n_test : int
        Test samples, which a trained network has to encode.
    row_seconds : float
        To decode a picture and to run the network on it.
    probe_seconds : float
        That the probe took: the baselines, and the probe where it wins, take as long again.

    Examples
    --------
    >>> import time
    >>> watch = Watch(began=time.perf_counter() - 20.0)
    >>> round(TimeLeft(Budget(60.0), watch, n_test=100, row_seconds=0.01).for_trials)
    33
    """

    budget: Budget
    watch: Watch
    n_test: int
    row_seconds: float
    probe_seconds: float = 0.0

    @property
    def reserve(self) -> float:
        """Seconds from the last trial to the end of the command."""
        trained = CONVERSION + self.n_test * self.row_seconds
        return max(trained, self.probe_seconds) + self.probe_seconds + WRITING

    @property
    def for_trials(self) -> float:
        """Seconds; infinite where there is no limit, below 0 where there is no time left."""
        return self.budget.left(self.watch.elapsed) - self.reserve

    @property
    def is_worth_starting(self) -> bool:
        """Whether there is time for any trial, and for getting ready for it."""
        return self.for_trials > GETTING_READY

    def stopping(self, progress: Progress) -> Progress:
        """Tell ``progress``, and end what is going on when there is no time left.

        Raises
        ------
        OutOfTime
            From within the step that tells.
        """

        def tell(step: str, done: int, total: int | None) -> None:
            progress(step, done, total)
            if self.for_trials < 0:
                raise OutOfTime

        return tell
