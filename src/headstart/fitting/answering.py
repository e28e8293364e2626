"""From questions, contexts and answers to a model that answers, with its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.openvino_engine import best_precision
from headstart.data.splits import stratified_split
from headstart.errors import InputError
from headstart.evaluation.answer_baselines import AnswerBaseline, answer_baselines
from headstart.evaluation.result import BaselineFigures, Result
from headstart.evaluation.verdict import verdict
from headstart.evidence import Decision, Evidence
from headstart.fitting.answer_training import (
    WindowSet,
    answering_plan,
    train_on_windows,
    window_length,
)
from headstart.fitting.trained_network import convert_trained
from headstart.fitting.training_evidence import epochs_decision
from headstart.fitting.watch import Watch
from headstart.plan import Plan, TrainingPlan
from headstart.progress import Progress, silent
from headstart.runs.answerer import Answerer, answers_of
from headstart.strategies import PlanName
from headstart.tasks.question_answering import (
    Question,
    QuestionAnsweringTask,
    cut_windows,
    span_targets,
)

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled

AUTO = "auto"
DEFAULT_SOURCE = "bundled/minilm-l6"
RANDOM_TWIN = "the same network trained from random weights"
#: Tokens of the longest window, where the source reads more (Devlin and others, *BERT*, 2019).
_MOST_TOKENS = 384
_SCRATCH = PlanName("scratch")


@dataclass(frozen=True)
class AnswerSettings:
    """What a fit is asked for.

    Parameters
    ----------
    source : str
        A text encoder's name in the catalogue; ``"auto"``: the bundled one.
    plan : Plan or PlanName
        What is trained of it; ``"auto"``: the last three stages.
    test_fraction : float
        Share of the questions that is held out when no test set is given.
    seed : int
        For splits and training, at least 0.
    random_twin : bool
        Whether to train the same network from random weights too, and compare.
    training : mapping of str to value
        Fields of the plan's training part that are to be other than usual.
    """

    source: str = AUTO
    plan: Plan | PlanName = field(default_factory=lambda: PlanName(AUTO))
    test_fraction: float = 0.2
    seed: int = 0
    random_twin: bool = False
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source_to_read(self) -> str:
        """A name in the catalogue."""
        if isinstance(self.plan, Plan):
            return self.plan.source
        return DEFAULT_SOURCE if self.source == AUTO else self.source


def fit_answerer(
    train: Sequence[Question],
    test: Sequence[Question] | None = None,
    settings: AnswerSettings | None = None,
    progress: Progress = silent,
) -> Answerer:
    """Train on questions with answers, and measure how well that went.

    Parameters
    ----------
    train : sequence of Question
        To learn from.
    test : sequence of Question or None
        Held out; None: a share of ``train``, questions about the same context staying together.
    settings : AnswerSettings or None
        What is asked for.
    progress : Progress
        Told how far the fit is.

    Raises
    ------
    InputError
        If nothing can be learned from, or nothing is left to learn from.
    SourceError, PlanError
        If the source or the plan cannot be had.
    """
    settings, watch = settings or AnswerSettings(), Watch()
    train, test, shared = _sides(train, test, settings)
    learner = _Learner(settings, settings.plan, progress, watch)
    model = learner.fit(train)
    with watch.step("evaluate"):
        found = answers_of(model, test, progress)
        baselines = [*answer_baselines(train, test)]
    if settings.random_twin:
        baselines.append(_twin(train, test, settings, progress, watch))
    texts = [one.text for one in found]
    result = replace(
        _result(model, test, texts, baselines),
        n_train=len(train),
        duplicates=shared,
        notes=model.result_.notes,
        seconds=watch.seconds,
    )
    rows = zip(test, found, strict=True)
    predictions = tuple(model.task.answer(row, *one) for row, one in enumerate(rows))
    return replace(model, result_=result, predictions=predictions)


def _sides(
    train: Sequence[Question], test: Sequence[Question] | None, settings: AnswerSettings
) -> tuple[list[Question], list[Question], tuple[str, ...]]:
    """Questions to learn from and to test with, and the names of those that stood on both sides."""
    if test is None:
        rows, held = _split(train, settings.test_fraction, settings.seed)
        train, test = [train[row] for row in rows], [train[row] for row in held]
    known = {(one.text, one.context) for one in test}
    kept = [row for row, one in enumerate(train) if (one.text, one.context) not in known]
    if not kept or all(not train[row].answers for row in kept):
        raise InputError(
            f"{len(kept)} of {len(train)} questions are left to learn from, and none with an "
            "answer. Accepted is at least one question with an answer that the test set does not "
            "hold. Add questions."
        )
    gone = tuple(f"question {row}" for row in sorted(set(range(len(train))) - set(kept)))
    return [train[row] for row in kept], list(test), gone


def _split(
    questions: Sequence[Question], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to learn from and rows held out; all questions about a context are on one side."""
    contexts = [one.context for one in questions]
    if len(set(contexts)) < 2:
        raise InputError(
            f"All {len(questions)} questions are about the same context, so none can be held out. "
            "Accepted are questions about 2 contexts or more. Add some, or give a test set."
        )
    return stratified_split(np.zeros(len(contexts)), contexts, fraction, seed)


