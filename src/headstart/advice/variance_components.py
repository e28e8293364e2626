"""How much of the spread of standings each part accounts for, learned from earlier targets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from headstart.advice.kernels import SOURCE, Kernels
from headstart.advice.standing import Array

#: Variances before any target has been seen; standings have a variance of 1.
_SOURCE_VARIANCE = 0.4
_OTHER_VARIANCE = 0.1
_NOISE_VARIANCE = 0.4
NOISE = "not explained"
#: How firmly the logarithms of the variances keep to the default: that of a normal distribution
#: with a standard deviation of 1 / sqrt(_FIRMNESS).
_FIRMNESS = 2.0
_BOUNDS = (-9.0, 3.0)
_MOST_STEPS = 60


def default_variances(parts: Kernels) -> dict[str, float]:
    """What is assumed before any target has been seen."""
    learned = {
        name: _SOURCE_VARIANCE if name in SOURCE else _OTHER_VARIANCE for name in parts.learned
    }
    return {**learned, NOISE: _NOISE_VARIANCE}


def learn_variances(parts: Kernels, standings: Array) -> dict[str, float]:
    """The most likely variances given the standings and the defaults.

    Maximises the marginal likelihood (Rasmussen and Williams, *Gaussian processes for machine
    learning*, 2006, equations 5.8 and 5.9) times a log-normal prior around the defaults.

    Parameters
    ----------
    parts : Kernels
        Of ``n`` pairs.
    standings : ndarray of shape (n,), float64
        Mean 0 expected.

    Returns
    -------
    dict of str to float
        By name of a part, and of what is not explained. The defaults where there is nothing to
        learn from.
    """
    names = [*parts.learned, NOISE]
    start = np.log([default_variances(parts)[name] for name in names])
    if len(standings) == 0:
        return default_variances(parts)
    from scipy.optimize import minimize

    found = minimize(
        lambda logs: _badness(logs, start, parts, standings),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[_BOUNDS] * len(names),
        options={"maxiter": _MOST_STEPS},
    )
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def covariance(parts: Kernels, variances: Mapping[str, float]) -> Array:
    """Of the standings of all pairs."""
    total = parts.shared + variances[NOISE] * np.eye(len(parts.shared))
    for name, matrix in parts.learned.items():
        total += variances[name] * matrix
    return total


def _badness(
    logs: NDArray[np.float64], start: NDArray[np.float64], parts: Kernels, standings: Array
) -> tuple[float, Array]:
    """Minus the logarithm of what is maximised, and its gradient."""
    from scipy.linalg import cho_factor, cho_solve

    variances = dict(zip([*parts.learned, NOISE], np.exp(logs), strict=True))
    factor = cho_factor(covariance(parts, variances), lower=True)
    inverse = cho_solve(factor, np.eye(len(standings)))
    solved = inverse @ standings
    likelihood = standings @ solved / 2 + np.log(np.diag(factor[0])).sum()
    slopes = inverse - np.outer(solved, solved)
    gradient = [
        variances[name] * np.vdot(slopes, matrix) / 2 for name, matrix in parts.learned.items()
    ]
    gradient.append(variances[NOISE] * np.trace(slopes) / 2)
    away = logs - start
    badness = float(likelihood + _FIRMNESS * away @ away / 2)
    return badness, np.array(gradient) + _FIRMNESS * away
