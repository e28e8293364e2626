"""Skip-gram: the same from the same seed, alike words near each other, and what is refused."""

import numpy as np
import pytest

from headstart.errors import InputError, PlanError
from headstart.training.word_vectors import WordTraining, learn_words, with_special

TEXTS = (
    "the cat sleeps on the warm mat while a dog sleeps on the cold floor",
    "this engine needs new oil and these wheels need more air before driving",
)
SENTENCES = [text.split() for text in TEXTS] * 10


def test_the_same_seed_gives_the_same_vectors():
    quick = WordTraining(size=8, epochs=2)
    first, again = learn_words(SENTENCES, quick), learn_words(SENTENCES, quick)
    other = learn_words(SENTENCES, WordTraining(size=8, epochs=2, seed=1))
    assert first.words == again.words
    assert np.array_equal(first.vectors, again.vectors)
    assert not np.array_equal(first.vectors, other.vectors)


def test_words_of_the_same_sentences_are_near_each_other():
    learned = learn_words(SENTENCES, WordTraining(size=16, epochs=200))
    directions = learned.vectors / np.linalg.norm(learned.vectors, axis=1, keepdims=True)
    vectors = dict(zip(learned.words, directions, strict=True))
    assert vectors["cat"] @ vectors["mat"] > vectors["cat"] @ vectors["engine"] + 0.2


def test_the_unknown_word_lies_in_the_middle():
    learned = learn_words(SENTENCES, WordTraining(size=8, epochs=1))
    (rows,) = with_special(learned, 2, 1).values()
    assert rows.shape == (len(learned.words) + 2, 8)
    assert not rows[0].any()
    total = learned.counts @ learned.vectors / learned.counts.sum()
    assert np.allclose(rows[1], total, atol=1e-6)
    assert np.sqrt(np.square(rows[2:]).sum(axis=1).mean()) == pytest.approx(1.0)


def test_progress_is_told():
    told = []
    learn_words(SENTENCES, WordTraining(size=8, epochs=3), lambda *step: told.append(step))
    assert told == [("learn the words", done, 3) for done in (1, 2, 3)]


@pytest.mark.parametrize("sentences", [[], [[]] * 9, [["a", "b"]] * 9])
def test_too_few_words(sentences):
    with pytest.raises(InputError, match=r"hold \d different words; at least 10 are needed"):
        learn_words(sentences)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"size": 7}, InputError, "size of the word vectors is 7; accepted: 8 to 1000"),
        ({"size": 1001}, InputError, "size of the word vectors is 1001"),
        ({"seed": -1}, InputError, "The seed is -1"),
        ({"epochs": 0}, PlanError, "epochs of the training is 0"),
        ({"learning_rate": 0.0}, PlanError, "learning_rate of the training is 0.0"),
    ],
)
def test_what_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        WordTraining(**options)
