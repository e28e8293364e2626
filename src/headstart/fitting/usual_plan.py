"""What the plan ``auto`` stands for where no time limit allows to try plans."""

from __future__ import annotations

from dataclasses import replace

from headstart.activations.classical import CLASSICAL_SOURCE
from headstart.advice.classical_table import is_large
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.settings import Settings
from headstart.fitting.sides import labels_of
from headstart.strategies import PlanName
from headstart.tasks.registry import task_named

#: The embeddings know tens of thousands of words, of which the samples hold few.
_MANY = PlanName("freeze", "1")


def usual_plan(settings: Settings, train: Dataset) -> tuple[Settings, tuple[Decision, ...]]:
    """Texts that are many train their encoder's layers; everything else is a probe.

    A probe of pictures is mostly within a standard error of any training, and a hundred times
    faster. Of texts it is not: a sentence encoder sets topics apart, and many labels teach it more
    than they teach a linear model of what it computes.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    train : Dataset
        Labelled samples.

    Returns
    -------
    Settings
        With the plan.
    tuple of Decision
        Why; empty where nothing was left open.
    """
    leaves_open = settings.plan == PlanName("auto") and not settings.budget.is_limited
    if train.modality != "text" or not leaves_open:
        return settings, ()
    n_samples = len(train)
    task = task_named(settings.task).from_labels(labels_of(train))
    n_classes = len(task.class_names) or None
    if settings.source_name("auto") == CLASSICAL_SOURCE or not is_large(n_samples, n_classes):
        return settings, ()
    reason = (
        f"The {n_samples:,} texts are enough to train the layers of the encoder, starting from "
        "what they know. With --plan probe they are left as they are, which is faster."
    )
    return replace(settings, plan=_MANY), (Decision("how much to transfer", str(_MANY), reason),)
