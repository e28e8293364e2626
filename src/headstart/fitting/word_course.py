"""From texts without labels to word vectors that are a source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headstart.data.dataset import Dataset
from headstart.evidence import Decision, Evidence
from headstart.fitting.watch import Watch
from headstart.fitting.without_labels import different, record_of
from headstart.plan import Plan
from headstart.progress import Progress
from headstart.runs.own_source import OwnSource
from headstart.strategies import PlanName

if TYPE_CHECKING:
    from headstart.backbones.source import Source
    from headstart.training.word_vectors import WordTraining, WordVectors

#: The question that the words answer.
WHICH_WORDS = "which words"


def learn_from_words(
    dataset: Dataset, training: WordTraining, progress: Progress, watch: Watch
) -> OwnSource:
    """Learn vectors of the words that stand in texts.

    Parameters
    ----------
    dataset : Dataset
        Texts; labels are not looked at, and the same text counts once.
    training : WordTraining
        Size, epochs, seed.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.

    Raises
    ------
    InputError
        If there are fewer than 8 different texts, or 10 different words.
    """
    from headstart.backbones.word_tokenizer import split_into_words
    from headstart.training.word_vectors import learn_words

    dataset = different(dataset)
    with watch.step("split into words"):
        sentences = split_into_words([item.open() for item in dataset.items])
    with watch.step("train"):
        learned = learn_words(sentences, training, progress)
    n_read = sum(map(len, sentences))
    source, tensors = _source(learned, len(dataset), training.seed)
    plan = _plan(source, training, n_read)
    record = {**record_of(dataset, source.name, watch), "n_words": len(learned.words)}
    return OwnSource(source, plan, tensors, Evidence((_decision(learned, n_read),)), record)


def _source(learned: WordVectors, n_texts: int, seed: int) -> tuple[Source, dict[str, Any]]:
    """The facts of the vectors, and the tensors by their names."""
    import torch

    from headstart.backbones.providers.weights_file import hash_of
    from headstart.backbones.providers.words import word_network
    from headstart.backbones.word_tokenizer import SPECIAL, UNKNOWN, word_facts
    from headstart.training.word_vectors import with_special

    n_rows, size = len(SPECIAL) + len(learned.words), learned.vectors.shape[1]
    _, source = word_network(word_facts(learned.words), n_rows, size, seed)
    tensors = with_special(learned, len(SPECIAL), SPECIAL.index(UNKNOWN))
    source = replace(
        source,
        weights_hash=hash_of({name: torch.from_numpy(one) for name, one in tensors.items()}),
        origin=f"learned by headstart from {n_texts:,} texts without labels "
        f"(skip-gram, {len(learned.words):,} words)",
    )
    return source, dict(tensors)


def _plan(source: Source, training: WordTraining, n_read: int) -> Plan:
    from headstart.backbones.word_network import WORDS

    changes = {"epochs": training.epochs_for(n_read), "learning_rate": training.learning_rate}
    return PlanName("scratch").plan(source.name, (WORDS,), "text", **changes)


def _decision(learned: WordVectors, n_read: int) -> Decision:
    known = int(learned.counts.sum())
    reason = (
        f"They are {known / n_read:.0%} of the {n_read:,} words that were read; a word that is not "
        "among them gets the mean of all."
    )
    rows = tuple(
        {"word": word, "count": int(count)}
        for word, count in zip(learned.words[:20], learned.counts, strict=False)
    )
    return Decision(WHICH_WORDS, f"{len(learned.words):,} words", reason, rows)
