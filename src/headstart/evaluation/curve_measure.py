"""What a person reads a learning curve in: accuracy, or the mean absolute error of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask


@dataclass(frozen=True)
class Measure:
    """How a mean error is shown.

    Parameters
    ----------
    name : str
        Key in JSON.
    best : float or None
        What is shown is ``best`` less the error; None: the error itself.
    step : float
        A gain that is worth talking about, in the unit of the error.
    is_relative : bool
        Whether the step is a share of the error instead.

    Examples
    --------
    >>> MEASURES["classification"].shown(0.05), MEASURES["regression"].shown(2.5)
    (0.95, 2.5)
    """

    name: str
    best: float | None
    step: float
    is_relative: bool = False

    def shown(self, error: float) -> float:
        """The error as a person reads it; the way back is the same."""
        return error if self.best is None else self.best - error

    def figure(self, error: Figure) -> Figure:
        """The same with its interval."""
        if self.best is None:
            return error
        return Figure(*(self.best - one for one in (error.value, error.high, error.low)))

    def step_from(self, error: float) -> float:
        """The gain that is worth talking about, from an error on."""
        return self.step * error if self.is_relative else self.step

    def error_of(self, target: float) -> float:
        """The error behind what a person wants to reach.

        Raises
        ------
        InputError
            If it is below 0, or above the best.
        """
        if not 0.0 <= target < float("inf") or (self.best is not None and target > self.best):
            most = "" if self.best is None else f" and at most {self.best:g}"
            raise InputError(
                f"The target is {target!r}; it is the {self.name.replace('_', ' ')} to reach, "
                f"accepted is a number of at least 0{most}."
            )
        return self.shown(target)


#: By the name of the task.
MEASURES: Mapping[str, Measure] = {
    ClassificationTask.name: Measure("accuracy", 1.0, 0.01),
    RegressionTask.name: Measure("mean_absolute_error", None, 0.1, is_relative=True),
}
