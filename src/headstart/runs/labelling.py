"""Which of many unlabelled samples a model would learn most from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headstart.advice.next_labels import next_labels
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.tasks.prediction import Prediction


@dataclass(frozen=True)
class Wanted:
    """Samples to be labelled next.

    Parameters
    ----------
    rows : tuple of Prediction
        The first to be labelled first, each with what the model says of it now.
    n_samples : int
        Samples that could be chosen from.
    unreadable : tuple of Prediction
        Inputs that could not be read, each with its reason.
    """

    rows: tuple[Prediction, ...]
    n_samples: int
    unreadable: tuple[Prediction, ...]


def choose_next(
    model: Model, inputs: Any, count: int, seed: int = 0, progress: Progress = silent
) -> Wanted:
    """Choose samples that the model is unsure of, and unlike each other.

    Parameters
    ----------
    model : Model
        Fitted on what is labelled so far.
    inputs : paths, pictures, arrays or embeddings
        Without labels.
    count : int
        Samples to choose.
    seed : int
        The same seed gives the same choice.
    progress : Progress
        Who is told how far it is.

    Raises
    ------
    InputError
        If the count is below 1, or the inputs are of another kind than the model's.
    """
    seen = model.look_at(inputs, progress)
    shares = seen.outputs if model.task.gives_probabilities else None
    chosen = next_labels(seen.vectors, count, shares, seed)
    rows = tuple(model.task.answer(seen.names[row], seen.outputs[row]) for row in chosen)
    return Wanted(rows, len(seen.names), seen.unreadable)
