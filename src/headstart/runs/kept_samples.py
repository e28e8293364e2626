"""Some training samples that a run keeps, to be shown beside a new one and as a map of the data."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.data.thumbnails import thumbnail
from headstart.errors import UnreadableInputError
from headstart.files import to_json, write_atomically

#: Begins the names of files: some of the training side, and the hardest of the test side.
TRAINING, HARDEST = "samples", "hardest"
#: Of a picture that is kept, pixels of the longer side; of a text, letters.
_SIDE, _LETTERS = 96, 300
_FORMAT = 1


@dataclass(frozen=True)
class Nearest:
    """A training sample beside a new one.

    Parameters
    ----------
    name, label : str
        What the user calls it, and what it is.
    similarity : float
        Cosine of the two vectors, once every feature has mean 0 and spread 1: in [-1, 1].
    text : str or None
        Its beginning, where it is a text.
    thumbnail : bytes or None
        A JPEG file, where it is a picture.
    """

    name: str
    label: str
    similarity: float
    text: str | None = None
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class KeptSamples:
    """Names, labels and vectors of training samples, and how they look.

    Parameters
    ----------
    names, labels : tuple of str
        Of each sample.
    vectors : ndarray of shape (n_samples, n_features), float16
        What the head reads of them.
    texts : tuple of (str or None)
        Beginnings of texts.
    thumbnails : tuple of (bytes or None)
        JPEG files of pictures.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: NDArray[np.float16]
    texts: tuple[str | None, ...] = ()
    thumbnails: tuple[bytes | None, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def standard(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Vectors with the mean and spread of each feature of the kept samples taken out.

        A feature that is the same for all of them tells nothing and becomes 0.
        """
        mean, spread = self._mean_and_spread
        told = spread > 0
        rows = (np.atleast_2d(vectors).astype(np.float32) - mean) / np.where(told, spread, 1.0)
        return np.where(told, rows, np.float32(0.0)).astype(np.float32)

    @cached_property
    def _mean_and_spread(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows = self.vectors.astype(np.float32)
        return rows.mean(axis=0), rows.std(axis=0)

    @cached_property
    def _directions(self) -> NDArray[np.float32]:
        return _unit(self.standard(self.vectors))

    def nearest(self, vector: NDArray[Any], count: int = 5) -> list[Nearest]:
        """The samples most like a new one, the most similar first.

        Parameters
        ----------
        vector : ndarray of shape (n_features,)
            What the head reads of it.
        count : int
            At most so many.

        Examples
        --------
        >>> kept = KeptSamples(("a", "b"), ("x", "y"), np.eye(2, dtype=np.float16))
        >>> [(one.name, round(one.similarity, 6)) for one in kept.nearest(np.array([0.0, 1.0]), 1)]
        [('b', 1.0)]
        """
        similarities = self._directions @ _unit(self.standard(vector))[0]
        order = np.argsort(-similarities, kind="stable")[:count]
        texts = self.texts or (None,) * len(self)
        pictures = self.thumbnails or (None,) * len(self)
        return [
            Nearest(
                self.names[row],
                self.labels[row],
                float(np.clip(similarities[row], -1.0, 1.0)),
                texts[row],
                pictures[row],
            )
            for row in order.tolist()
        ]


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Rows of length one; a row of zeros stays as it is."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def keep_samples(
    dataset: Dataset, labels: Sequence[str], vectors: NDArray[np.float16]
) -> KeptSamples:
    """Take what can be shown of the samples of a data set.

    Parameters
    ----------
    dataset : Dataset
        The samples to keep.
    labels : sequence of str
        One a sample.
    vectors : ndarray of shape (n_samples, n_features), float16
        What the head reads of them.
    """
    kept = KeptSamples(tuple(dataset.names), tuple(labels), vectors)
    if dataset.modality == "text":
        return replace(kept, texts=tuple(str(item.open())[:_LETTERS] for item in dataset.items))
    if dataset.modality == "image":
        return replace(kept, thumbnails=tuple(map(_small, dataset.items)))
    return kept


def _small(item: Any) -> bytes | None:
    try:
        return thumbnail(item.open(at_least=_SIDE), _SIDE)
    except UnreadableInputError:
        return None


def facts_file(kind: str) -> str:
    """Name of the file that tells of samples of a kind: :data:`TRAINING` or :data:`HARDEST`."""
    return f"{kind}.json"


def write_kept_samples(kept: KeptSamples, folder: Path, kind: str = TRAINING) -> None:
    """Write them beside the other files of a run."""
    from safetensors.numpy import save

    facts = {
        "format": _FORMAT,
        "names": kept.names,
        "labels": kept.labels,
        "texts": kept.texts,
        "thumbnails": [one and b64encode(one).decode() for one in kept.thumbnails],
    }
    write_atomically(folder / facts_file(kind), to_json(facts))
    vectors = np.ascontiguousarray(kept.vectors)
    write_atomically(folder / _vectors_file(kind), save({"vectors": vectors}))


def _vectors_file(kind: str) -> str:
    return f"{kind}.safetensors"


def read_kept_samples(folder: Path, kind: str = TRAINING) -> KeptSamples:
    """Read what :func:`write_kept_samples` wrote."""
    from safetensors.numpy import load

    facts = json.loads((folder / facts_file(kind)).read_bytes())
    return KeptSamples(
        tuple(facts["names"]),
        tuple(facts["labels"]),
        load((folder / _vectors_file(kind)).read_bytes())["vectors"],
        tuple(facts["texts"]),
        tuple(one and b64decode(one) for one in facts["thumbnails"]),
    )
