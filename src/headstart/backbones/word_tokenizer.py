"""Words as tokens: how a text is split into words, and a tokenizer that knows a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headstart.backbones.text_preprocessing import TextPreprocessing, tokenizer_hash

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PAD, UNKNOWN = "[PAD]", "[UNK]"
#: Their numbers; the words follow.
SPECIAL = (PAD, UNKNOWN)
#: A lookup costs nothing, so texts are read at a length that no transformer reads.
_MOST_WORDS = 1024


def split_into_words(texts: Sequence[str]) -> list[list[str]]:
    """Words in lower case, without punctuation; a Chinese character is a word.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    list of list of str
        By text; empty where it has no word.

    Examples
    --------
    >>> split_into_words(["A film, FULL of wit!", "好看的电影"])
    [['a', 'film', 'full', 'of', 'wit'], ['好', '看', '的', '电', '影']]
    """
    tokenizer = _splitter([])
    normalise, split = tokenizer.normalizer, tokenizer.pre_tokenizer
    return [
        [word for word, _ in split.pre_tokenize_str(normalise.normalize_str(text))]
        for text in texts
    ]


def word_facts(words: Sequence[str]) -> TextPreprocessing:
    """How a text becomes the numbers of its words.

    Parameters
    ----------
    words : sequence of str
        As :func:`split_into_words` gives them, each once; the first gets the number 2.

    Examples
    --------
    >>> word_facts(["slow", "film"]).tokens("Film, slow film: new!").tolist()
    [3, 2, 3, 1]
    """
    text = _splitter(words).to_str()
    pad, unknown = SPECIAL.index(PAD), SPECIAL.index(UNKNOWN)
    return TextPreprocessing(tokenizer_hash(text), _MOST_WORDS, "mean", pad, unknown, text)


def _splitter(words: Sequence[str]) -> Tokenizer:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import Punctuation, WhitespaceSplit
    from tokenizers.pre_tokenizers import Sequence as Both

    numbers = {word: number for number, word in enumerate((*SPECIAL, *words))}
    tokenizer = Tokenizer(WordLevel(numbers, UNKNOWN))
    # It puts spaces around Chinese characters.
    tokenizer.normalizer = BertNormalizer(strip_accents=False, lowercase=True)
    tokenizer.pre_tokenizer = Both([WhitespaceSplit(), Punctuation("removed")])
    return tokenizer
