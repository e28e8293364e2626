"""Trials of plans on the same samples: trained on one part, judged on what is held back of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from headstart.advice.trial_cost import CostModel
from headstart.advice.trials import (
    NO_TIME,
    NOTHING_LEARNED,
    OUT_OF_TIME,
    RAN_AWAY,
    Bar,
    Trial,
)
from headstart.backbones.assembly import randomise
from headstart.errors import PlanError
from headstart.fitting.course import Fitted
from headstart.fitting.measuring import habit_of
from headstart.fitting.plan_settling import assemble_for_search, settled
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split, folds_of, validation_rows
from headstart.fitting.text_length import for_length_of
from headstart.fitting.time_left import TimeLeft
from headstart.fitting.training_course import Start, TrainingCourse
from headstart.fitting.vectors import Features
from headstart.fitting.watch import Watch
from headstart.plan import Plan, TrainingPlan
from headstart.progress import Progress
from headstart.strategies import Ladder, PlanName
from headstart.training.checkpoints import MemoryCheckpoints
from headstart.training.features import joined
from headstart.training.losses import loss_for
from headstart.training.objective import objective_for
from headstart.training.pace import OutOfTime
from headstart.training.probe import Folds, Samples, fit_probe

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.training.outcome import Outcome


@dataclass(frozen=True)
class Tried:
    """What a trial leaves for the plan that is chosen."""

    course: TrainingCourse
    start: Start
    outcome: Outcome


class PlanTrials:
    """One network that each trial trains anew.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.
    halves : Split
        Of the training side, a part is held back to judge the trials.
    n_samples : int
        Of both sides: so many states may have to be stored.
    time_left : TimeLeft
        For the trials.
    """

    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        watch: Watch,
        halves: Split,
        n_samples: int,
        time_left: TimeLeft,
    ) -> None:
        self.settings, self.progress, self.watch = settings, progress, watch
        self.halves, self.n_samples, self.time_left = halves, n_samples, time_left
        sides = (halves.learner.dataset, halves.tester.dataset)
        self.assembled: Assembled = for_length_of(assemble_for_search(settings), *sides)
        state = self.assembled.network.state_dict()
        self._weights = {name: one.clone() for name, one in state.items()}

    @cached_property
    def ladder(self) -> Ladder:
        """The plans that can be tried.

        Raises
        ------
        PlanError
            If the plan that is asked for is not open.
        """
        names = self.assembled.backbone.stage_names
        asked = self.settings.plan
        ladder = asked.ladder(names) if isinstance(asked, PlanName) else None
        if ladder is None:
            raise PlanError(
                f"The plan {asked!s} says what to train. Accepted for a search: auto, freeze:auto."
            )
        return ladder

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """In the order of the ladder."""
        return tuple(self.plan_for(name) for name in self.ladder.plans.values())

    def plan_for(self, name: PlanName) -> Plan:
        """The plan of that name for this source."""
        source, names = self.assembled.source.name, self.assembled.backbone.stage_names
        return settled(name.plan(source, names, self.settings.modality, **self.settings.training))

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of the training side that trials learn from, and that they are judged by."""
        training = TrainingPlan() if len(self.plans) < 2 else self.plans[1].training
        share = (training or TrainingPlan()).validation
        return validation_rows(self.halves, share, self.settings.seed)

    @cached_property
    def cost(self) -> CostModel:
        """What the trials will cost."""
        flops = [stage.flops for stage in self.assembled.backbone.stages]
        n_train, n_valid = map(len, self.rows)
        return CostModel(flops, n_train, n_valid, self.time_left.row_seconds)

    def probe(self) -> Trial[Tried]:
        """The probe on the samples that judge all trials; it counts where there are some."""
        began = time.perf_counter()
        learner, task = self.halves.learner, self.halves.task
        train, valid = self.rows
        if not len(valid):
            return Trial(0, "probe")
        self.progress("fit the head", 0, None)
        targets = learner.targets[train]
        ids = [learner.dataset.fingerprints[row] for row in train]
        folds = folds_of(task, targets, ids, self.settings.seed)
        features = learner.features["source"]
        known = {name: vectors[train] for name, vectors in features.items()}
        with self.watch.step("fit the head"):
            probe = fit_probe(self._samples(known, targets, folds))
        vectors = joined([features[one][valid] for one in probe.plan.stages])
        loss = loss_for(task, targets, TrainingPlan())
        scores = torch.from_numpy(loss.inward(probe.head).scores(vectors)).float()
        goals = torch.from_numpy(loss.goals(learner.targets[valid]))
        losses, merits = loss.judge(scores, goals)
        return Trial(0, "probe", losses, merits, time.perf_counter() - began)

    def _samples(self, features: Features, targets: NDArray[Any], folds: Folds) -> Samples:
        task, modality = self.halves.task, self.halves.learner.dataset.modality
        return Samples(features, targets, objective_for(task, targets), folds, habit_of(modality))

    def try_plan(self, place: int, bar: Bar) -> Trial[Tried]:
        """Train the plan at that place, as long as it can keep up and there is time."""
        name, plan = list(self.ladder.plans)[place], self.plans[place]
        if self.cost.seconds(plan) > self.time_left.for_trials:
            return Trial(place, name, happened=NO_TIME)
        began = time.perf_counter()
        self.progress(f"try {name}", 0, None)
        try:
            trial = self._trained(Trial(place, name), plan, bar)
        except OutOfTime:
            trial = Trial(place, name, happened=OUT_OF_TIME)
        return replace(trial, seconds=time.perf_counter() - began)

    def _trained(self, trial: Trial[Tried], plan: Plan, bar: Bar) -> Trial[Tried]:
        self.restore(plan)
        stopping = self.time_left.stopping(self.progress)
        course = TrainingCourse(self.settings, stopping, self.watch, self.assembled, plan)
        course.open(self.n_samples)
        try:
            start = course.start(self.halves)
            learning = course.learning(self.halves, start)
            job = course.job(start, learning, MemoryCheckpoints())
            course.progress = self.progress  # the training keeps to the time by itself
            outcome = course.train(replace(job, highest_loss=bar.highest_loss, seconds=self._left))
        except PlanError:  # one plan that cannot be trained here says nothing of the others
            return replace(trial, happened=RAN_AWAY)
        self.cost.learn(plan, outcome.trained.step_seconds)
        return self._judged(trial, Tried(course, start, outcome))

    @property
    def _left(self) -> float | None:
        return self.time_left.for_trials if self.time_left.budget.is_limited else None

    def _judged(self, trial: Trial[Tried], tried: Tried) -> Trial[Tried]:
        trained = tried.outcome.trained
        if trained.kept_epochs == (0,):
            what = NOTHING_LEARNED if trained.ended == "finished" else trained.ended
            return replace(trial, happened=what)
        losses, merits = tried.outcome.losses, tried.outcome.merits
        return replace(trial, losses=losses, merits=merits, result=tried, happened=trained.ended)

    def restore(self, plan: Plan | None = None) -> None:
        """The network as the source gave it; stages that the plan wants random are so."""
        for module in (self.assembled.network, self.assembled.backbone):
            module.cpu().eval().requires_grad_(False)
        self.assembled.network.load_state_dict(self._weights)
        if plan is not None:
            randomise(self.assembled, plan.stages, self.settings.seed)

    def finish(self, tried: Tried) -> Fitted:
        """The trained network of a trial in the form that predicts."""
        self.restore()
        tensors: dict[str, Any] = {
            name: torch.from_numpy(one) for name, one in tried.outcome.tensors.items()
        }
        self.assembled.network.load_state_dict(tensors)
        return tried.course.finish(self.halves, tried.start, tried.outcome)
