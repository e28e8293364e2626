"""From texts without labels to a text encoder that knows their language better."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.errors import SourceError
from headstart.fitting.plan_settling import assemble_for
from headstart.fitting.settings import Settings
from headstart.fitting.watch import Watch
from headstart.fitting.without_labels import different, own_source, rows_of, share_of_judges
from headstart.progress import Progress
from headstart.runs.own_source import OwnSource

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.plan import Plan
    from headstart.training.hidden_words import HiddenWords
    from headstart.training.job import TrainingJob

#: Texts that are seen in all: minutes on two cores.
_SEEN = 6_000
_EPOCHS = (2, 10)
_BATCH = 16
_LEARNING_RATE = 5e-5
#: What guesses words is new, and the encoder is not.
_HEAD_SCALE = 10.0


def learn_from_hidden_words(
    dataset: Dataset, settings: Settings, progress: Progress, watch: Watch
) -> OwnSource:
    """Train a text encoder on, by having it guess words that are hidden from it.

    Parameters
    ----------
    dataset : Dataset
        Texts; labels are not looked at, and the same content counts once.
    settings : Settings
        Source, plan, training and seed.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.

    Raises
    ------
    InputError
        If there are fewer than 8 different texts.
    SourceError
        If the source is no encoder, or its tokenizer hides no words.
    """
    from headstart.training.masked_language import learn_to_guess

    dataset = different(dataset)
    progress("build the network", 0, None)
    with watch.step("build the network"):
        assembled, plan = assemble_for(with_usual_training(settings, len(dataset)))
        _check_encoder(assembled)
        plan = plan.with_head(replace(plan.head, lr_scale=_HEAD_SCALE))
    with watch.step("read the texts"):
        dataset, texts = _hidden_words(dataset, assembled, settings.seed)
        job = _job(dataset, texts, plan, settings)
    with watch.step("train"):
        counts = _counts(texts, assembled)
        trained = learn_to_guess(job, assembled, counts, progress)
    return own_source(dataset, assembled, plan, trained, watch)


def with_usual_training(settings: Settings, n_texts: int) -> Settings:
    """The usual values for guessing words, but for those that were asked for."""
    fewest, most = _EPOCHS
    usual = {
        "epochs": min(max(_SEEN // n_texts, fewest), most),
        "batch_size": _BATCH,
        "learning_rate": _LEARNING_RATE,
        "validation": share_of_judges(n_texts),
        "patience": None,
    }
    return replace(settings, training={**usual, **settings.training})


def _check_encoder(assembled: Assembled) -> None:
    """Only an encoder computes a hidden word from those around it."""
    from headstart.backbones.text_network import TextNetwork

    if not isinstance(assembled.network, TextNetwork):
        source = assembled.source
        raise SourceError(
            f"The source {source.name!r} ({source.architecture}) guesses no words that are hidden "
            "from it. Accepted: a text encoder, such as bundled/minilm-l6. Name one, or leave the "
            "source out to learn word vectors anew."
        )


def _hidden_words(dataset: Dataset, assembled: Assembled, seed: int) -> tuple[Dataset, HiddenWords]:
    """The texts that have words to hide."""
    from headstart.backbones.special_tokens import special_tokens
    from headstart.training.hidden_words import LONGEST, HiddenWords

    facts = assembled.source.preprocessing
    known = special_tokens(facts, assembled.source.name)
    tokens = [facts.tokens(item.open()) for item in dataset.items]
    usable = [row for row, one in enumerate(tokens) if not np.isin(one, known.special).all()]
    dataset = different(dataset.take(usable))
    tokens = [tokens[row] for row in usable]
    length = min(LONGEST, max(map(len, tokens)))
    return dataset, HiddenWords(tokens, known, length, seed)


def _job(dataset: Dataset, texts: HiddenWords, plan: Plan, settings: Settings) -> TrainingJob:
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.hidden_words import WAYS
    from headstart.training.job import TrainingJob
    from headstart.training.linear_head import zero_head
    from headstart.training.loop import Learning
    from headstart.training.masked_language import GuessLoss

    rows = rows_of(dataset, plan, settings.seed)
    learning = Learning(
        texts, np.zeros(len(dataset)), *rows, GuessLoss(), settings.seed, tuple(range(1, WAYS))
    )
    head = zero_head(1, np.zeros(1), is_shares=False)
    keeps = settings.keeps_interrupted
    return TrainingJob(plan, head, learning, MemoryCheckpoints(), keeps_interrupted=keeps)


def _counts(texts: HiddenWords, assembled: Assembled) -> NDArray[np.int64]:
    """How often each word stands in the texts, shape (n_words,)."""
    network: Any = assembled.network
    n_words = network.model.get_input_embeddings().num_embeddings
    return np.bincount(np.concatenate(texts.tokens), minlength=n_words)
