"""How long the texts of a data set are, so that states take no more room than they need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled

#: Lengths are rounded up to a multiple of this: data sets of about the same length share states.
_STEP = 16


def for_length_of(assembled: Assembled, *datasets: Dataset) -> Assembled:
    """The same network for the texts of these data sets; one that reads pictures as it is.

    Parameters
    ----------
    assembled : Assembled
        Its parameters are shared.
    *datasets : Dataset
        All samples whose states will be asked for.
    """
    if assembled.source.modality != "text":
        return assembled
    from headstart.backbones.text_network import with_length

    facts = assembled.source.preprocessing
    found = (lengths_of(assembled, dataset) for dataset in datasets)
    longest = max((int(one.max()) for one in found if one is not None and len(one)), default=1)
    length = min(-(-longest // _STEP) * _STEP, facts.most_tokens)
    return replace(assembled, backbone=with_length(assembled.backbone, length))


def lengths_of(assembled: Assembled, dataset: Dataset) -> NDArray[np.intp] | None:
    """Tokens of each text, shape (n_samples,); None where the source reads pictures."""
    if assembled.source.modality != "text":
        return None
    facts = assembled.source.preprocessing
    return np.array([len(facts.tokens(item.open())) for item in dataset.items], dtype=np.intp)
