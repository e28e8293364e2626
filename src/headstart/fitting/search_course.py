"""The course of a plan that leaves the cut open: cuts are tried on stored states."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from headstart.advice.cut_search import Bar, CutSearch, Trial
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.frozen_course import FrozenCourse
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split
from headstart.fitting.training_course import Start, TrainingCourse
from headstart.fitting.vectors import Vectors
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import Progress
from headstart.strategies import PlanName
from headstart.training.losses import loss_for

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.training.outcome import Outcome


_NOT_TRIED = Decision(
    "where to cut",
    "probe",
    "There are too few samples to hold some of them back, so no other cut could be compared.",
)


@dataclass
class SearchCourse:
    """The probe first, then later and earlier cuts as long as they help.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.
    assembled : Assembled
        The pretrained network.
    """

    settings: Settings
    progress: Progress
    watch: Watch
    assembled: Assembled

    def gather(self, dataset: Dataset) -> Vectors:
        """Pooled vectors of all stages; states are stored when a cut is tried."""
        self.n_samples = len(dataset)
        probe = replace(self.settings, plan=PlanName("probe"), training={})
        self.frozen = FrozenCourse(probe, self.progress, self.watch)
        return self.frozen.gather(dataset)

    def fit(self, halves: Split) -> Fitted:
        """Search, then finish what was chosen; with nothing to judge by, that is the probe."""
        first = self._probe(halves)
        if not len(first.losses):
            fitted = self.frozen.fit(halves)
            return replace(fitted, decisions=(_NOT_TRIED, *fitted.decisions))
        tensors = {name: one.clone() for name, one in self.assembled.network.state_dict().items()}
        names = self.assembled.backbone.stage_names

        def try_cut(cut: int, bar: Bar) -> Trial[Any]:
            self.assembled.network.load_state_dict(tensors)
            return self._trial(halves, cut, bar)

        search = CutSearch(try_cut)
        chosen = search.run(first, range(len(names) - 1, -1, -1))
        fitted = self._finish(halves, chosen)
        return replace(fitted, decisions=(search.decision(), *fitted.decisions))

    def plan_for(self, cut: int) -> Plan:
        """The plan that freezes so many stages."""
        from headstart.fitting.plan_settling import settled

        source, names = self.assembled.source.name, self.assembled.backbone.stage_names
        return settled(PlanName("freeze", str(cut)).plan(source, names, **self.settings.training))

    def _course(self, cut: int) -> TrainingCourse:
        course = TrainingCourse(
            self.settings, self.progress, self.watch, self.assembled, self.plan_for(cut)
        )
        course.open(self.n_samples)
        return course

    def _probe(self, halves: Split) -> Trial[Any]:
        """The head that every training starts with, on the samples that judge them all."""
        import torch

        began = time.perf_counter()
        course = self._course(len(self.assembled.backbone.stages) - 1)
        with self.watch.step("fit the head"):
            start = course.start(halves)
        learner = halves.learner
        features = [learner.features["source"][stage] for stage in course.plan.head.stages]
        vectors = np.concatenate(features, axis=1)[start.valid_rows]
        loss = loss_for(halves.task, learner.targets[start.train_rows], course.training)
        scores = torch.from_numpy(loss.inward(start.head).scores(vectors)).float()
        goals = torch.from_numpy(loss.goals(learner.targets[start.valid_rows]))
        losses, merits = loss.judge(scores, goals)
        cut = len(self.assembled.backbone.stages)
        return Trial(cut, "probe", losses, merits, time.perf_counter() - began, None)

    def _trial(self, halves: Split, cut: int, bar: Bar) -> Trial[Any]:
        from headstart.training.checkpoints import MemoryCheckpoints

        began = time.perf_counter()
        course = self._course(cut)
        start = course.start(halves)
        job = replace(
            course.job(halves, start, MemoryCheckpoints()),
            highest_loss=bar.highest_loss,
        )
        outcome = course.train(job)
        name = f"freeze:{self.assembled.backbone.stage_names[cut - 1]}" if cut else "full"
        seconds = time.perf_counter() - began
        return Trial(cut, name, outcome.losses, outcome.merits, seconds, (course, start, outcome))

    def _finish(self, halves: Split, chosen: Trial[Any]) -> Fitted:
        import torch

        if chosen.result is None:
            return self.frozen.fit(halves)
        course: TrainingCourse
        start: Start
        outcome: Outcome
        course, start, outcome = chosen.result
        tensors = {name: torch.from_numpy(one) for name, one in outcome.tensors.items()}
        self.assembled.network.load_state_dict(tensors)
        return course.finish(halves, start, outcome)
