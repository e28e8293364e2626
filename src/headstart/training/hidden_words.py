"""Texts with some words hidden, as the rows that a training without labels reads.

Of the tokens of a text 15 % are to be guessed: four fifths of those are hidden, a tenth is replaced
by another word, a tenth stays (Devlin and others, *BERT: pre-training of deep bidirectional
transformers for language understanding*, 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.backbones.special_tokens import SpecialTokens
from headstart.backbones.text_preprocessing import NOTHING

#: Different ways in which the words of a text are hidden; way 0 is the one that judges.
WAYS = 4096
_GUESSED, _HIDDEN, _REPLACED = 0.15, 0.8, 0.1
#: Of a longer text a part is read, in each way another.
LONGEST = 128


@dataclass(frozen=True)
class HiddenWords:
    """Rows that depend on seed, text and way alone, whatever was read before.

    Parameters
    ----------
    tokens : sequence of ndarray of shape (n_tokens,)
        Of each text; at least one of them is not special.
    facts : SpecialTokens
        Of the tokenizer.
    length : int
        Tokens in a row.
    seed : int
        Of what is drawn.

    Examples
    --------
    >>> texts = HiddenWords([np.array([1, 5, 6])], SpecialTokens(2, (0, 1, 2), 9), 4)
    >>> texts.read(np.array([0]), np.array([3])).reshape(2, 4).tolist()
    [[1, 5, 2, -1], [-1, -1, 6, -1]]
    """

    tokens: Sequence[NDArray[np.int64]]
    facts: SpecialTokens
    length: int
    seed: int = 0

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """What is shown, then what is to be guessed: int64 of shape (n, 2 * length).

        Both are -1 where there is nothing.
        """
        result = np.full((len(rows), 2, self.length), NOTHING, dtype=np.int64)
        for place, (row, view) in enumerate(zip(rows, views, strict=True)):
            draw = np.random.default_rng([self.seed, int(row), int(view)])
            tokens = self._part(self.tokens[row], draw)
            chosen = self._chosen(tokens, draw)
            result[place, 1, chosen] = tokens[chosen]
            result[place, 0, : len(tokens)] = self._shown(tokens, chosen, draw)
        return result.reshape(len(rows), -1)

    def _part(self, tokens: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.int64]:
        """So much of a text as fits, with a word in it."""
        if len(tokens) <= self.length:
            return tokens
        words = np.flatnonzero(~np.isin(tokens, self.facts.special))
        last = len(tokens) - self.length
        start = min(max(int(draw.choice(words)) - self.length // 2, 0), last)
        return tokens[start : start + self.length]

    def _chosen(self, tokens: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.intp]:
        """Places of what is to be guessed, at least one."""
        words = np.flatnonzero(~np.isin(tokens, self.facts.special))
        count = max(1, round(_GUESSED * len(words)))
        chosen: NDArray[np.intp] = draw.choice(words, count, replace=False)
        return chosen

    def _shown(
        self, tokens: NDArray[np.int64], chosen: NDArray[np.intp], draw: np.random.Generator
    ) -> NDArray[np.int64]:
        chance = draw.random(len(chosen))
        others = draw.integers(self.facts.n_tokens, size=len(chosen))
        others = np.where(np.isin(others, self.facts.special), self.facts.mask_id, others)
        shown = tokens.copy()
        replaced = np.where(chance < _HIDDEN + _REPLACED, others, tokens[chosen])
        shown[chosen] = np.where(chance < _HIDDEN, self.facts.mask_id, replaced)
        return shown
