"""Features of texts without transfer: n-grams of words and characters."""

import numpy as np
import pytest
from scipy.sparse import issparse

import headstart.activations.ngrams as ngrams
from headstart.activations.ngrams import ngram_facts, ngram_features, ngram_sizes

TEXTS = ["A good film", "a good, GOOD film", "", "非常好看", "难看死了", "!?", "naïve façade"]


def test_outputs_are_sparse_and_of_the_sizes_that_are_told():
    features = ngram_features(TEXTS)
    assert list(features) == ngram_facts()["outputs"]
    for name, matrix in features.items():
        assert issparse(matrix)
        assert matrix.format == "csr"
        assert matrix.dtype == np.float32
        assert matrix.shape == (len(TEXTS), ngram_sizes()[name])


def test_rows_have_length_1_but_those_of_nothing():
    features = ngram_features(TEXTS)
    lengths = {name: np.sqrt(m.multiply(m).sum(axis=1)).A1 for name, m in features.items()}
    assert lengths["words"].tolist() == pytest.approx([1, 1, 0, 1, 1, 0, 1])
    assert lengths["characters"].tolist() == pytest.approx([1, 1, 0, 1, 1, 1, 1])


def test_frequencies_are_sublinear():
    twice = ngram_features(["good good good film"])["words"]
    # good: 3; film, good good: 2; good film: 1
    counts = np.array([1 + np.log(3), 1 + np.log(2), 1.0, 1.0])
    assert np.sort(twice.data)[::-1] == pytest.approx(counts / np.linalg.norm(counts), abs=1e-6)


def test_a_text_gives_the_same_alone_and_among_others(monkeypatch):
    together = ngram_features(TEXTS)
    monkeypatch.setattr(ngrams, "_AT_ONCE", 3)
    in_parts = ngram_features(TEXTS)
    for name in together:
        alone = ngram_features([TEXTS[1]])[name]
        assert (together[name][1] != alone).nnz == 0
        assert (together[name] != in_parts[name]).nnz == 0


def test_letters_in_capitals_say_the_same():
    small, capital = (ngram_features([text]) for text in ("très bon", "TRÈS BON"))
    assert all((small[name] != capital[name]).nnz == 0 for name in small)


def test_characters_compare_what_has_no_words():
    features = ngram_features(["这部电影非常好看", "我觉得非常好看啊"])
    shared = {name: float((m[0] @ m[1].T).toarray()[0, 0]) for name, m in features.items()}
    assert shared["words"] == 0.0
    assert shared["characters"] > 0.1


def test_no_text_at_all():
    assert ngram_features([])["words"].shape == (0, ngram_sizes()["words"])
