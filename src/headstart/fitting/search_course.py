"""The course of a plan that is left open: plans are tried, and the one that pays is finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headstart.advice.plan_search import PlanSearch
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.first_guess import guess_for
from headstart.fitting.frozen_course import FrozenCourse
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split
from headstart.fitting.similarity import similarity_of
from headstart.fitting.time_left import TimeLeft, least_row_seconds
from headstart.fitting.vectors import Vectors
from headstart.fitting.watch import Watch
from headstart.progress import Progress
from headstart.strategies import Ladder, PlanName

if TYPE_CHECKING:
    from headstart.fitting.plan_trials import PlanTrials

#: What a person who broke the search off is told at once, and in the end.
FINISHING = "interrupted: the best so far is finished (Ctrl-C again ends at once)"
INTERRUPTED = "Interrupted while plans were tried: the best model so far was kept."

_TOO_FEW = (
    "There are too few samples to hold some of them back, so no other plan could be compared."
)


@dataclass
class SearchCourse:
    """The probe first, then other plans as long as they help and there is time.

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
        """Pooled vectors of all stages; states are stored when a plan is tried."""
        self.n_samples = len(dataset)
        probe = replace(self.settings, plan=PlanName("probe"), time_limit=None, training={})
        self.frozen = FrozenCourse(probe, self.progress, self.watch)
        before = self.watch.seconds.get("encode", 0.0)
        self.vectors = self.frozen.gather(dataset)
        # The sources that were compared before it were encoded in other seconds.
        self.encoding = self.watch.seconds.get("encode", 0.0) - before
        return self.vectors

    def fit(self, halves: Split) -> Fitted:
        """Search, then finish what was chosen; with nothing to judge by, that is the probe."""
        time_left = TimeLeft(
            self.settings.budget, self.watch, len(halves.tester), self._row_seconds
        )
        if not time_left.is_worth_starting:
            return self._probe_alone(halves, f"{self._in_time} no other plan could be tried.")
        self.progress("build the network", 0, None)
        with self.watch.step("build the network"):
            from headstart.fitting.plan_trials import PlanTrials

            trials = PlanTrials(
                self.settings, self.progress, self.watch, halves, self.n_samples, time_left
            )
        first = trials.probe()
        if not first.counts:
            return self._probe_alone(halves, _TOO_FEW)
        time_left.probe_seconds = first.seconds
        ladder = trials.ladder
        start, guessed = self._start(trials, halves)
        search = PlanSearch(trials.try_plan, len(ladder.plans), first, ladder.patience)
        notes = self._searched(search, start)
        tried = search.tried.chosen.result
        fitted = self.frozen.fit(halves) if tried is None else trials.finish(tried)
        told = (*guessed, self._decision(search, ladder), *fitted.decisions)
        return replace(fitted, decisions=told, notes=notes)

    def _searched(self, search: PlanSearch[Any], start: int) -> tuple[str, ...]:
        """Search to the end or until Ctrl-C; what a person should be told of that."""
        try:
            search.run(start)
        except KeyboardInterrupt:
            self.progress(FINISHING, 0, None)
            return (INTERRUPTED,)
        return ()

    def _start(self, trials: PlanTrials, halves: Split) -> tuple[int, tuple[Decision, ...]]:
        """The plan after the probe, by its place; where the table is asked, what it says."""
        if trials.ladder.starts_low:
            return 1, ()
        with self.watch.step("read the similarity"):
            backbone = trials.assembled.backbone
            similarity = similarity_of(halves.learner.dataset, backbone, self.settings.seed)
        guess = guess_for(halves.task, len(halves.learner), similarity)
        first = Decision("what to try first", str(guess.plan), guess.reason)
        return trials.ladder.place(guess.plan), (similarity.decision(), first)

    @property
    def _row_seconds(self) -> float:
        """As long as the first pass took for a picture, or what is likely where it was stored."""
        backbone = self.vectors.backbone
        flops = 0.0 if backbone is None else sum(stage.flops for stage in backbone.stages)
        return max(self.encoding / max(self.n_samples, 1), least_row_seconds(flops))

    def _probe_alone(self, halves: Split, reason: str) -> Fitted:
        fitted = self.frozen.fit(halves)
        decision = Decision(self._question, "probe", reason)
        return replace(fitted, decisions=(decision, *fitted.decisions))

    @property
    def _question(self) -> str:
        plan = self.settings.plan
        ladder = plan.ladder(()) if isinstance(plan, PlanName) else None
        return "" if ladder is None else ladder.question

    @property
    def _in_time(self) -> str:
        return f"In the time limit of {self.settings.time_limit:g} s,"

    def _decision(self, search: PlanSearch[Any], ladder: Ladder) -> Decision:
        """What was tried, and what was taken."""
        tried = search.tried
        reason = tried.reason
        if self.settings.budget.is_limited:
            begun = sum(trial.was_begun for trial in tried.trials)
            reason += (
                f" {self._in_time} {begun} of {search.n_plans} plans were tried. How many that are "
                "depends on the machine, and so may the choice."
            )
        return Decision(ladder.question, tried.chosen.name, reason, tried.rows())
