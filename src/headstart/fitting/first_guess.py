"""What the classical table says of the samples of a task."""

from __future__ import annotations

from headstart.advice.classical_table import Guess, first_guess
from headstart.advice.similarity import Similarity
from headstart.tasks.task import Task


def guess_for(task: Task, n_samples: int, similarity: Similarity) -> Guess:
    """The plan to try first.

    Parameters
    ----------
    task : Task
        What is predicted.
    n_samples : int
        Samples to learn from.
    similarity : Similarity
        Of their pictures to those of the source.
    """
    return first_guess(n_samples, len(task.class_names) or None, similarity.level)
