"""Similarity of labelled pictures to what a network's source was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.activations.norm_statistics import norm_statistics
from headstart.advice.similarity import Similarity, read_similarity
from headstart.data.dataset import Dataset
from headstart.data.growing import growing_order
from headstart.fitting.sides import labels_of

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone

#: Pictures that it is read from.
_SAMPLES = 32


def similarity_of(dataset: Dataset, backbone: Backbone, seed: int) -> Similarity:
    """Read it from a few dozen pictures of all classes.

    Parameters
    ----------
    dataset : Dataset
        Pictures that can be read.
    backbone : Backbone
        The source's network with its own weights.
    seed : int
        Of the choice of pictures.
    """
    rows = growing_order(labels_of(dataset), seed)[:_SAMPLES]
    items = [dataset.items[row] for row in rows]
    return read_similarity(norm_statistics(backbone, items), len(items))
