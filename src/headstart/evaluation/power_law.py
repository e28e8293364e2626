"""The power law behind a learning curve: what more labels would bring, and how sure that is.

The error of learners falls as ``a + b * n ** -c`` with the number ``n`` of labels (Cortes, Jackel,
Solla, Vapnik and Denker, "Learning curves: asymptotic values and rate of convergence", 1993;
Hestness and others, "Deep learning scaling is predictable, empirically", 2017). With few labels it
falls more slowly than that, because a model that has seen nothing is no worse than a guess. So the
law is shifted ("POW4" in Viering and Loog, "The shape of learning curves: a review", 2022) such
that it begins at the error of a guess:

    error(n) = a + (guess - a) * (1 + n / d) ** -c

which is ``a + b * n ** -c`` with ``b = (guess - a) * d ** c`` once ``n`` is large against ``d``.

A few points do not tell the three numbers apart: very different floors and rates fit equally well,
and what separates them is far beyond the data. Instead of the best fit there are therefore many
fits, drawn in proportion to how well they agree with the points and with what curves usually look
like. The points are weighted by the inverse of their covariance, since the same held-out samples
judge all of them: how high the curve lies is much less certain than how fast it falls. For each
``d`` and ``c`` of a grid the law is linear in ``a``, which is therefore integrated exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.figure import Figure

Array = NDArray[np.float64]

N_DRAWS = 1000
#: What curves usually look like: the floor as a share of the error at the largest size (mean and
#: spread), the logarithms of the rate and of the delay in labels. Chosen on twelve curves of other
#: data (reviews, spoken digits, street scenes, two tables of scikit-learn) than those that
#: benchmarks/learning_curve.py reports on.
_FLOOR = (0.2, 0.3)
_LOG_RATE = (float(np.log(0.3)), 0.35)
_LOG_DELAY = (float(np.log(30.0)), 2.0)
#: No real curve follows the law exactly: by this share of the error, and by this share of a guess.
_MISFIT, _LEAST_MISFIT = 0.02, 0.004
#: Numbers of labels beyond this many times the largest size are out of reach.
REACH = 100.0
_GRID = (40, 30)


@dataclass(frozen=True)
class LabelCount:
    """A number of labels with its 95 % interval; None is one that no number of labels reaches.

    Examples
    --------
    >>> LabelCount(120, 90, None)
    LabelCount(value=120, low=90, high=None)
    """

    value: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class PowerLaw:
    """Many laws that agree with the points of a curve.

    Parameters
    ----------
    guess : float
        Error without any label.
    floor, delay, rate : ndarray of shape (n_draws,)
        ``a``, ``d`` and ``c`` of each law.
    largest : int
        The largest size that was measured.
    """

    guess: float
    floor: Array
    delay: Array
    rate: Array
    largest: int

    def errors(self, n_labels: float) -> Array:
        """What each law says, shape (n_draws,)."""
        falling = (1.0 + n_labels / self.delay) ** -self.rate
        return np.asarray(self.floor + (self.guess - self.floor) * falling)

    def predict(self, n_labels: float) -> Figure:
        """The error that so many labels lead to."""
        low, value, high = np.quantile(self.errors(n_labels), [0.025, 0.5, 0.975])
        return Figure(float(value), float(low), float(high))

    def labels(self, errors: ArrayLike) -> Array:
        """Labels that each law needs for an error, shape (n_draws,); infinity out of reach.

        Parameters
        ----------
        errors : array_like of shape () or (n_draws,)
            One for all laws, or one for each.
        """
        above = np.asarray(errors, dtype=float) - self.floor
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            ratio = (self.guess - self.floor) / np.maximum(above, 0.0)
            needed = self.delay * (np.maximum(ratio, 1.0) ** (1.0 / self.rate) - 1.0)
        return np.where(needed <= REACH * self.largest, needed, np.inf)

    def labels_needed(self, error: float) -> LabelCount:
        """Labels with which the error falls to ``error``."""
        return label_count(self.labels(error))

    def more_for(self, n_labels: int, gain: float) -> LabelCount:
        """Labels beyond ``n_labels`` with which the error is lower by ``gain`` than with these.

        How high the curve lies matters little for that, so it is surer than the number for a given
        error.
        """
        wanted = self.errors(n_labels) - gain
        return label_count(np.maximum(self.labels(wanted) - n_labels, 0.0))


def label_count(numbers: ArrayLike) -> LabelCount:
    """Median and middle 95 % of numbers of labels, of which some may be infinite.

    Examples
    --------
    >>> label_count([10.2, 20.0, np.inf])
    LabelCount(value=20, low=11, high=None)
    """
    rising = np.sort(np.asarray(numbers, dtype=float))
    places = [round(share * (len(rising) - 1)) for share in (0.5, 0.025, 0.975)]
    found = [float(rising[place]) for place in places]
    # Rounding must not make a whole number one more.
    return LabelCount(*(int(np.ceil(one - 1e-6)) if np.isfinite(one) else None for one in found))


def fit_power_law(
    sizes: ArrayLike, errors: ArrayLike, covariance: ArrayLike, guess: float, seed: int = 0
) -> PowerLaw:
    """Laws that agree with the points of a learning curve.

    Parameters
    ----------
    sizes : array_like of shape (n_sizes,)
        Labels learned from, above 0. One is enough: with it the law leans on what is usual.
    errors : array_like of shape (n_sizes,)
        Mean errors on samples held out, at least 0.
    covariance : array_like of shape (n_sizes, n_sizes)
        Of the mean errors.
    guess : float
        Error without any label, above 0. An error above it takes its place.
    seed : int
        The same seed gives the same laws.

    Examples
    --------
    >>> sizes = np.array([10, 20, 40, 80, 160])
    >>> errors = 0.05 + 0.45 * (1 + sizes / 10) ** -0.7
    >>> law = fit_power_law(sizes, errors, 1e-6 * np.eye(5), guess=0.5)
    >>> round(law.predict(640).value, 2)
    0.07
    >>> needed = law.labels_needed(0.08)
    >>> needed.low < 470 < needed.high, law.labels_needed(0.001).value is None
    (True, True)
    """
    points = _Points.of(sizes, errors, covariance, guess)
    delays = np.geomspace(0.3, 4.0 * points.sizes[-1], _GRID[0])
    rates = np.geomspace(0.1, 3.0, _GRID[1])
    delay, rate = (one.ravel() for one in np.meshgrid(delays, rates, indexing="ij"))
    floors = points.floors(delay, rate)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(delay), N_DRAWS, p=floors.shares)
    # Within the cells of the grid all places are alike.
    steps = [np.log(one[1] / one[0]) for one in (delays, rates)]
    apart = [np.exp(step * (rng.random(N_DRAWS) - 0.5)) for step in steps]
    floor = floors.drawn(chosen, points.guess, rng)
    largest = int(points.sizes[-1])
    return PowerLaw(points.guess, floor, delay[chosen] * apart[0], rate[chosen] * apart[1], largest)


@dataclass(frozen=True)
class _Floors:
    """Normal distributions of the floor at each place of the grid, and the places' shares."""

    means: Array
    spreads: Array
    shares: Array

    def drawn(self, chosen: NDArray[np.intp], most: float, rng: np.random.Generator) -> Array:
        """A floor between 0 and ``most`` for each chosen place."""
        from scipy.special import ndtr, ndtri

        means, spreads = self.means[chosen], self.spreads[chosen]
        low, high = ndtr(-means / spreads), ndtr((most - means) / spreads)
        share = np.clip(low + (high - low) * rng.random(len(chosen)), 1e-12, 1 - 1e-12)
        return np.clip(means + spreads * ndtri(share), 0.0, most)


