"""Which samples a run keeps: some to show new ones beside, and those that were the hardest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.evaluation.hardest import hardest_rows
from headstart.fitting.course import Fitted
from headstart.fitting.sides import Split, labels_of
from headstart.runs.kept_samples import KeptSamples, keep_samples
from headstart.tasks.prediction import Prediction
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
    """The training samples that the run of ``fitted`` keeps; None where nothing can be shown."""
    if fitted.kept_vectors is None:
        return None
    return _kept(halves.learner.dataset.take(halves.kept_rows), fitted.kept_vectors)


def hardest_of(
    halves: Split, fitted: Fitted, predictions: Sequence[Prediction]
) -> KeptSamples | None:
    """The test samples that were the hardest for ``fitted``; None where nothing can be shown."""
    rows = np.asarray(hardest_rows([one.to_dict() for one in predictions]), dtype=np.intp)
    if fitted.kept_vectors is None or not len(rows):
        return None
    return _kept(halves.tester.dataset.take(rows), fitted.test_vectors[rows])


def _kept(dataset: Dataset, vectors: NDArray[Any]) -> KeptSamples | None:
    if dataset.modality == "embedding":
        return None
    labels = [str(label) for label in labels_of(dataset).tolist()]
    return keep_samples(dataset, labels, vectors.astype(np.float16))
