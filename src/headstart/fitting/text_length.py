"""How long the texts of a data set are, so that states take no more room than they need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
    items = [item for dataset in datasets for item in dataset.items]
    longest = max((len(facts.tokens(item.open())) for item in items), default=1)
    length = min(-(-longest // _STEP) * _STEP, facts.most_tokens)
    return replace(assembled, backbone=with_length(assembled.backbone, length))
