"""From pictures without labels to a network that is a source."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoding import encode
from headstart.activations.pixels import PIXELS, PixelEncoder
from headstart.activations.states import StoredStates
from headstart.activations.store import ActivationStore
from headstart.data import stratified_split
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.evidence import Evidence
from headstart.fitting.plan_settling import assemble_for
from headstart.fitting.settings import Settings
from headstart.fitting.training_evidence import epochs_decision
from headstart.fitting.watch import Watch
from headstart.progress import Progress
from headstart.runs.own_source import OwnSource
from headstart.strategies import PlanName

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.plan import Plan
    from headstart.training.job import TrainingJob
    from headstart.training.loop import Trained

#: Fewer different pictures than these make no batch worth the name.
_FEWEST = 8
#: Stored pictures are so many times as large as a view, so that crops are seldom enlarged.
_LARGER = 1.25
#: Pictures that are seen in all, each time in two views: minutes on two cores.
_SEEN = 60_000
_EPOCHS = (20, 200)
#: Pictures that judge the epochs: a share, at least and at most so many.
_JUDGES, _FEWEST_JUDGES, _MOST_JUDGES = 0.1, 4, 256
_BATCH = 128
_FROM_RANDOM, _FROM_SOURCE = 2e-3, 5e-4


def learn_alone(
    dataset: Dataset, settings: Settings, progress: Progress, watch: Watch
) -> OwnSource:
    """Train a network on pairs of views.

    Parameters
    ----------
    dataset : Dataset
        Pictures; labels are not looked at, and the same content counts once.
    settings : Settings
        Source, plan, training and seed.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.

    Raises
    ------
    InputError
        If there are fewer than 8 different pictures.
    """
    from headstart.training.self_supervision import learn_from_pairs

    dataset = _different(dataset)
    progress("build the network", 0, None)
    with watch.step("build the network"):
        assembled, plan = assemble_for(with_usual_training(settings, len(dataset)))
    with watch.step("read the pictures"):
        dataset, job = _job(dataset, settings, assembled, plan, progress)
    with watch.step("train"):
        trained = learn_from_pairs(job, assembled, progress)
    return _own_source(dataset, assembled, plan, trained, watch)


def _different(dataset: Dataset) -> Dataset:
    """The first of each content: views of equal pictures are not to be told apart."""
    first = {one: row for row, one in reversed(list(enumerate(dataset.fingerprints)))}
    if len(first) < _FEWEST:
        raise InputError(
            f"There are {len(first)} different pictures, and {len(dataset.quarantined)} files were "
            f"set aside; at least {_FEWEST} are needed to learn without labels, and some hundreds "
            "to learn something. Give more pictures."
        )
    return dataset.take(sorted(first.values()))


def with_usual_training(settings: Settings, n_pictures: int) -> Settings:
    """The usual values for pairs of views, but for those that were asked for."""
    fewest, most = _EPOCHS
    is_new = isinstance(settings.plan, PlanName) and settings.plan.init == "random"
    usual = {
        "epochs": min(max(_SEEN // n_pictures, fewest), most),
        "batch_size": _BATCH,
        "learning_rate": _FROM_RANDOM if is_new else _FROM_SOURCE,
        "validation": _share_of_judges(n_pictures),
        "patience": None,
        "label_smoothing": 0.0,
        "statistics": "batch",
    }
    return replace(settings, training={**usual, **settings.training})


def _share_of_judges(n_pictures: int) -> float:
    if n_pictures * _JUDGES < _FEWEST_JUDGES:
        return 0.0
    return min(_JUDGES, _MOST_JUDGES / n_pictures)


def _job(
    dataset: Dataset, settings: Settings, assembled: Assembled, plan: Plan, progress: Progress
) -> tuple[Dataset, TrainingJob]:
    """The pictures that can be decoded, and everything that training with them depends on."""
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.contrastive import PairLoss
    from headstart.training.job import TrainingJob
    from headstart.training.linear_head import zero_head
    from headstart.training.loop import Learning
    from headstart.training.view_pairs import PAIRS, ViewPairs

    dataset, pixels, side = _stored(dataset, assembled, progress)
    size = assembled.source.preprocessing.size
    rows = _rows(dataset, plan, settings.seed)
    learning = Learning(
        ViewPairs(pixels, side, size, settings.seed),
        np.zeros(len(dataset)),
        *rows,
        PairLoss(),
        settings.seed,
        tuple(range(1, PAIRS)),
    )
    head = zero_head(1, np.zeros(1), is_shares=False)
    keeps = settings.keeps_interrupted
    return dataset, TrainingJob(plan, head, learning, MemoryCheckpoints(), keeps_interrupted=keeps)


def _stored(
    dataset: Dataset, assembled: Assembled, progress: Progress
) -> tuple[Dataset, StoredStates, int]:
    """Each picture decoded once, a little larger than a view, as bytes on the disk."""
    own = assembled.source.preprocessing
    side = math.ceil(_LARGER * max(own.size) / 8) * 8
    encoder = PixelEncoder(replace(own, size=(side, side), crop_fraction=1.0))
    (table,), failures = encode(dataset.items, [encoder], ActivationStore(), progress, "decode")
    dataset = _different(dataset.set_aside(failures))
    return dataset, StoredStates((table,), PIXELS, dataset.fingerprints), side


def _rows(dataset: Dataset, plan: Plan, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pictures that are learned from, and those that judge each epoch."""
    share = 0.0 if plan.training is None else plan.training.validation
    if share == 0.0:
        return np.arange(len(dataset)), np.arange(0)
    return stratified_split(np.zeros(len(dataset)), dataset.fingerprints, share, seed)


def _own_source(
    dataset: Dataset, assembled: Assembled, plan: Plan, trained: Trained, watch: Watch
) -> OwnSource:
    """The trained network under facts that say what its weights are now."""
    from headstart.backbones.providers.weights_file import hash_of

    tensors: dict[str, Any] = dict(assembled.network.state_dict())
    before = assembled.source
    source = replace(
        before,
        weights_hash=hash_of(tensors),
        classes=None,
        origin=f"pretrained by headstart on {len(dataset):,} pictures without labels "
        f"({before.name}, {trained.kept}; before: {before.origin})",
    )
    record = {
        "n_train": len(dataset),
        "source": before.name,
        "quarantined": [{"input": one.input, "reason": one.reason} for one in dataset.quarantined],
        "notes": list(dataset.notes),
        "seconds": dict(watch.seconds),
    }
    arrays = {name: one.numpy().copy() for name, one in tensors.items()}
    return OwnSource(source, plan, arrays, Evidence((epochs_decision(trained),)), record)
