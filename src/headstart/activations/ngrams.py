"""Features of texts without any transfer: how often n-grams of words and characters occur.

They are hashed to a fixed number of columns (Weinberger and others, *Feature hashing for large
scale multitask learning*, 2009), so that no vocabulary is learned: what a text gives depends on
nothing but the text. How rare an n-gram is among the training samples, the IDF, is learned with the
head; see :class:`~headstart.training.standardised.Standardised`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

#: Outputs, in the order of :func:`ngram_features`.
OUTPUTS = ("words", "characters")
_COLUMNS = {"words": 2**17, "characters": 2**17}
_WORDS = (1, 2)
_CHARACTERS = (2, 5)
#: Texts whose counts are held at once.
_AT_ONCE = 2048


def ngram_features(texts: Sequence[str]) -> dict[str, Any]:
    """Sublinear frequencies of n-grams, each row of length 1.

    Words in lower case, alone and in pairs; and 2 to 5 characters within a word, its edges told by
    a blank, which also serve scripts that do not part their words. A text with no word at all, an
    empty one say, gives a row of zeros.

    Parameters
    ----------
    texts : sequence of str
        What is read.

    Returns
    -------
    dict of str to csr_matrix of shape (n_texts, n_columns), float32
        By output: ``"words"`` and ``"characters"``.

    Examples
    --------
    >>> features = ngram_features(["Good film", "good film"])
    >>> features["words"][0].nnz, (features["words"][0] != features["words"][1]).nnz
    (3, 0)
    """
    from scipy.sparse import vstack

    counters = _counters()
    starts = range(0, max(len(texts), 1), _AT_ONCE)
    parts = [texts[start : start + _AT_ONCE] for start in starts]
    return {
        name: vstack([_weighted(counter, part) for part in parts], format="csr")
        for name, counter in counters.items()
    }


def ngram_sizes() -> dict[str, int]:
    """Columns of each output."""
    return dict(_COLUMNS)


def ngram_facts() -> dict[str, Any]:
    """How the features are computed, for a manifest.

    Examples
    --------
    >>> ngram_facts()["outputs"]
    ['words', 'characters']
    """
    words, characters = _COLUMNS["words"], _COLUMNS["characters"]
    return {
        "preprocessing": (
            f"lower case, n-grams of {_WORDS[0]}-{_WORDS[1]} words in {words} columns and of "
            f"{_CHARACTERS[0]}-{_CHARACTERS[1]} characters within words in {characters} columns, "
            "hashed, 1 + ln(count), length 1"
        ),
        "engine": f"scikit-learn {version('scikit-learn')}",
        "precision": "f32",
        "outputs": list(OUTPUTS),
    }


def _counters() -> dict[str, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    def counter(name: str, analyzer: str, lengths: tuple[int, int]) -> Any:
        # Counts that may cancel each other out would have no logarithm: all have the same sign.
        return HashingVectorizer(
            analyzer=analyzer,
            ngram_range=lengths,
            n_features=_COLUMNS[name],
            alternate_sign=False,
            norm=None,
            dtype=np.float32,
        )

    return {
        "words": counter("words", "word", _WORDS),
        "characters": counter("characters", "char_wb", _CHARACTERS),
    }


def _weighted(counter: Any, texts: Sequence[str]) -> Any:
    """Counts of some texts, made sublinear, each row of length 1."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    if not len(texts):
        return csr_matrix((0, counter.n_features), dtype=np.float32)
    counts = counter.transform(texts)
    np.log(counts.data, out=counts.data)
    counts.data += 1.0
    return normalize(counts, copy=False)
