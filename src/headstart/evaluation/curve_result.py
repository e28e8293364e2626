"""Everything that is known about what more labels would bring: plain data but for the laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from headstart.evaluation.curve_measure import MEASURES, Measure
from headstart.evaluation.curve_noise import figures, resampled_means
from headstart.evaluation.learning_curve import Measured
from headstart.evaluation.power_law import LabelCount, PowerLaw, fit_power_law
from headstart.metrics.figure import Figure

#: Names of the two curves.
WITH, WITHOUT = "with transfer", "without transfer"


@dataclass(frozen=True)
class CurvePoint:
    """Error and loss with so many labels, on samples held out; lower is better."""

    labels: int
    error: Figure
    loss: Figure


@dataclass(frozen=True)
class Curve:
    """The points of one curve and the law behind them.

    Parameters
    ----------
    name : str
        ``"with transfer"`` or ``"without transfer"``.
    points : tuple of CurvePoint
        By rising number of labels.
    law : PowerLaw
        What the points say of other numbers of labels.
    """

    name: str
    points: tuple[CurvePoint, ...]
    law: PowerLaw

    @classmethod
    def of(cls, name: str, measured: Measured, guess: float, seed: int = 0) -> Curve:
        """Points with intervals, and the law, from what was measured.

        Parameters
        ----------
        name : str
            Of the curve.
        measured : Measured
            Errors and losses of samples held out.
        guess : float
            Mean error of a guess.
        seed : int
            For resampling.
        """
        means = measured.mean_errors()
        drawn = resampled_means(measured.errors, measured.models, guess, seed)
        law = fit_power_law(
            measured.sizes, means, np.cov(drawn, rowvar=False), max(guess, 1e-9), seed
        )
        losses = np.asarray(measured.losses.mean(axis=(0, 2)))
        some = resampled_means(measured.losses, measured.models, float(losses.max()), seed)
        rows = zip(measured.sizes, figures(means, drawn), figures(losses, some), strict=True)
        return cls(name, tuple(CurvePoint(int(size), *row) for size, *row in rows), law)


@dataclass(frozen=True)
class CurveResult:
    """What ``headstart curve`` found out.

    Parameters
    ----------
    task, modality, source : str
        As in :class:`~headstart.evaluation.result.Result`.
    n_labels : int
        Labelled samples that there are.
    curves : tuple of Curve
        With transfer first; without it where there is something to learn from without a source.
    step : float
        The gain that ``more`` is about, in the unit of the errors.
    more : LabelCount
        Labels beyond ``n_labels`` that lower the error by ``step``.
    target : float or None
        The error that was asked for.
    needed : LabelCount or None
        Labels in all with which it is reached.
    saved : LabelCount or None
        Labels more that it would take without transfer to do as well.
    crossing : int or None
        Labels from which the other curve is ahead.
    quarantined : tuple of mapping
        ``{"input", "reason"}`` of everything that could not be read.
    notes : tuple of str
        Sentences that the user should see.
    seconds : mapping of str to float
        Step name to wall-clock seconds.
    """

    task: str
    modality: str
    source: str
    n_labels: int
    curves: tuple[Curve, ...]
    step: float
    more: LabelCount
    target: float | None = None
    needed: LabelCount | None = None
    saved: LabelCount | None = None
    crossing: int | None = None
    quarantined: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def expected(self, curve: Curve, factors: Sequence[float] = (1, 2, 4)) -> dict[int, Figure]:
        """Number of labels to error: with those that there are, and with multiples of them."""
        sizes = [round(factor * self.n_labels) for factor in factors]
        return {size: curve.law.predict(size) for size in sizes}

    @property
    def measure(self) -> Measure:
        """What the errors are shown in."""
        return MEASURES[self.task]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: accuracies instead of errors, and of the laws their medians."""
        counts = {name: getattr(self, name) for name in ("more", "needed", "saved")}
        others = ("task", "modality", "source", "n_labels", "step", "crossing", "seconds")
        return {
            **{name: getattr(self, name) for name in others},
            **{name: None if one is None else asdict(one) for name, one in counts.items()},
            "measure": self.measure.name,
            "target": None if self.target is None else self.measure.shown(self.target),
            "curves": [self._curve(curve) for curve in self.curves],
            "quarantined": [dict(one) for one in self.quarantined],
            "notes": list(self.notes),
        }

    def _curve(self, curve: Curve) -> dict[str, Any]:
        law, measure = curve.law, self.measure
        numbers = {"floor": law.floor, "delay": law.delay, "rate": law.rate}
        return {
            "name": curve.name,
            "points": [
                {
                    "labels": point.labels,
                    measure.name: asdict(measure.figure(point.error)),
                    "loss": asdict(point.loss),
                }
                for point in curve.points
            ],
            "law": {"guess": law.guess}
            | {name: float(np.median(drawn)) for name, drawn in numbers.items()},
            "expected": [
                {"labels": size, measure.name: asdict(measure.figure(error))}
                for size, error in self.expected(curve).items()
            ],
        }
