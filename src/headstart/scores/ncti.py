"""NCTI: how near the features are to the state that training would bring them to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError
from headstart.scores.arguments import Array
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import Sample, labelled_sample
from headstart.scores.shrinkage import ledoit_wolf

#: Principal axes that are kept, as in the paper's experiments.
N_AXES = 64
#: Least variance within classes, relative to the mean variance along an axis.
FLOOR = 1e-6


@dataclass(frozen=True)
class NctiParts:
    """The three parts of the neural-collapse index of one source.

    Parameters
    ----------
    geometry : float
        Nuclear norm of the discriminant features, each axis having variance 1 within classes; the
        more spread between all classes, the higher.
    nearest_centre : float
        Mean probability of the true class under discriminant analysis, 0..1; higher is better.
    variability : float
        Logarithm of the summed nuclear norms of the predictions for each class; the less they vary
        within classes, the lower, and lower is better. Unsure predictions lower it too.
    n_samples, n_axes, n_classes : int
        Of the discriminant features.
    sharpest : float
        What the variability would be if all samples of a class had the same sure prediction.
    """

    geometry: float
    nearest_centre: float
    variability: float
    n_samples: int
    n_axes: int
    n_classes: int
    sharpest: float


def ncti(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> float:
    """Neural-collapse index of a single source.

    The paper adds three parts after bringing each to 0..1 over the sources that are compared, so
    that its score of a source depends on the others (:func:`ncti_of_pool`). Here each part has a
    scale of its own. The geometry ``g``, 1 for features without differences between classes,
    becomes ``g / (1 + g)``. The variability is 0 at full collapse and 1 where sure predictions of
    each class are spread over all classes; below full collapse, where predictions are unsure
    rather than alike, it stays 0, since that is no merit outside a pool.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Returns
    -------
    float
        Geometry + nearest centre - variability, in -1..2; higher is better. Shifting and scaling
        the features as a whole leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    Z. Wang, Y. Luo, L. Zheng, Z. Huang and M. Baktashmotlagh, "How far pre-trained models are from
    neural collapse on the target dataset informs their transferability", 2023.

    Examples
    --------
    >>> features = [[0.0], [0.1], [1.0], [1.1]]
    >>> ncti(features, ["a", "a", "b", "b"]) > ncti(features, ["a", "b", "a", "b"])
    True
    """
    parts = ncti_parts(features, labels)
    geometry = parts.geometry / (np.sqrt(parts.n_samples) * max(parts.n_axes, 1))
    spread = max(parts.variability - parts.sharpest, 0.0) / (np.log(parts.n_classes) / 2)
    return float(geometry / (1 + geometry) + parts.nearest_centre - spread)


def ncti_of_pool(parts: Sequence[NctiParts]) -> NDArray[np.float64]:
    """Index of each source of a pool as the paper has it.

    Parameters
    ----------
    parts : sequence of NctiParts
        One a source, from the same samples; at least one.

    Returns
    -------
    ndarray of float64, shape (n_sources,)
        In -1..2; higher is better. Each part is brought to 0..1 over the pool; a part in which all
        sources are equal counts as 0.

    Raises
    ------
    InputError
        If there are no sources, or they were given different samples.

    Examples
    --------
    >>> features = np.array([[0.0], [0.1], [1.0], [1.1]])
    >>> pool = [ncti_parts(features, labels) for labels in ("aabb", "abab")]
    >>> ncti_of_pool(pool).tolist()
    [1.0, 0.0]
    """
    if len({(part.n_samples, part.n_classes) for part in parts}) != 1:
        raise InputError(
            f"The {len(parts)} sources of the pool do not share one data set; accepted is at least "
            "one source, all with the same samples. Compute their parts from the same samples."
        )
    columns = np.array([[p.geometry, p.nearest_centre, p.variability] for p in parts])
    above, width = columns - columns.min(axis=0), np.ptp(columns, axis=0)
    scaled = above / np.where(width > 0, width, 1.0)
    index: Array = scaled[:, 0] + scaled[:, 1] - scaled[:, 2]
    return index


def ncti_parts(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> NctiParts:
    """The parts of :func:`ncti`, for comparing a pool.

    They come from linear discriminant analysis on the first 64 principal axes. Its covariance is
    shrunk as Ledoit and Wolf do; the paper's code shrinks by a number that depends on the unit of
    the features, and hardly at all where few samples need it.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    Examples
    --------
    >>> round(ncti_parts([[0.0], [0.1], [1.0], [1.1]], ["a", "a", "b", "b"]).nearest_centre, 3)
    1.0
    """
    sample = labelled_sample(features, labels)
    discriminants = _discriminants(sample)
    predictions = _predictions(sample, discriminants)
    norms = [
        np.linalg.svd(predictions[sample.codes == code], compute_uv=False).sum()
        for code in range(sample.n_classes)
    ]
    return NctiParts(
        geometry=float(np.linalg.svd(discriminants, compute_uv=False).sum()),
        nearest_centre=float(predictions[np.arange(len(predictions)), sample.codes].mean()),
        variability=float(np.log(np.sum(norms))),
        n_samples=len(predictions),
        n_axes=discriminants.shape[1],
        n_classes=sample.n_classes,
        sharpest=float(np.log(np.sqrt(sample.counts).sum())),
    )


def _discriminants(sample: Sample) -> Array:
    """Coordinates that tell classes apart, of variance 1 within them, (n_samples, n_axes)."""
    coordinates = principal_coordinates(sample.features, N_AXES)
    n_axes = coordinates.shape[1]
    if n_axes == 0:
        return coordinates
    means = sample.class_means(coordinates)
    residuals = coordinates - means[sample.codes]
    share, variance = ledoit_wolf(residuals, n_axes)
    sphere = share * variance + FLOOR * float((coordinates**2).mean())
    within = (1 - share) * residuals.T @ residuals / len(residuals) + sphere * np.eye(n_axes)
    root = np.linalg.cholesky(within)
    white = np.linalg.solve(root, means.T).T * np.sqrt(sample.shares)[:, None]
    axes = np.linalg.svd(white, full_matrices=False)[2][: min(sample.n_classes - 1, n_axes)]
    discriminants: Array = np.linalg.solve(root, coordinates.T).T @ axes.T
    return discriminants


def _predictions(sample: Sample, discriminants: Array) -> Array:
    """Probabilities of discriminant analysis, (n_samples, n_classes)."""
    means = sample.class_means(discriminants)
    closeness = discriminants @ means.T - (means**2).sum(axis=1) / 2 + np.log(sample.shares)
    weights = np.exp(closeness - closeness.max(axis=1, keepdims=True))
    predictions: Array = weights / weights.sum(axis=1, keepdims=True)
    return predictions
