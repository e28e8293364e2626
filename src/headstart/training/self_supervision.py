"""A training without labels, from its description to the trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.backbones.providers.seeding import seeded
from headstart.progress import Progress, silent
from headstart.training.contrastive import PairNetwork
from headstart.training.job import TrainingJob, make_fabric, make_trainer, set_up
from headstart.training.loop import Trained

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled


def learn_from_pairs(
    job: TrainingJob, assembled: Assembled, progress: Progress = silent
) -> Trained:
    """Train the network so that views of the same picture are alike.

    Parameters
    ----------
    job : TrainingJob
        Its states are pairs of views; its head is not used.
    assembled : Assembled
        The network that the plan starts from; it is changed in place.
    progress : Progress
        Told after each step.
    """
    with seeded(job.learning.seed):
        network = PairNetwork(assembled.backbone, job.plan)
    with set_up(network, job):
        trained = make_trainer(make_fabric(job), network, job, progress).run()
    network.cpu().eval().requires_grad_(False)
    return trained
