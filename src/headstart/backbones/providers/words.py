"""``words/COUNTxSIZE``: so many words with vectors of that size, which a run fills with numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headstart.backbones.providers.seeding import seeded
from headstart.backbones.source import Source
from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.backbones.word_tokenizer import word_facts
from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import nn

#: There are as many as there are counts and sizes.
IS_OPEN = True
PREFIX = "words"
ARCHITECTURE = "word vectors"
_SHAPE = re.compile(r"([1-9]\d{0,7})x([1-9]\d{0,3})")


def names() -> list[str]:
    """None: which words they are is known to the runs that learned them."""
    return []


def describe(name: str) -> dict[str, Any]:
    """Facts without words."""
    _shape(name)
    return {
        "name": f"{PREFIX}/{name}",
        "modality": "text",
        "architecture": ARCHITECTURE,
        "licence": "none needed",
        "n_classes": 0,
        "preprocessing": None,
        "origin": "random weights",
    }


def build(
    name: str, weights: str | None = None, init: str = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build random vectors; their facts know no words."""
    if init != "random" or weights is not None:
        raise SourceError(
            f"Source {PREFIX + '/' + name!r} has no weights of its own. Accepted: the run that "
            "'headstart pretrain' made of your sentences, as run:FOLDER."
        )
    return word_network(word_facts([]), *_shape(name), seed)


def word_network(
    facts: TextPreprocessing, n_words: int, size: int, seed: int
) -> tuple[nn.Module, Source]:
    """Random vectors for words that a tokenizer knows."""
    from headstart.backbones.word_network import WordNetwork

    with seeded(seed):
        network = WordNetwork(n_words, size, facts.pad_id)
    return network, Source(
        name=f"{PREFIX}/{n_words}x{size}",
        modality="text",
        architecture=ARCHITECTURE,
        preprocessing=facts,
        licence="none needed",
        weights_hash=f"random-{seed}",
        n_classes=0,
        classes=None,
        origin="random weights",
    )


def _shape(name: str) -> tuple[int, int]:
    found = _SHAPE.fullmatch(name)
    if found is None:
        raise SourceError(
            f"Source {PREFIX + '/' + name!r} is not understood; accepted: the number of words and "
            f"the size of their vectors, as in {PREFIX}/5000x100."
        )
    return int(found[1]), int(found[2])
