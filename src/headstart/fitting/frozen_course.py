"""The course of a plan that trains no stage: a probe on stored vectors. It needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headstart.data.dataset import Dataset
from headstart.errors import PlanError
from headstart.fitting.course import Fitted
from headstart.fitting.keeping import kept_vectors
from headstart.fitting.label_evidence import labels_decision
from headstart.fitting.measuring import samples_of
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split
from headstart.fitting.vectors import Vectors, gather
from headstart.fitting.watch import Watch
from headstart.plan import HeadPlan, Plan, frozen_plan
from headstart.progress import Progress
from headstart.training.features import joined
from headstart.training.probe import fit_probe


@dataclass
class FrozenCourse:
    """Encode once, then fit a head.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.
    """

    settings: Settings
    progress: Progress
    watch: Watch

    def gather(self, dataset: Dataset) -> Vectors:
        """Pooled vectors of all stages, and the classical features."""
        self.vectors = gather(dataset, self.settings, self.progress, self.watch)
        return self.vectors

    def fit(self, halves: Split) -> Fitted:
        """Choose what the plan leaves open, and fit."""
        self.progress("fit the head", 0, None)
        with self.watch.step("fit the head"):
            probe = fit_probe(samples_of(halves, "source"), self._head_plan(halves))
        stages = tuple(halves.learner.features["source"])
        backbone = self.vectors.backbone
        plan = frozen_plan(self.vectors.source, stages, self.vectors.init).with_head(probe.plan)
        features = halves.tester.features.get("source", {})
        vectors = [features[stage] for stage in plan.head.stages if stage in features]
        read = joined(vectors) if vectors else np.empty((0, len(probe.head.mean)))
        return Fitted(
            plan,
            probe.head,
            read,
            (*probe.decisions, *labels_decision(halves.learner, halves.task, probe)),
            backbone,
            self.vectors.precision,
            held_out=probe.held_out,
            kept_vectors=kept_vectors(halves, "source", plan.head.stages),
        )

    def _head_plan(self, halves: Split) -> HeadPlan:
        """What the plan says of the head, once it is known which stages there are."""
        if not isinstance(self.settings.plan, Plan):
            return HeadPlan()
        stages = list(halves.learner.features["source"])
        named = [stage.name for stage in self.settings.plan.stages]
        unknown = [name for name in named if name not in stages]
        if unknown:
            raise PlanError(
                f"The plan names stage {unknown[0]!r}, which its source does not have. Stages: "
                f"{', '.join(stages)}. Correct the plan, or choose the source that it was made for."
            )
        return self.settings.plan.head
