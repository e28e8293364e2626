"""Counts of n-grams of a data set's texts: computed once, and read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headstart.activations.ngrams import ngram_features
from headstart.data.dataset import Dataset


@dataclass(frozen=True)
class TextCounts:
    """Features of texts without transfer. They are quicker to compute than to store.

    Parameters
    ----------
    features : mapping of str to csr_matrix of shape (n_texts, n_columns)
        By output.
    places : mapping of bytes to int
        Row of each fingerprint.
    """

    features: Mapping[str, Any]
    places: Mapping[bytes, int]

    @classmethod
    def of(cls, dataset: Dataset) -> TextCounts | None:
        """Of all samples; None where they are no texts."""
        if dataset.modality != "text":
            return None
        features = ngram_features([item.open() for item in dataset.items])
        return cls(features, {one: row for row, one in enumerate(dataset.fingerprints)})

    def rows(self, fingerprints: Sequence[bytes]) -> dict[str, Any]:
        """Features of some samples, in that order."""
        places = [self.places[one] for one in fingerprints]
        return {name: one[places] for name, one in self.features.items()}
