"""A network of one stage: a vector for each word, and their mean for a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from headstart.backbones.stages import Backbone, Stage, pooled
from headstart.backbones.text_network import TYPICAL_TOKENS, Pooled, token_state

if TYPE_CHECKING:
    from headstart.backbones.source import Source

#: Name of the stage.
WORDS = "words"


class WordNetwork(nn.Module):
    """Rows of words in, a vector a text out.

    Parameters
    ----------
    n_words : int
        Those that stand for the end and for unknown words included.
    size : int
        Length of a vector.
    pad_id : int
        The word where a text has ended.

    Examples
    --------
    >>> import torch
    >>> network = WordNetwork(5, 3)
    >>> network(torch.tensor([[2, 4], [3, -1]])).shape
    torch.Size([2, 3])
    """

    def __init__(self, n_words: int, size: int, pad_id: int = 0) -> None:
        super().__init__()
        self.words = nn.Embedding(n_words, size)
        nn.init.normal_(self.words.weight, std=size**-0.5)  # vectors of about length 1
        self.pad_id = pad_id

    def forward(self, rows: Tensor) -> Tensor:
        """Give vectors of shape (n, size) for rows of shape (n, length)."""
        state = token_state(rows, self.pad_id)
        return pooled({**state, "x": self.words(state["x"])}, "tokens")


class _Lookup(nn.Module):
    """Words to vectors."""

    def __init__(self, own: nn.Embedding) -> None:
        super().__init__()
        self.own = own

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        vectors: Tensor = self.own(x)
        return vectors


def cut_words(network: WordNetwork, source: Source) -> Backbone:
    """The network as one stage, in eval mode and frozen; it shares the vectors."""
    network.eval().requires_grad_(False)
    facts, size = source.preprocessing, network.words.embedding_dim
    stage = Stage(
        WORDS,
        _Lookup(network.words),
        float(2 * size * TYPICAL_TOKENS),
        (facts.most_tokens, size),
        {"mask": (facts.most_tokens,)},
        facts.pooling,
    )
    return Backbone(source, [stage], Pooled(facts.pooling))