@dataclass
class _Learner:
    """The steps from questions to a model without figures."""

    settings: AnswerSettings
    plan: Plan | PlanName
    progress: Progress
    watch: Watch

    def fit(self, questions: Sequence[Question]) -> Answerer:
        """Train, and convert into what answers."""
        self.progress("build the network", 0, None)
        with self.watch.step("build the network"):
            assembled, plan = self._assembled()
        with self.watch.step("read"):
            windows, lost = self._windows(questions, assembled, plan)
        task = QuestionAnsweringTask.of(questions, windows.targets)
        with self.watch.step("train"):
            outcome = train_on_windows(assembled, plan, windows, self.settings.seed, self.progress)
        with self.watch.step("convert the trained network"):
            converted = convert_trained(assembled, outcome, "state")
        evidence = Evidence(
            (_windows_decision(questions, windows), epochs_decision(outcome.trained))
        )
        result = _no_result(plan, _notes(questions, lost))
        return Answerer(task, plan, outcome.head, converted, result, evidence, best_precision())

    def _assembled(self) -> tuple[Assembled, Plan]:
        """The network as the plan starts it, reading windows."""
        from headstart.backbones.assembly import assemble, load_assembled
        from headstart.backbones.stages import Backbone

        source, changes = self.settings.source_to_read, dict(self.settings.training)
        names = load_assembled(source).backbone.stage_names
        plan = answering_plan(self.plan, source, names, changes)
        assembled = assemble(plan, seed=self.settings.seed)
        _check_is_text(assembled)
        facts = window_length(assembled.source.preprocessing, _MOST_TOKENS)
        own = assembled.backbone
        backbone = Backbone(replace(own.source, preprocessing=facts), own.stages, own.head)
        return replace(assembled, backbone=backbone), plan

    def _windows(
        self, questions: Sequence[Question], assembled: Assembled, plan: Plan
    ) -> tuple[WindowSet, NDArray[np.intp]]:
        """Windows of the questions, and the questions whose answer stands in none of them."""
        windows = cut_windows(questions, assembled.source.preprocessing)
        targets, lost = span_targets(questions, windows)
        share = (plan.training or TrainingPlan()).validation
        of_window = np.array([one.row for one in windows])
        held = np.empty(0, dtype=np.intp)
        if share * len({one.context for one in questions}) >= 1:  # of few contexts all are needed
            held = _split(questions, share, self.settings.seed)[1]
        usable = ~np.isin(of_window, lost)
        judges = np.isin(of_window, held)
        rows = (np.flatnonzero(usable & ~judges), np.flatnonzero(usable & judges))
        if not len(rows[0]):
            raise InputError(
                f"None of {len(questions)} questions can be learned from: the answers are longer "
                "than what two windows share. Accepted are answers of fewer words. Shorten them."
            )
        return WindowSet(windows, targets, *rows), lost


def _check_is_text(assembled: Assembled) -> None:
    if assembled.source.modality != "text":
        raise InputError(
            f"Source {assembled.source.name!r} reads samples of kind "
            f"{assembled.source.modality!r}; accepted for question answering: text. See: headstart "
            "sources --search minilm"
        )


def _windows_decision(questions: Sequence[Question], given: WindowSet) -> Decision:
    lengths = [len(one.tokens) for one in given.windows]
    row = {
        "questions": len(questions),
        "windows": len(lengths),
        "with an answer": int(given.targets.any(axis=1).sum()),
        "most tokens": max(lengths),
    }
    reason = (
        f"{len(questions)} questions with their contexts make {len(lengths)} windows of at most "
        f"{max(lengths)} tokens."
    )
    return Decision("how much is read at once", f"{max(lengths)} tokens", reason, (row,))


def _notes(questions: Sequence[Question], lost: NDArray[np.intp]) -> tuple[str, ...]:
    if not len(lost):
        return ()
    return (
        f"{len(lost)} of {len(questions)} questions were not learned from: their answer stands in "
        "no window as a whole.",
    )


def _no_result(plan: Plan, notes: tuple[str, ...]) -> Result:
    """Of a model that was not measured yet."""
    name = QuestionAnsweringTask.name
    return Result(name, "text", (), 0, 0, plan.source, plan.to_dict(), {}, (), notes=notes)


def _twin(
    train: Sequence[Question],
    test: Sequence[Question],
    settings: AnswerSettings,
    progress: Progress,
    watch: Watch,
) -> AnswerBaseline:
    """The same network without what it learned before; it is not chosen to be compared with."""
    with watch.step("the random twin"):
        model = _Learner(settings, _SCRATCH, progress, Watch()).fit(train)
        texts = tuple(one.text for one in answers_of(model, test, progress))
    return AnswerBaseline(RANDOM_TWIN, texts, -np.inf)


def _result(
    model: Answerer,
    test: Sequence[Question],
    texts: Sequence[str],
    baselines: Sequence[AnswerBaseline],
) -> Result:
    """Figures on the test questions, and the verdict against the best rule of the training ones."""
    task, rival = model.task, max(baselines, key=lambda one: one.train_f1)
    difference = task.difference(test, texts, rival.answers)
    transfers = model.plan.transfers
    return replace(
        model.result_,
        n_test=len(test),
        test=task.figures(test, texts),
        baselines=tuple(
            BaselineFigures(one.name, task.figures(test, one.answers)) for one in baselines
        ),
        compared_with=rival.name,
        difference=difference,
        verdict=verdict(difference) if transfers else None,
    )
