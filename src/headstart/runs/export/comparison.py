"""An exported model beside the run that it came from, on the same samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import RunError
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.exportable import PROBABILITIES, Exportable
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.task import Task

#: The largest difference of a probability that is accepted; of numbers, relative to the largest.
MOST_DIFFERENT = 1e-3


@dataclass(frozen=True)
class Comparison:
    """How far an exported model is from its run.

    Parameters
    ----------
    samples : int
        On how many samples.
    kind : str
        What they were, in words.
    are_real : bool
        Whether they were not made up.
    difference : float
        The largest difference of an output, both computed in float32.
    size : float
        The largest output, which differences of numbers are relative to; 1 for probabilities.
    same : int
        Samples with the same class; of numbers all that are near enough.
    precision : str
        What the run computes in when it predicts.
    as_it_predicts : float
        The largest difference from what it predicts then.
    """

    samples: int
    kind: str
    are_real: bool
    difference: float
    size: float
    same: int
    precision: str
    as_it_predicts: float

    @property
    def is_near(self) -> bool:
        """Whether it may be written."""
        return bool(self.difference <= MOST_DIFFERENT * self.size)

    def lines(self, output: str) -> list[str]:
        """What the command prints, and the card says."""
        what, rest = "a number", f"beside numbers of up to {self.size:.4g} (both in float32)"
        if output == PROBABILITIES:
            all_of = "all" if self.same == self.samples else f"{self.same} of {self.samples}"
            what, rest = "a probability", f"(both in float32; the same class for {all_of})"
        lines = [
            f"Checked on {self.samples} {self.kind}: largest difference of {what} "
            f"{self.difference:.1e} {rest}"
        ]
        if self.precision != "f32":
            lines.append(
                f"The run itself predicts in {self.precision}: there the largest difference is "
                f"{self.as_it_predicts:.1e}"
            )
        if not self.are_real:
            lines.append(
                "None of the test inputs of the run is at hand any more: --check DATA checks on "
                "real ones"
            )
        return lines


@dataclass(frozen=True)
class Reference:
    """What the run says of the samples, in float32 and as it predicts.

    Parameters
    ----------
    samples : Samples
        Which.
    exact, usual : ndarray of shape (n_samples, n_outputs)
        In float32, and in the precision of the run.
    precision : str
        That precision.
    """

    samples: Samples
    exact: NDArray[np.float64]
    usual: NDArray[np.float64]
    precision: str

    @classmethod
    def of(cls, run: Exportable, samples: Samples) -> Reference:
        """Let the run predict."""
        exact = replace(run.model, precision="f32").look_at(samples.dataset).outputs
        precision = run.model.precision or "f32"
        is_exact = precision == "f32"
        usual = exact if is_exact else run.model.look_at(samples.dataset).outputs
        return cls(samples, exact, usual, precision)

    def compare(
        self, run: Exportable, outputs: NDArray[Any], task: Task | None = None
    ) -> Comparison:
        """Look how far ``outputs`` of shape (n_samples, n_outputs) are from it.

        Parameters
        ----------
        run : Exportable
            Of which it is.
        outputs : ndarray of shape (n_samples, n_outputs)
            What was exported says.
        task : Task or None
            What the outputs stand for; None: the task of the run.

        Raises
        ------
        RunError
            If they are too far, or no numbers.
        """
        task = run.model.task if task is None else task
        with_classes = task.gives_probabilities
        gaps = np.abs(outputs - self.exact).max(axis=1, initial=0.0)
        size = 1.0 if with_classes else float(np.abs(self.exact).max(initial=1e-30))
        near = gaps <= MOST_DIFFERENT * size
        same = _same_answer(task, outputs, self.exact) if with_classes else near
        found = Comparison(
            samples=len(self.samples),
            kind=self.samples.kind,
            are_real=self.samples.are_real,
            difference=float(gaps.max(initial=0.0)),
            size=size,
            same=int(same.sum()),
            precision=self.precision,
            as_it_predicts=float(np.abs(outputs - self.usual).max(initial=0.0)),
        )
        if not found.is_near:
            raise _too_far(run, found, self.samples.dataset.names[int(np.argmax(~near))])
        return found


def _same_answer(task: Task, outputs: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether both name the same class or, where several may hold, the same ones."""
    if isinstance(task, MultiLabelTask):
        return np.asarray(((outputs >= 0.5) == (others >= 0.5)).all(axis=1))
    return np.asarray(outputs.argmax(axis=1) == others.argmax(axis=1))


def _too_far(run: Exportable, found: Comparison, name: str) -> RunError:
    return RunError(
        f"The run {str(run.place)!r} is not exported: on {found.samples} {found.kind} the exported "
        f"model differs from it by up to {found.difference:.1e} (first for {name}); accepted is "
        f"{MOST_DIFFERENT * found.size:.0e}. Choose another format, or report this with the name "
        f"of the source ({run.backbone.source.name})."
    )
