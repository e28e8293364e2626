"""A model without transfer in the form in which a fit hands over any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.classical import CLASSICAL_SOURCE
from headstart.activations.openvino_engine import best_precision
from headstart.evaluation.baselines import Baseline
from headstart.fitting.course import Fitted
from headstart.fitting.keeping import kept_vectors
from headstart.fitting.sides import Split
from headstart.fitting.vectors import Vectors
from headstart.plan import HeadPlan, Plan, frozen_plan
from headstart.training.features import joined
from headstart.training.linear_head import zero_head


def stand_in(halves: Split, vectors: Vectors, rival: Baseline) -> Fitted:
    """What predicts as ``rival`` does.

    A guess is a head of zeros on the features that cost least: its bias says it all.

    Parameters
    ----------
    halves : Split
        Both sides.
    vectors : Vectors
        What was encoded.
    rival : Baseline
        One of :func:`~headstart.fitting.measuring.baselines_of`.
    """
    kind = rival.features or ("classical" if "classical" in halves.learner.features else "source")
    features = halves.learner.features[kind]
    plan = _plan(kind, vectors, tuple(features))
    if rival.probe is not None:
        head, plan = rival.probe.head, plan.with_head(rival.probe.plan)
    else:
        first = next(iter(features))
        guess = halves.task.guess(halves.learner.targets)
        size = features[first].shape[1]
        head = zero_head(size, guess, halves.task.gives_probabilities)
        plan = plan.with_head(HeadPlan((first,), start="zero"))
    backbone = vectors.twin if kind == "random" else None
    precision = None if backbone is None else best_precision()
    read = _read(halves.tester.features.get(kind, {}), plan.head.stages, len(head.mean))
    kept = kept_vectors(halves, kind, plan.head.stages)
    return Fitted(plan, head, read, (), backbone, precision, (), rival.held_out, kept)


def _plan(kind: str, vectors: Vectors, stages: tuple[str, ...]) -> Plan:
    if kind == "classical":
        return frozen_plan(CLASSICAL_SOURCE, stages, "none")
    if kind == "random" and vectors.twin is not None:
        return frozen_plan(vectors.twin.source.name, stages, "random")
    return frozen_plan(vectors.source, stages, vectors.init)


def _read(features: Mapping[str, NDArray[Any]], stages: tuple[str, ...], size: int) -> NDArray[Any]:
    """Of the test samples, of which there may be none."""
    if not features:
        return np.empty((0, size))
    return joined([features[stage] for stage in stages])
