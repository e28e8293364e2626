"""A source of one's own: a network that learns from all that is given, with labels or without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from headstart.backbones.catalogue import RUN
from headstart.backbones.variants import with_size
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.fitting.job import fit
from headstart.fitting.masked_course import learn_from_hidden_words
from headstart.fitting.self_supervised_course import learn_alone
from headstart.fitting.settings import Settings
from headstart.fitting.watch import Watch
from headstart.fitting.word_course import learn_from_words
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.runs.own_source import OwnSource
from headstart.strategies import PlanName
from headstart.tasks.classification import ClassificationTask

#: Learns quickly on a processor, and its BatchNorm remembers what pictures it saw.
ARCHITECTURE = "timm/resnet10t"
#: Pixels; the network's own size takes eight times as long.
SIZE = 64

#: ``"labels"``: what the labels say; ``"self"``: which views are of the same picture.
Teacher = Literal["labels", "self"]


@dataclass(frozen=True)
class Pretraining:
    """What a pretraining is asked for.

    Parameters
    ----------
    architecture : str
        A source of pictures whose network is taken without its weights.
    source : str or None
        A source to go on from, with its weights; then ``architecture`` is not looked at.
    size : int or None
        Height and width of the pictures that the network reads, in pixels. None: 64, or what the
        source reads. Of texts without a source, numbers in a word's vector (None: 100); with one,
        the most tokens that it reads.
    training : mapping of str to value
        Fields of :class:`~headstart.plan.TrainingPlan` that are to be other than usual.
    seed : int
        Of weights, order and views, at least 0.
    task : {"classification", "regression"}
        What the labels are, where they are learned from.

    Raises
    ------
    InputError
        If a size is asked for that the source cannot have.

    Examples
    --------
    >>> Pretraining().name, Pretraining(source="timm/resnet18").name
    ('timm/resnet10t@64', 'timm/resnet18')
    """

    architecture: str = ARCHITECTURE
    source: str | None = None
    size: int | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    task: str = ClassificationTask.name

    def __post_init__(self) -> None:
        if self.size is not None and self._start.startswith(RUN):
            raise InputError(
                f"The size {self.size} is asked for with the source {self.source!r}, which reads "
                "the pictures that it was trained on. Leave out the size or the source."
            )

    @property
    def _start(self) -> str:
        return self.architecture if self.source is None else self.source

    @property
    def name(self) -> str:
        """The network's name in the catalogue, with its size."""
        if self.size is not None:
            return with_size(self._start, self.size)
        named = self.source is not None or "@" in self._start or self._start.startswith(RUN)
        return self._start if named else with_size(self._start, SIZE)

    @property
    def plan(self) -> PlanName:
        """All stages trained, from random weights or from the source's."""
        return PlanName("scratch" if self.source is None else "full")


def pretrain(
    dataset: Dataset,
    asked: Pretraining | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> Model | OwnSource:
    """Train a network to be a source.

    With labels it is an ordinary fit of all stages, except that no sample is held out for a figure.
    Without, it learns to tell which views are of the same picture (SimCLR), to guess words that are
    hidden from a text encoder, or, where no source is named, which words stand near each other
    (skip-gram). An interrupt after the first epoch of a network ends the training with the best
    weights so far.

    Parameters
    ----------
    dataset : Dataset
        Pictures or texts; without labels where none are to be learned from.
    asked : Pretraining or None
        None: a small network for small pictures.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go.

    Returns
    -------
    Model or OwnSource
        With labels a model, which predicts too. Both have ``save``, after which ``run:FOLDER`` is
        a source.

    Raises
    ------
    InputError
        If there are too few samples, or they are neither pictures nor texts.
    SourceError, PlanError
        If the network cannot be had or cannot be trained so.
    """
    asked, watch = asked or Pretraining(), watch or Watch()
    if dataset.modality == "embedding":
        raise InputError(
            "Ready embeddings pass through no network, so there is none to train. Give pictures or "
            "texts."
        )
    if dataset.modality == "text" and asked.source is None:
        return _words(dataset, asked, progress, watch)
    settings = Settings(
        modality=dataset.modality,
        source=asked.name,
        plan=asked.plan,
        seed=asked.seed,
        task=asked.task,
        training=asked.training,
        holds_out=False,
        keeps_interrupted=True,
    )
    if dataset.labels is None and dataset.modality == "text":
        return learn_from_hidden_words(dataset, settings, progress, watch)
    if dataset.labels is None:
        return learn_alone(dataset, settings, progress, watch)
    return fit(dataset, None, settings, progress, watch)


def _words(dataset: Dataset, asked: Pretraining, progress: Progress, watch: Watch) -> OwnSource:
    """Vectors for the words of texts, where no source is named whose network could go on.

    Raises
    ------
    InputError
        If something is asked for that word vectors do not have.
    """
    from headstart.training.word_vectors import WordTraining

    instead = "Name a source to go on from, such as --source bundled/minilm-l6, or leave"
    if dataset.labels is not None:
        raise InputError(
            "The texts have labels, from which word vectors do not learn, and no source is named. "
            f"{instead} the labels aside with --task self."
        )
    if asked.architecture != ARCHITECTURE:
        raise InputError(
            f"The architecture {asked.architecture!r} is asked for with texts; accepted without a "
            f"source is none: words get vectors. {instead} it out."
        )
    known = {"epochs", "learning_rate"}
    if unknown := sorted(set(asked.training) - known):
        raise InputError(
            f"The {unknown[0].replace('_', ' ')} of word vectors cannot be chosen; accepted: "
            f"epochs, learning rate. {instead} it out."
        )
    changes = {**asked.training, **({} if asked.size is None else {"size": asked.size})}
    return learn_from_words(dataset, WordTraining(seed=asked.seed, **changes), progress, watch)
