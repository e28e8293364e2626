"""From pictures without labels to a network that is a source."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from headstart.activations.encoding import encode
from headstart.activations.pixels import PIXELS, PixelEncoder
from headstart.activations.states import StoredStates
from headstart.activations.store import ActivationStore
from headstart.data.dataset import Dataset
from headstart.fitting.plan_settling import assemble_for
from headstart.fitting.settings import Settings
from headstart.fitting.watch import Watch
from headstart.fitting.without_labels import different, own_source, rows_of, share_of_judges
from headstart.progress import Progress
from headstart.runs.own_source import OwnSource
from headstart.strategies import PlanName

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.plan import Plan
    from headstart.training.job import TrainingJob

#: Stored pictures are so many times as large as a view, so that crops are seldom enlarged.
_LARGER = 1.25
#: Pictures that are seen in all, each time in two views: minutes on two cores.
_SEEN = 60_000
_EPOCHS = (20, 200)
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

    dataset = different(dataset)
    progress("build the network", 0, None)
    with watch.step("build the network"):
        assembled, plan = assemble_for(with_usual_training(settings, len(dataset)))
    with watch.step("read the pictures"):
        dataset, job = _job(dataset, settings, assembled, plan, progress)
    with watch.step("train"):
        trained = learn_from_pairs(job, assembled, progress)
    return own_source(dataset, assembled, plan, trained, watch)


def with_usual_training(settings: Settings, n_pictures: int) -> Settings:
    """The usual values for pairs of views, but for those that were asked for."""
    fewest, most = _EPOCHS
    is_new = isinstance(settings.plan, PlanName) and settings.plan.init == "random"
    usual = {
        "epochs": min(max(_SEEN // n_pictures, fewest), most),
        "batch_size": _BATCH,
        "learning_rate": _FROM_RANDOM if is_new else _FROM_SOURCE,
        "validation": share_of_judges(n_pictures),
        "patience": None,
        "label_smoothing": 0.0,
        "statistics": "batch",
    }
    return replace(settings, training={**usual, **settings.training})


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
    rows = rows_of(dataset, plan, settings.seed)
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
    dataset = different(dataset.set_aside(failures))
    return dataset, StoredStates((table,), PIXELS, dataset.fingerprints), side
