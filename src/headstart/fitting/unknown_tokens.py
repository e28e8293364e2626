"""Texts in a language that a source's tokenizer does not know."""

from __future__ import annotations

from collections.abc import Sequence

from headstart.backbones.source import Source
from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.data.dataset import Dataset

#: Texts that are looked at, evenly spread.
_LOOKED_AT = 200
#: Above this share of unknown tokens a source reads too little of the texts.
_TOO_MANY = 0.3


def unknown_notes(source: Source | None, dataset: Dataset) -> tuple[str, ...]:
    """A sentence where a source does not know what the texts are made of.

    Parameters
    ----------
    source : Source or None
        What reads them; None: nothing does.
    dataset : Dataset
        The samples; of those that are no texts there is nothing to say.

    Returns
    -------
    tuple of str
        Empty where at most three tokens in ten are unknown.
    """
    if source is None or source.modality != "text" or dataset.modality != "text":
        return ()
    step = -(-len(dataset) // _LOOKED_AT) or 1
    share = unknown_share(source.preprocessing, [one.open() for one in dataset.items[::step]])
    if share <= _TOO_MANY:
        return ()
    return (
        f"{source.name} does not know {share:.0%} of what these texts are made of. Take a source "
        "for their language, such as transformers/bert-base-chinese or transformers/"
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2; without one the model "
        "without transfer (TF-IDF of characters) reads them.",
    )


def unknown_share(facts: TextPreprocessing, texts: Sequence[str]) -> float:
    """The share of tokens that stand for something unknown; special tokens do not count.

    Parameters
    ----------
    facts : TextPreprocessing
        Of the source.
    texts : sequence of str
        A sample of the texts.

    Returns
    -------
    float
        Between 0 and 1; 0 where the tokenizer knows every byte, or there is no token.
    """
    if facts.unknown_id is None:
        return 0.0
    special = int((facts.tokens("") != facts.unknown_id).sum())  # put around any text
    rows = [facts.tokens(text) for text in texts]
    count = sum(len(row) - special for row in rows)
    unknown = sum(int((row == facts.unknown_id).sum()) for row in rows)
    return unknown / count if count else 0.0
