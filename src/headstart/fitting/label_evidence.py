"""Labels that look wrong, as evidence of a fit: out-of-fold scores tell them for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.printable import printable
from headstart.evaluation.label_errors import label_errors
from headstart.evidence import Decision
from headstart.fitting.sides import Side
from headstart.tasks.task import Task
from headstart.training.linear_head import softmax
from headstart.training.probe import Probe

QUESTION = "which labels look wrong"
_REASON = (
    "Probes that did not learn from these samples are surer of another class than they usually are "
    "of it, by confident learning. Look at them: a label that is right may stay."
)


def labels_decision(
    learner: Side, task: Task, probe: Probe, rows: NDArray[np.intp] | None = None
) -> tuple[Decision, ...]:
    """At most ten suspects, the surest first; nothing where nobody can tell, or none is found.

    Parameters
    ----------
    learner : Side
        The training side.
    task : Task
        Knows the names of the classes.
    probe : Probe
        With what it said of samples held out.
    rows : ndarray of shape (n_learned,) or None
        Which rows of the training side the probe learned from; None: all.
    """
    held_out = probe.held_out
    if held_out is None or not task.gives_probabilities or learner.targets.ndim > 1:
        return ()
    learned = np.arange(len(learner)) if rows is None else rows
    places = learned[held_out.rows]
    names, classes = learner.dataset.names, task.class_names
    shares = softmax(held_out.scores / probe.head.temperature)
    count, errors = label_errors(shares, learner.targets[places], [names[row] for row in places])
    if not errors:
        return ()
    measured = tuple(
        {
            "input": error.name,
            "given": classes[error.given],
            "looks_like": classes[error.likely],
            "confidence": error.confidence,
        }
        for error in errors
    )
    return (Decision(QUESTION, f"{count} of {len(places)}", _REASON, measured),)


def label_notes(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """A sentence about the suspects, where there are any."""
    found = [decision for decision in decisions if decision.question == QUESTION]
    return tuple(_note(decision.answer, decision.measurements[0]) for decision in found)


def _note(answer: str, first: Any) -> str:
    return (
        f"Labels that look wrong: {answer} training samples, first {printable(first['input'])} "
        f"(labelled {printable(first['given'])!r}, looks like {printable(first['looks_like'])!r}). "
        "The report lists them."
    )
