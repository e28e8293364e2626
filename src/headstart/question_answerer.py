"""An estimator for extractive question answering: questions and contexts in, answers out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from headstart.errors import InputError
from headstart.estimator_parameters import one_source, shared_settings
from headstart.fitting.answering import AnswerSettings, fit_answerer
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.answerer import Answerer, load_answerer
from headstart.tasks.question_answering import Found, read_questions


class QuestionAnswerer(BaseEstimator):
    """Finds the answer to a question in a text, or says that there is none.

    Parameters
    ----------
    source : str, default="auto"
        A text encoder in the catalogue (``headstart sources``); ``"auto"``: ``bundled/minilm-l6``.
    plan : str or Plan, default="auto"
        What is trained of it: ``"auto"`` (the last three stages), ``"full"``, ``"freeze:3"`` (the
        first three stages frozen, the others trained), ``"lora"``, ``"bias"``, ``"scratch"``, or a
        Plan.
    epochs : int or None, default=None
        Passes over the training questions, at least 1; None: as the plan says.
    batch_size : int or None, default=None
        Windows a training step, at least 1; None: as the plan says.
    learning_rate : float or None, default=None
        Highest, in training, above 0; None: as the plan says.
    test_size : float, default=0.2
        Share of the questions that is held out for the figures when ``fit`` gets no test set,
        above 0 and below 1. Questions about the same context stay together.
    random_twin : bool, default=False
        Whether to train the same network from random weights too, and compare.
    random_state : int or None, default=0
        For splits and training; None means 0, so that a fit can always be repeated.

    Attributes
    ----------
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["f1"].value``, ``result_.test["exact_match"]``,
        ``result_.verdict``.
    model_ : headstart.runs.answerer.Answerer
        What answers; ``save`` writes it.
    """

    def __init__(
        self,
        source: str = "auto",
        plan: str | Plan = "auto",
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        test_size: float = 0.2,
        random_twin: bool = False,
        random_state: int | None = 0,
    ) -> None:
        self.source = source
        self.plan = plan
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.test_size = test_size
        self.random_twin = random_twin
        self.random_state = random_state

    def fit(
        self,
        questions: Any,
        contexts: Any,
        answers: Any,
        *,
        test: Any = None,
        progress: Progress = silent,
    ) -> Self:
        """Learn from questions with answers, and measure how well that went.

        Parameters
        ----------
        questions, contexts : sequence of str, length n_questions
            What is asked, and the text that is asked about.
        answers : sequence of length n_questions
            Each a piece of the context (its first place counts), a dictionary with ``text`` and
            ``answer_start`` as in SQuAD, or None where the context holds no answer.
        test : (questions, contexts, answers) or None
            Held out; None: a share of the questions.
        progress : callable
            Told how far the fit is.

        Returns
        -------
        self
            Itself.

        Raises
        ------
        InputError
            If an answer does not stand in its context, or nothing can be learned from.
        SourceError, PlanError
            If the source or the plan cannot be had.
        """
        settings = self._settings()
        train = read_questions(questions, contexts, _given(answers))
        held_out = None if test is None else read_questions(*_triple(test))
        self.model_ = fit_answerer(train, held_out, settings, progress)
        self.result_ = self.model_.result_
        return self

    def predict(self, questions: Any, contexts: Any) -> list[str]:
        """The answer to each question: a piece of its context, or ``""`` where it holds none."""
        check_is_fitted(self)
        return self.model_.predict(questions, contexts)

    def predict_rows(self, questions: Any, contexts: Any) -> list[Found]:
        """Text, place in the context and probability of each answer."""
        check_is_fitted(self)
        return self.model_.predict_rows(questions, contexts)

    def save(self, folder: str | Path) -> Path:
        """Write a run folder that :meth:`load` opens."""
        check_is_fitted(self)
        return self.model_.save(folder)

    @staticmethod
    def load(folder: str | Path) -> Answerer:
        """The model of a run folder; it answers as this estimator does."""
        return load_answerer(folder)

    def _settings(self) -> AnswerSettings:
        return AnswerSettings(
            **shared_settings(self),
            source=one_source(self),
            random_twin=bool(self.random_twin),
        )


def _given(answers: Any) -> Any:
    """The answers to learn from: there must be some."""
    if answers is None:
        raise InputError(
            "The answers are None; accepted is one a question: a piece of its context, or None "
            "for a question without an answer. Give a list."
        )
    return answers


def _triple(test: Any) -> tuple[Any, Any, Any]:
    if not isinstance(test, (tuple, list)) or len(test) != 3:
        kind = type(test).__name__
        raise InputError(
            f"The test set is of type {kind}; accepted is (questions, contexts, answers). Give "
            "the three in a tuple."
        )
    return test[0], test[1], _given(test[2])
