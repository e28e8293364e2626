"""Vectors of words from the company that they keep: skip-gram with negative sampling, by gensim.

Mikolov and others, *Distributed representations of words and phrases and their compositionality*,
2013.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.plan import TrainingPlan, changed_training
from headstart.progress import Progress, silent
from headstart.training.processes import quiet

if TYPE_CHECKING:
    from gensim.models import Word2Vec

#: Length of a vector, and what is accepted.
SIZE = 100
_SIZES = (8, 1000)
#: Words that are seen in all, however often each sentence has to be read for that.
_SEEN = 5_000_000
_EPOCHS = (5, 300)
#: In so many words or more, one that stands there once is not worth a vector.
_MANY = 10_000
_MOST_WORDS = 100_000
_FEWEST_WORDS = 10
#: A word that is such a share of all words, or stands there so many times, counts half.
_HALF_SHARE, _HALF_COUNT = 1e-3, 10.0
_GENSIM = "gensim"


@dataclass(frozen=True)
class WordTraining:
    """How word vectors are learned.

    Parameters
    ----------
    size : int
        Length of a vector, 8 to 1000.
    window : int
        Words before and after a word that count as its company.
    negative : int
        Words drawn at random for each that is really there.
    epochs : int or None
        Passes over the sentences. None: 5 to 300, the more the fewer words there are.
    learning_rate : float
        At first; it falls to nearly nothing.
    seed : int
        Of first vectors, order and what is drawn.

    Raises
    ------
    InputError, PlanError
        If a value is not accepted.
    """

    size: int = SIZE
    window: int = 5
    negative: int = 5
    epochs: int | None = None
    learning_rate: float = 0.025
    seed: int = 0

    def __post_init__(self) -> None:
        least, most = _SIZES
        if not least <= self.size <= most:
            raise InputError(
                f"The size of the word vectors is {self.size!r}; accepted: {least} to {most}. "
                f"Leave it out to have vectors of {SIZE} numbers."
            )
        if self.seed < 0:
            raise InputError(
                f"The seed is {self.seed!r}; it must be a whole number of at least 0, such as 0."
            )
        changes = {} if self.epochs is None else {"epochs": self.epochs}
        changed_training(TrainingPlan(), {**changes, "learning_rate": self.learning_rate})

    def epochs_for(self, n_words: int) -> int:
        """Passes over so many words.

        Examples
        --------
        >>> [WordTraining().epochs_for(count) for count in (900, 20_000, 10**7)]
        [300, 250, 5]
        """
        if self.epochs is not None:
            return self.epochs
        fewest, most = _EPOCHS
        return min(max(_SEEN // max(n_words, 1), fewest), most)


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    words : tuple of str
        The frequent ones first.
    vectors : ndarray of shape (n_words, size), float32
        The shorter the more frequent the word; of length 1 on average (root mean square).
    counts : ndarray of shape (n_words,)
        How often each word stands in the sentences.
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    counts: NDArray[np.int64]

    @property
    def centre(self) -> NDArray[np.float32]:
        """Vector of a word that nobody knows, shape (size,): the mean over all that was read."""
        return np.average(self.vectors, axis=0, weights=self.counts).astype(np.float32)


def learn_words(
    sentences: Sequence[Sequence[str]],
    training: WordTraining | None = None,
    progress: Progress = silent,
) -> WordVectors:
    """Learn a vector for each word that stands in the sentences.

    The same sentences and seed give the same vectors.

    Parameters
    ----------
    sentences : sequence of sequences of str
        Words by sentence.
    training : WordTraining or None
        None: as usual.
    progress : Progress
        Told after each epoch.

    Raises
    ------
    InputError
        If there are fewer than 10 different words.
    """
    training = training or WordTraining()
    n_words = sum(map(len, sentences))
    epochs = training.epochs_for(n_words)
    with quiet(_GENSIM):
        model = _model(sentences, training, 1 if n_words < _MANY else 2)
        model.train(
            corpus_iterable=[list(words) for words in sentences],
            total_examples=len(sentences),
            epochs=epochs,
            callbacks=[_reporter(progress, epochs)],
        )
    known = model.wv
    counts = np.array([known.get_vecattr(word, "count") for word in known.index_to_key])
    vectors = _of_length_one(known.vectors * _weights(counts)[:, None])
    return WordVectors(tuple(known.index_to_key), vectors, counts)


def _model(sentences: Sequence[Sequence[str]], training: WordTraining, least: int) -> Word2Vec:
    """A model that knows the words; one thread, or the order of steps would be left to chance."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        sg=1,
        vector_size=training.size,
        window=training.window,
        negative=training.negative,
        alpha=training.learning_rate,
        min_count=least,
        max_final_vocab=_MOST_WORDS if least > 1 else None,
        seed=training.seed,
        workers=1,
    )
    try:
        model.build_vocab(sentences)
        found = len(model.wv)
    except RuntimeError:  # it refuses to train on no word at all
        found = 0
    if found < _FEWEST_WORDS:
        raise InputError(
            f"The texts hold {found} different words; at least {_FEWEST_WORDS} are needed to learn "
            "which belong together, and some thousands to learn it well. Give more sentences."
        )
    return model


def _weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much words count in the mean of a text's words: frequent ones say little about it.

    Arora, Liang and Ma, *A simple but tough-to-beat baseline for sentence embeddings*, 2017. Among
    few words every one is frequent by their measure, so that of a number is taken there.

    Examples
    --------
    >>> _weights(np.array([90, 10])).tolist()
    [0.1, 0.5]
    """
    half = max(_HALF_SHARE * counts.sum(), _HALF_COUNT)
    weights: NDArray[np.float64] = half / (half + counts)
    return weights


def _of_length_one(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scale of random ones, so that training goes on from either at the same pace."""
    length = np.sqrt(np.square(vectors.astype(np.float64)).sum(axis=1).mean())
    return (vectors / length).astype(np.float32)


def _reporter(progress: Progress, epochs: int) -> Any:
    from gensim.models.callbacks import CallbackAny2Vec

    class Reporter(CallbackAny2Vec):
        done = 0

        def on_epoch_end(self, model: Word2Vec) -> None:
            self.done += 1
            progress("learn the words", self.done, epochs)

    return Reporter()


def with_special(
    learned: WordVectors, n_special: int, unknown_id: int
) -> Mapping[str, NDArray[np.float32]]:
    """The tensor of a :class:`~headstart.backbones.word_network.WordNetwork`.

    Parameters
    ----------
    learned : WordVectors
    n_special : int
        Rows before those of the words; zero, but for that of unknown words.
    unknown_id : int
        That row, which gets the centre: a text of unknown words is like no text in particular.
    """
    rows = np.zeros((n_special, learned.vectors.shape[1]), dtype=np.float32)
    rows[unknown_id] = learned.centre
    return {"words.weight": np.concatenate([rows, learned.vectors])}
