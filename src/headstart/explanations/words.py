"""Which words count: each is left out in turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from headstart.explanations.answers import Answers

#: A letter of a script without spaces, or what stands between two spaces; spaces go with it.
_WORD = re.compile(
    r"\s*(?:[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\s\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)\s*"
)
#: A text of more words is taken apart into as many pieces.
_MOST_PIECES = 80


@dataclass(frozen=True)
class TextExplanation:
    """How much each word counts.

    Parameters
    ----------
    label : str
        What is explained; ``"value"`` of a number.
    words : tuple of (str, float)
        Pieces that make up the text, each with by how much the probability of the label (or the
        number) falls without it.
    """

    label: str
    words: tuple[tuple[str, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        words = [{"text": text, "weight": round(weight, 6)} for text, weight in self.words]
        return {"kind": "text", "label": self.label, "words": words}


def explain_text(answers: Answers, text: str) -> TextExplanation:
    """Leave out each word in turn and see how sure the model still is.

    Parameters
    ----------
    answers : Answers
        The model, and the label that is asked about.
    text : str
        At least one word.
    """
    pieces = split_words(text)
    answers, whole = answers.about(text)
    versions = ["".join(pieces[:place] + pieces[place + 1 :]) for place in range(len(pieces))]
    told = [place for place, version in enumerate(versions) if version.strip()]
    drops = dict(zip(told, answers.drops(whole, [versions[one] for one in told]), strict=True))
    # A single word carries all there is: without it there is no text to ask about.
    weights = [float(drops.get(place, whole)) for place in range(len(pieces))]
    return TextExplanation(answers.label, tuple(zip(pieces, weights, strict=True)))


def split_words(text: str) -> list[str]:
    """Pieces of a text that can be left out: words, or letters where words are not divided.

    Examples
    --------
    >>> split_words("A slow film.")
    ['A ', 'slow ', 'film.']
    >>> split_words("\N{CJK UNIFIED IDEOGRAPH-597D}\N{CJK UNIFIED IDEOGRAPH-770B}")
    ['好', '看']
    """
    words = _WORD.findall(text) or [text]
    size = -(-len(words) // _MOST_PIECES)
    return ["".join(words[start : start + size]) for start in range(0, len(words), size)]
