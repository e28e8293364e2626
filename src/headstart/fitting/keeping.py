"""Which training samples a run keeps, so that a new one can be shown beside them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from headstart.fitting.course import Fitted
from headstart.fitting.sides import Split, labels_of
from headstart.runs.kept_samples import KeptSamples, keep_samples
from headstart.training.features import is_sparse, joined


def kept_vectors(halves: Split, kind: str, stages: tuple[str, ...]) -> NDArray[Any] | None:
    """What a head reads of the samples that are kept, where that is stored already.

    Parameters
    ----------
    halves : Split
        Both sides.
    kind : str
        Of features.
    stages : tuple of str
        Those that the head reads.

    Returns
    -------
    ndarray of shape (n_kept, n_features) or None
        None of counts, which have a column for every word.
    """
    features = [halves.learner.features[kind][stage] for stage in stages]
    if any(map(is_sparse, features)):
        return None
    return joined([one[halves.kept_rows] for one in features])


def kept_of(halves: Split, fitted: Fitted) -> KeptSamples | None:
    """The samples that the run of ``fitted`` keeps; None where nothing can be shown of them."""
    dataset = halves.learner.dataset
    if fitted.kept_vectors is None or dataset.modality == "embedding":
        return None
    kept = dataset.take(halves.kept_rows)
    labels = [str(label) for label in labels_of(kept).tolist()]
    return keep_samples(kept, labels, fitted.kept_vectors.astype("float16"))