@dataclass(frozen=True)
class _Points:
    """The points of a curve, and the inverse of the covariance of their distances to the law."""

    sizes: Array
    errors: Array
    precision: Array
    guess: float

    @classmethod
    def of(
        cls, sizes: ArrayLike, errors: ArrayLike, covariance: ArrayLike, guess: float
    ) -> _Points:
        numbers, values = (np.atleast_1d(np.asarray(one, dtype=float)) for one in (sizes, errors))
        guess = max(guess, float(values.max()))
        misfit = np.maximum(_MISFIT * values, _LEAST_MISFIT * guess) + 1e-12
        spread = np.atleast_2d(np.asarray(covariance, dtype=float)) + np.diag(misfit**2)
        return cls(numbers, values, np.linalg.inv(spread), guess)

    def floors(self, delay: Array, rate: Array) -> _Floors:
        """Where the floor is for each pair of delay and rate, and how likely the pair is."""
        from scipy.special import ndtr

        falling = (1.0 + self.sizes / delay[:, None]) ** -rate[:, None]
        rest, slope = self.errors - self.guess * falling, 1.0 - falling
        usual = _FLOOR[0] * self.errors[-1]
        prior = (_FLOOR[1] * max(self.errors[-1], _LEAST_MISFIT * self.guess + 1e-12)) ** -2
        weighted = slope @ self.precision
        sharpness = (weighted * slope).sum(axis=1) + prior
        means = ((weighted * rest).sum(axis=1) + prior * usual) / sharpness
        spreads = sharpness**-0.5
        squares = ((rest @ self.precision) * rest).sum(axis=1) - sharpness * means**2
        allowed = ndtr((self.guess - means) / spreads) - ndtr(-means / spreads)
        logs = -squares / 2 + np.log(spreads) + np.log(np.maximum(allowed, 1e-300))
        for name, (middle, spread) in ((rate, _LOG_RATE), (delay, _LOG_DELAY)):
            logs -= ((np.log(name) - middle) / spread) ** 2 / 2
        shares = np.exp(logs - logs.max())
        return _Floors(means, spreads, shares / shares.sum())
