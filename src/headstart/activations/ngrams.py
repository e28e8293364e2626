"""Features of texts without any transfer: counts of words and of runs of characters.

Characters make it work where words are not set apart (Chinese, Japanese, Thai). How much each count
weighs (the inverse document frequency of TF-IDF: Sparck Jones, *A statistical interpretation of
term specificity*, 1972) is learned with the linear model that reads them; see
:class:`~headstart.training.standardised.Standardised`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: By output: what scikit-learn's HashingVectorizer is told. Columns are few enough for a head of
#: some classes to be saved, and many enough that two n-grams of some thousand sentences rarely
#: share one.
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "n_features": 2**16},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5), "n_features": 2**17},
}
#: The outputs in their order.
NGRAMS = tuple(_KINDS)
#: Texts that are counted at once.
_AT_ONCE = 4096
#: One letter is a word too.
_WORD = r"(?u)\b\w+\b"


def ngram_features(texts: Sequence[str]) -> dict[str, csr_matrix]:
    """Count n-grams: each row depends on its own text alone.

    Counts are damped (1 + ln count) and each row has length 1.

    Parameters
    ----------
    texts : sequence of str
        Any language.

    Returns
    -------
    dict of str to csr_matrix of shape (n_texts, n_columns), float32
        ``"words"``: single ones and pairs; ``"characters"``: runs of two to five.

    Examples
    --------
    >>> features = ngram_features(["good film", "good film", "bad film"])
    >>> {name: one.shape for name, one in features.items()}
    {'words': (3, 65536), 'characters': (3, 131072)}
    >>> (features["words"][0] != features["words"][1]).nnz, features["words"][0].nnz
    (0, 3)
    """
    return {name: _counted(texts, kind) for name, kind in _KINDS.items()}


def ngram_facts() -> dict[str, Any]:
    """How they are computed: a head is worth nothing with others."""
    kinds = [f"{name} {kind['ngram_range']} in {kind['n_features']}" for name, kind in _KINDS.items()]
    return {"preprocessing": f"{', '.join(kinds)}; 1 + ln count, length 1", "outputs": list(NGRAMS)}


def _counted(texts: Sequence[str], kind: Mapping[str, Any]) -> csr_matrix:
    from scipy.sparse import csr_matrix, vstack
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.preprocessing import normalize

    counter = HashingVectorizer(
        **kind, token_pattern=_WORD, alternate_sign=False, norm=None, dtype=np.float32
    )
    parts = [csr_matrix((0, kind["n_features"]), dtype=np.float32)]
    for start in range(0, len(texts), _AT_ONCE):
        counts = counter.transform(texts[start : start + _AT_ONCE])
        np.log1p(counts.data - 1.0, out=counts.data)
        counts.data += 1.0
        parts.append(normalize(counts, copy=False))
    return csr_matrix(vstack(parts, format="csr"))
