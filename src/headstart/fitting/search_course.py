"""The course of a plan that is left open: plans are tried, and the one that pays is finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headstart.advice.classical_table import Guess, first_guess
from headstart.advice.plan_search import PlanSearch
from headstart.advice.similarity import Similarity
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.frozen_course import FrozenCourse
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split
from headstart.fitting.similarity import similarity_of
from headstart.fitting.time_left import TimeLeft
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
#: A picture takes at least so long to decode, and a flop of the frozen stages to compute.
_DECODING, _FLOP = 0.003, 0.5e-11


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
        self.vectors = self.frozen.gather(dataset)
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
        similarity = self._similarity(trials, halves)
        guess = self._guess(halves, similarity)
        search = PlanSearch(trials.try_plan, len(ladder.plans), first, ladder.patience)
        notes = self._searched(search, 1 if ladder.starts_low else ladder.place(guess.plan))
        tried = search.tried.chosen.result
        fitted = self.frozen.fit(halves) if tried is None else trials.finish(tried)
        told = (*_guess_told(ladder, guess, similarity), self._decision(search, ladder))
        return replace(fitted, decisions=(*told, *fitted.decisions), notes=notes)

    def _searched(self, search: PlanSearch[Any], start: int) -> tuple[str, ...]:
        """Search to the end or until Ctrl-C; what a person should be told of that."""
        try:
            search.run(start)
        except KeyboardInterrupt:
            self.progress(FINISHING, 0, None)
            return (INTERRUPTED,)
        return ()

    def _similarity(self, trials: PlanTrials, halves: Split) -> Similarity:
        """Of the training pictures to those of the source."""
        with self.watch.step("read the similarity"):
            backbone = trials.assembled.backbone
            return similarity_of(halves.learner.dataset, backbone, self.settings.seed)

    def _guess(self, halves: Split, similarity: Similarity) -> Guess:
        n_classes = len(halves.task.class_names) or None
        return first_guess(len(halves.learner), n_classes, similarity.level)

    @property
    def _row_seconds(self) -> float:
        """As long as the first pass took for a picture, or what is likely where it was stored."""
        backbone = self.vectors.backbone
        flops = 0.0 if backbone is None else sum(stage.flops for stage in backbone.stages)
        measured = self.watch.seconds.get("encode", 0.0) / max(self.n_samples, 1)
        return max(measured, _DECODING + flops * _FLOP)

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


def _guess_told(ladder: Ladder, guess: Guess, similarity: Similarity) -> tuple[Decision, ...]:
    """The table's guess, where the search has begun with it."""
    if ladder.starts_low:
        return ()
    first = Decision("what to try first", str(guess.plan), guess.reason)
    return (similarity.decision(), first)
