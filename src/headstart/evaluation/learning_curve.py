"""How well a probe does with few labels and with more: measured on samples held out.

Everything works on stored vectors. Each repetition deals the samples into folds. Of what a fold may
learn from, ever longer beginnings of one stratified order are learned from, and the fold judges
them all. So each sample is judged at every size by models that never saw it, and the sizes differ
in the number of labels alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.progress import Progress, silent
from headstart.training.probe import Folds, Samples, fit_probe

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

#: Sizes of a curve, from the smallest to all that a fold learns from.
SIZES = 8
#: Each size is this much larger than the last, at least.
_LEAST_STEP = 1.15
#: The smallest size holds so many samples a stratum, and so many in all.
_A_STRATUM, _FEWEST = 1, 8
#: Repetitions that bring the samples learned from to about this many, within bounds.
_WORK, _FEWEST_REPEATS, _MOST_REPEATS = 4000, 2, 8


@dataclass(frozen=True)
class Measured:
    """What models that had learned from few and from more labels said of samples held out.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Labels learned from, rising.
    errors, losses : ndarray of shape (n_repeats, n_sizes, n_judged)
        Of each sample: how far its merit is from the best, and its loss. Lower is better.
    models : ndarray of shape (n_repeats, n_judged)
        Number of the fold that judged the sample; the same number, the same models.
    """

    sizes: Rows
    errors: Array
    losses: Array
    models: Rows

    def mean_errors(self) -> Array:
        """Mean error at each size, shape (n_sizes,)."""
        return np.asarray(self.errors.mean(axis=(0, 2)))


def curve_sizes(n_labels: int, n_strata: int) -> list[int]:
    """Geometric steps from one sample a stratum, or eight in all, to ``n_labels``.

    Fewer than eight where the steps would be smaller than 15 %; one where there is no room.

    Examples
    --------
    >>> curve_sizes(800, 2)
    [8, 15, 30, 58, 111, 215, 414, 800]
    >>> curve_sizes(9, 2)
    [9]
    """
    least = min(max(_A_STRATUM * n_strata, _FEWEST), n_labels)
    steps = int(np.log(n_labels / least) / np.log(_LEAST_STEP))
    sizes = np.geomspace(least, n_labels, min(SIZES, steps + 1)) if steps else [n_labels]
    return [round(float(size)) for size in sizes]


def curve_repeats(n_samples: int) -> int:
    """How often the samples are dealt into folds: the more the fewer there are.

    Examples
    --------
    >>> curve_repeats(100), curve_repeats(1000), curve_repeats(5000)
    (8, 4, 2)
    """
    return min(max(_WORK // max(n_samples, 1), _FEWEST_REPEATS), _MOST_REPEATS)


def nested_order(rows: Rows, strata: NDArray[Any], seed: int) -> Rows:
    """The rows in an order of which every beginning is stratified.

    One row of each stratum comes first; from then on the strata advance alike.

    Parameters
    ----------
    rows : ndarray of shape (n_rows,)
        To be ordered.
    strata : ndarray of shape (n_samples,)
        Of all samples.
    seed : int
        The same seed gives the same order.

    Examples
    --------
    >>> strata = np.array([0, 0, 0, 0, 1, 1])
    >>> order = nested_order(np.arange(6), strata, 0)
    >>> sorted(strata[order[:2]].tolist()), sorted(strata[order[:3]].tolist())
    ([0, 1], [0, 0, 1])
    """
    rng = np.random.default_rng(seed)
    places = np.empty(len(rows))
    _, numbers = np.unique(strata[rows], return_inverse=True)
    for number in range(int(numbers.max(initial=-1)) + 1):
        members = rng.permutation(np.flatnonzero(numbers == number))
        places[members] = (np.arange(len(members)) + rng.random()) / len(members)
        places[members[0]] -= 1.0
    return rows[np.argsort(places, kind="stable")]


def measure_curve(
    samples: Samples,
    strata: NDArray[Any],
    dealt: Sequence[Folds],
    sizes: Sequence[int] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Measured:
    """Learn from growing subsets, and judge on samples held out.

    Stages and penalty are those that cross-validation chooses with all samples
    (:func:`~headstart.training.probe.fit_probe`). The penalty is a prior on the weights whose
    strength does not depend on the number of samples, so the more samples the less it says.

    Parameters
    ----------
    samples : Samples
        Of the training side.
    strata : ndarray of shape (n_samples,)
        What the subsets keep in proportion.
    dealt : sequence of Folds
        One a repetition; samples of the same content stand on one side of each fold.
    sizes : sequence of int or None
        Numbers of labels; None: :func:`curve_sizes`.
    seed : int
        For the subsets.
    progress : Progress
        Told after each fold.

    Raises
    ------
    InputError
        If no sample can be held out.
    """
    from threadpoolctl import threadpool_limits

    judged = _judged(dealt)
    most = min(len(train) for folds in dealt for train, _ in folds)
    wanted = curve_sizes(most, len(np.unique(strata))) if sizes is None else sorted(sizes)
    plan = fit_probe(samples).plan
    runs = _Runs(samples, samples.joined(plan.stages), plan.inverse_penalty or 1.0, strata, wanted)
    parts = []
    # Matrices of few samples: the linear algebra would spend its time waking threads up.
    with threadpool_limits(1):
        for number, folds in enumerate(dealt):
            parts.append(runs.repetition(folds, judged, seed + number * len(folds)))
            progress("learning curve", number + 1, len(dealt))
    errors, losses, models = (np.stack(part) for part in zip(*parts, strict=True))
    return Measured(np.asarray(wanted), errors, losses, models)


def _judged(dealt: Sequence[Folds]) -> Rows:
    """Rows that every repetition holds out once."""
    if not dealt or not all(dealt):
        raise InputError(
            "There are too few samples for a learning curve: none can be held out to judge by. "
            "Give two different samples of each class at least; from about 50 it says something."
        )
    rows = [{int(row) for _, valid in folds for row in valid} for folds in dealt]
    return np.array(sorted(set.intersection(*rows)), dtype=np.intp)


@dataclass(frozen=True)
class _Runs:
    """What all fits of a curve have in common."""

    samples: Samples
    vectors: NDArray[Any]
    inverse_penalty: float
    strata: NDArray[Any]
    sizes: Sequence[int]

    def repetition(self, folds: Folds, judged: Rows, seed: int) -> tuple[Array, Array, Rows]:
        """Errors and losses of shape (n_sizes, n_judged), and which fold judged."""
        objective, targets = self.samples.objective, self.samples.targets
        models = np.zeros(len(targets), dtype=np.intp)
        parts = []
        for number, (train, valid) in enumerate(folds):
            models[valid] = number
            parts.append(self._scores(nested_order(train, self.strata, seed + number), valid))
        rows = np.concatenate([valid for _, valid in folds])
        place = np.full(len(targets), -1)
        place[rows] = np.arange(len(rows))
        scores = np.concatenate(parts, axis=1)[:, place[judged]]
        errors = [objective.best - objective.merits(one, targets[judged]) for one in scores]
        losses = [objective.losses(one, targets[judged]) for one in scores]
        return np.array(errors, dtype=float), np.array(losses, dtype=float), models[judged]

    def _scores(self, order: Rows, valid: Rows) -> Array:
        """Scores of the rows held out at every size, shape (n_sizes, n_valid, n_outputs)."""
        objective, targets = self.samples.objective, self.samples.targets
        subsets = [order[:size] for size in self.sizes]
        heads = [
            objective.path(self.vectors[rows], targets[rows]).fit(self.inverse_penalty)
            for rows in subsets
        ]
        return np.stack([head.scores(self.vectors[valid]) for head in heads])
