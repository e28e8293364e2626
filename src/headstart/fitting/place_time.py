"""What is left of the time limit for learning places, and what is done in less of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from headstart.fitting.time_left import CONVERSION, WRITING
from headstart.fitting.watch import Watch
from headstart.plan import Budget
from headstart.progress import Progress

#: Of the time that is left, the share in which further views are encoded: the rest is for training.
_FOR_VIEWS = 0.4


@dataclass
class PlaceTime:
    """A budget of which a part is kept for what comes after the training.

    Parameters
    ----------
    budget : Budget
        For the whole command.
    watch : Watch
        Says how much of it is spent.
    n_judged : int
        Pictures that are answered after the training.
    row_seconds : float
        That a picture takes, as soon as it is known.

    Examples
    --------
    >>> import time
    >>> watch = Watch(began=time.perf_counter() - 20.0)
    >>> left = PlaceTime(Budget(60.0), watch, n_judged=100, row_seconds=0.04)
    >>> round(left.for_training), left.views(["original", "mirrored", "closer"], 3.5)
    (30, ('original', 'mirrored', 'closer'))
    >>> left.views(["original", "mirrored", "closer"], 5.0)
    ('original', 'mirrored')
    """

    budget: Budget
    watch: Watch
    n_judged: int
    row_seconds: float = 0.0

    @property
    def left(self) -> float:
        """Seconds until the run has to be written."""
        return self.budget.left(self.watch.elapsed) - WRITING

    @property
    def for_training(self) -> float:
        """Seconds until the trained network is converted and answers."""
        return self.left - CONVERSION - self.n_judged * self.row_seconds

    def views(self, asked: Sequence[str], pass_seconds: float) -> tuple[str, ...]:
        """The first of the views that are asked for, as many as there is time for.

        Parameters
        ----------
        asked : sequence of str
            In the order in which they are given up, the last one first.
        pass_seconds : float
            That one view of all pictures takes.
        """
        left = max(self.for_training, 0.0)
        count = int(min(_FOR_VIEWS * left / max(pass_seconds, 1e-9), len(asked)))
        return tuple(asked[: max(count, 1)])

    def part(self, share: float) -> PlaceTime:
        """A share of what is left, from now on, for something that comes before."""
        spent = self.watch.elapsed
        end = spent + max(self.left * share, 0.0) + WRITING
        return PlaceTime(Budget(end), self.watch, self.n_judged, self.row_seconds)


@dataclass
class Told:
    """Progress that remembers when it was told, so that a pass can be timed without its beginning.

    Parameters
    ----------
    progress : Progress
        Who is told as well.
    clock : callable
        Gives seconds.

    Examples
    --------
    >>> ticks = iter([9.0, 10.0, 12.0])
    >>> told = Told(lambda *_: None, clock=lambda: next(ticks))
    >>> for done in (0, 2, 4):
    ...     told("encode", done, 4)
    >>> told.row_seconds
    1.0
    """

    progress: Progress
    clock: Callable[[], float] = time.perf_counter
    _times: list[tuple[int, float]] = field(default_factory=list)

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Told how far it is."""
        self.progress(step, done, total)
        now = self.clock()
        if done:
            self._times.append((done, now))

    @property
    def row_seconds(self) -> float | None:
        """Seconds a row after the first rows; None where they came all at once."""
        if not self._times or self._times[-1][0] == self._times[0][0]:
            return None
        (first, began), (last, ended) = self._times[0], self._times[-1]
        return (ended - began) / (last - first)


def time_notes(
    views: tuple[int, int], epochs: tuple[int, int], interrupted: bool = False
) -> tuple[str, ...]:
    """What a person should know of a training that was cut short.

    Parameters
    ----------
    views, epochs : tuple of int
        How many there were, and how many were asked for.
    interrupted : bool
        Whether the user ended it.

    Examples
    --------
    >>> time_notes((14, 14), (22, 22))
    ()
    >>> time_notes((3, 14), (22, 22))
    ('The time limit left time for 3 of 14 views of each picture.',)
    """
    told = []
    if views[0] < views[1]:
        told.append(f"The time limit left time for {views[0]} of {views[1]} views of each picture.")
    if interrupted:
        told.append(f"Training was interrupted after {epochs[0]} of {epochs[1]} epochs.")
    elif epochs[0] < epochs[1]:
        told.append(f"The time limit left time for {epochs[0]} of {epochs[1]} epochs.")
    return tuple(told)
