"""Extractive question answering: the answer is a piece of a text, or the text holds none.

A question and a text (its *context*) are read together in *windows*: the question, and as much of
the context as fits. The head says of each token how well an answer would start, and end, there;
that there is no answer in a window is said of its first token (Devlin and others, *BERT*, 2019;
Rajpurkar, Jia and Liang, *Know what you don't know*, 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.data.fingerprints import fingerprint_array
from headstart.errors import InputError
from headstart.metrics.answers import answer_difference, answer_figures
from headstart.metrics.figure import Figure
from headstart.tasks.prediction import Prediction

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

#: A linear head, which belongs to a later layer.
_Head = TypeVar("_Head")
Array = NDArray[np.float64]

#: Tokens of the longest answer that is given, unless training has longer ones.
_LONGEST = 30
#: The largest part of a window that a question may take, and that two windows share.
_SHARE = 4
#: Tokens that a window must have at least.
_FEWEST = 16
#: Characters of a value that a message shows.
_SHOWN = 60
_ACCEPTED = (
    "accepted: a piece of the context as text, a dictionary with 'text' and 'answer_start' as in "
    "SQuAD, or None where the context holds no answer"
)


@dataclass(frozen=True)
class Answer:
    """A piece of a context: its text, and the character where it starts."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        """The character behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Question:
    """A question about a context.

    Parameters
    ----------
    text, context : str
        What is asked, and of what.
    answers : tuple of Answer
        All that are right, the first to learn from; none where the context holds no answer, or
        where they are not known.
    """

    text: str
    context: str
    answers: tuple[Answer, ...] = ()

    @property
    def truths(self) -> list[str]:
        """The right answers as text."""
        return [one.text for one in self.answers]


@dataclass(frozen=True)
class Found:
    """An answer that was found.

    Parameters
    ----------
    text : str
        A piece of the context; empty where it is said to hold no answer.
    start, stop : int
        Where it stands in the context; both 0 where it is empty.
    score : float
        How probable its window makes it, 0 to 1.
    """

    text: str
    start: int
    stop: int
    score: float


@dataclass(frozen=True, eq=False)
class Window:
    """A question with a piece of its context, as tokens: a sample of what the network learns from.

    Parameters
    ----------
    row : int
        Of the question.
    tokens : ndarray of int64, shape (n_tokens,)
        Special tokens included.
    places : ndarray of shape (n_tokens, 2)
        From which to which character of the context each token reaches; -1 for those that are not
        of the context.
    first, last : int
        From which to which character of the context the window reaches.
    """

    row: int
    tokens: NDArray[np.int64]
    places: NDArray[np.intp]
    first: int
    last: int

    @property
    def name(self) -> str:
        """Of the question."""
        return f"question {self.row}"

    @cached_property
    def fingerprint(self) -> bytes:
        """Of the tokens."""
        return fingerprint_array(self.tokens)

    def open(self, at_least: int | None = None) -> NDArray[np.int64]:
        """The tokens."""
        return self.tokens

    def target(self, answer: Answer | None) -> tuple[int, int]:
        """The first and the last token of an answer; twice token 0 where it is not in here whole.

        Characters that the tokenizer drops belong to no token; an answer of such alone is not in
        here either.
        """
        if answer is None or answer.start < self.first or self.last < answer.stop:
            return 0, 0
        starts, stops = self.places.T
        inside = np.flatnonzero((stops > answer.start) & (starts < answer.stop) & (starts >= 0))
        return (int(inside[0]), int(inside[-1])) if len(inside) else (0, 0)


def read_questions(questions: Any, contexts: Any, answers: Any = None) -> list[Question]:
    """Questions with their contexts and, where they are known, their answers.

    Parameters
    ----------
    questions, contexts : sequence of str, length n_questions
        Lists, arrays or columns.
    answers : sequence of length n_questions, or None
        Text that stands in the context (its first place counts), dictionaries with ``text`` and
        ``answer_start`` as in SQuAD, or None where the context holds no answer.

    Raises
    ------
    InputError
        If the numbers differ, something is not text, or an answer does not stand in its context.

    Examples
    --------
    >>> read_questions(["Who?"], ["It was Ann."], ["Ann"])[0].answers
    (Answer(text='Ann', start=7),)
    """
    asked, about = _texts("question", questions), _texts("context", contexts)
    given: Sequence[Any] = [None] * len(asked) if answers is None else _listed("answers", answers)
    if not len(asked) == len(about) == len(given) or not asked:
        raise InputError(
            f"There are {len(asked)} questions, {len(about)} contexts and {len(given)} answers; "
            "accepted is one context and one answer a question, and one question at least. Give "
            "lists of the same length."
        )
    rows = enumerate(zip(asked, about, given, strict=True))
    return [
        Question(text, context, _answers(row, one, context)) for row, (text, context, one) in rows
    ]


def _listed(what: str, values: Any) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__iter__"):
        raise InputError(
            f"The {what} are {_shown(values)}; accepted is a list or a column with one a question. "
            "Put a single one into a list."
        )
    return list(values)


def _texts(what: str, values: Any) -> list[str]:
    found = _listed(f"{what}s", values)
    for row, value in enumerate(found):
        if not isinstance(value, str) or not value.strip():
            raise InputError(
                f"The {what} of row {row} is {_shown(value)}; accepted is text that is not empty. "
                "Correct the row or leave it out."
            )
    return [str(value) for value in found]


def _answers(row: int, given: Any, context: str) -> tuple[Answer, ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        return (_answer(row, given, None, context),)
    texts = given.get("text")
    if texts is None:
        raise InputError(f"The answer of row {row} is {_shown(given)}; {_ACCEPTED}.")
    texts = [texts] if isinstance(texts, str) else list(texts)
    starts = given.get("answer_start")
    starts = [starts] if starts is None or not hasattr(starts, "__iter__") else list(starts)
    if starts == [None]:
        starts = [None] * len(texts)
    if len(starts) != len(texts):
        raise InputError(
            f"The answer of row {row} has {len(texts)} texts and {len(starts)} places; accepted is "
            "one place a text. Correct 'answer_start'."
        )
    return tuple(_answer(row, *one, context) for one in zip(texts, starts, strict=True))


def _answer(row: int, text: Any, start: Any, context: str) -> Answer:
    """An answer without the spaces around it, at the place where it is said to stand."""
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"The answer of row {row} is {_shown(text)}; {_ACCEPTED}.")
    place = context.find(text) if start is None else start
    if place == -1 and start is None:
        raise InputError(
            f"The answer of row {row} is {_shown(text)}, which does not stand in its context "
            f"({_shown(context)}); {_ACCEPTED}. Correct the answer, or leave the row out."
        )
    if not isinstance(place, (int, np.integer)) or place < 0 or not context.startswith(text, place):
        there = context[place : place + len(text)] if isinstance(place, (int, np.integer)) else ""
        raise InputError(
            f"The answer of row {row}, {_shown(text)}, is said to start at character {place!r} of "
            f"its context, where {_shown(there)} stands. Count characters from 0, or leave "
            "'answer_start' out to take the first place where it stands."
        )
    lead = len(text) - len(text.lstrip())
    return Answer(text.strip(), int(place) + lead)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def cut_windows(questions: Sequence[Question], facts: TextPreprocessing) -> list[Window]:
    """Windows of all questions, in their order.

    A window holds the question (its first tokens, where it is longer than a quarter of the window)
    and a piece of the context; neighbours share a quarter of their tokens.

    Parameters
    ----------
    questions : sequence of Question
        What is asked.
    facts : TextPreprocessing
        Of the source, with its tokenizer; ``most_tokens`` is the length of a window.

    Raises
    ------
    InputError
        If a window could not hold anything.
    """
    if facts.most_tokens < _FEWEST:
        raise InputError(
            f"The source reads {facts.most_tokens} tokens at most; question answering needs "
            f"{_FEWEST} or more. Write a larger number behind the @ of the source's name, for "
            "example bundled/minilm-l6@256."
        )
    single, pair = _tokenizers(facts.tokenizer, facts.most_tokens)
    windows = []
    for row, one in enumerate(questions):
        text = _shortened(one.text, single, facts.most_tokens // _SHARE)
        whole = pair.encode(text, one.context)
        parts = [whole, *whole.overflowing]
        windows += [_window(row, part, one, parts) for part in parts]
    return windows


@lru_cache(maxsize=2)
def _tokenizers(text: str, length: int) -> tuple[Tokenizer, Tokenizer]:
    """One for a question alone, and one that cuts the context into pieces."""
    from tokenizers import Tokenizer

    single, pair = Tokenizer.from_str(text), Tokenizer.from_str(text)
    for one in (single, pair):
        one.no_padding()
        one.no_truncation()
    pair.enable_truncation(length, stride=length // _SHARE, strategy="only_second")
    return single, pair


def _shortened(question: str, tokenizer: Tokenizer, most: int) -> str:
    """The question, cut off behind so many tokens."""
    offsets = tokenizer.encode(question, add_special_tokens=False).offsets
    return question if len(offsets) <= most else question[: offsets[most - 1][1]]


def _window(row: int, part: Encoding, question: Question, parts: Sequence[Encoding]) -> Window:
    of_context = np.array([one == 1 for one in part.sequence_ids])
    places = np.where(of_context[:, None], np.array(part.offsets, dtype=np.intp), -1)
    inside = places[of_context]
    first = 0 if part is parts[0] or not len(inside) else int(inside[0, 0])
    last = int(inside[-1, 1]) if len(inside) else 0
    last = len(question.context) if part is parts[-1] else last
    return Window(row, np.array(part.ids, dtype=np.int64), places, first, last)


def span_targets(
    questions: Sequence[Question], windows: Sequence[Window]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last token of each window's answer, and the questions whose answer no window holds.

    Returns
    -------
    targets : ndarray of shape (n_windows, 2)
        Twice 0 where a window holds no answer.
    lost : ndarray of shape (n_lost,)
        Rows of questions with an answer that is longer than what two windows share and lies across
        their edge, or that consists of characters which the tokenizer drops.
    """
    firsts = [next(iter(one.answers), None) for one in questions]
    targets = np.array([one.target(firsts[one.row]) for one in windows], dtype=np.intp)
    held = {one.row for one, target in zip(windows, targets, strict=True) if target.any()}
    lost = [row for row, one in enumerate(firsts) if one is not None and row not in held]
    return targets, np.array(lost, dtype=np.intp)


@dataclass(frozen=True)
class SpanLoss:
    """Cross-entropy of the first token and of the last one, half and half.

    What :mod:`~headstart.training.losses` asks of a loss, for scores of shape
    (n, n_tokens, 2) and goals of shape (n, 2).
    """

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """The numbers of the tokens, shape (n, 2)."""
        return np.asarray(targets, dtype=np.float32)

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Mean of both cross-entropies, shape (n,)."""
        shares = scores.log_softmax(dim=1)
        return -shares.gather(1, goals.long()[:, None]).mean(dim=(1, 2))

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """The same losses, and whether both tokens are the likeliest, each of shape (n,)."""
        hits = (scores.argmax(dim=1) == goals.long()).all(dim=1)
        return self.losses(scores, goals).double().numpy(), hits.double().numpy()

    def inward(self, head: _Head) -> _Head:
        """The same head: scores have no unit."""
        return head

    def outward(self, head: _Head) -> _Head:
        """The same head."""
        return head


@dataclass(frozen=True)
class QuestionAnsweringTask:
    """What is accepted as an answer.

    Parameters
    ----------
    longest : int
        Tokens of the longest answer that is given.
    may_be_empty : bool
        Whether the context may hold no answer; only where training had such questions.
    """

    longest: int = _LONGEST
    may_be_empty: bool = False
    name: ClassVar[str] = "question answering"

    @classmethod
    def of(cls, questions: Sequence[Question], targets: NDArray[np.intp]) -> QuestionAnsweringTask:
        """From the training questions and the targets of their windows, shape (n_windows, 2)."""
        lengths = np.diff(targets, axis=1) + 1
        return cls(
            max(_LONGEST, int(lengths.max(initial=1))), any(not one.answers for one in questions)
        )

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> QuestionAnsweringTask:
        """Read what :meth:`to_manifest` gave."""
        return cls(int(manifest["longest"]), bool(manifest["may_be_empty"]))

    def to_manifest(self) -> dict[str, Any]:
        """All about the task but its name."""
        return asdict(self)

    def decode(
        self, question: Question, windows: Sequence[Window], scores: Sequence[NDArray[Any]]
    ) -> Found:
        """The likeliest answer over all windows of a question.

        Parameters
        ----------
        question : Question
            Its context is what the answer is cut from.
        windows : sequence of n_windows Window
            All of it.
        scores : sequence of n_windows ndarray of shape (n_tokens, 2)
            What the head says of their tokens.

        Examples
        --------
        >>> places = np.array([[-1, -1], [-1, -1], [0, 3], [4, 8]])
        >>> window = Window(0, np.arange(4), places, 0, 8)
        >>> scores = np.array([[0.0, 0.0], [9.0, 9.0], [5.0, 1.0], [1.0, 5.0]])
        >>> QuestionAnsweringTask().decode(Question("who", "Ann Shaw"), [window], [scores]).text
        'Ann Shaw'
        """
        found = [self._best(question, *one) for one in zip(windows, scores, strict=True)]
        best = max((one for one, _ in found), key=lambda one: one.score)
        # Each window has to say that there is nothing in it.
        nothing = min(share for _, share in found)
        if self.may_be_empty and nothing > best.score:
            return Found("", 0, 0, nothing)
        return best

    def _best(
        self, question: Question, window: Window, scores: NDArray[Any]
    ) -> tuple[Found, float]:
        """The likeliest span of a window, and how likely it is that there is none."""
        spans = window.places[:, 0] >= 0
        shares = _shares(scores, spans)
        nothing = float(shares[0].prod())
        ours = np.flatnonzero(spans)
        if not len(ours):
            return Found("", 0, 0, 0.0), nothing
        pairs = np.outer(shares[ours, 0], shares[ours, 1])
        pairs = np.tril(np.triu(pairs), self.longest - 1)
        first, last = np.unravel_index(int(pairs.argmax()), pairs.shape)
        start, stop = int(window.places[ours[first], 0]), int(window.places[ours[last], 1])
        text = question.context[start:stop]
        start += len(text) - len(text.lstrip())
        return Found(text.strip(), start, start + len(text.strip()), float(pairs.max())), nothing

    def figures(self, questions: Sequence[Question], texts: Sequence[str]) -> dict[str, Figure]:
        """Exact match and F1; see :func:`~headstart.metrics.answers.answer_figures`."""
        return answer_figures([one.truths for one in questions], texts, _contexts(questions))

    def difference(
        self, questions: Sequence[Question], texts: Sequence[str], others: Sequence[str]
    ) -> Figure:
        """F1 of ``texts`` less that of ``others``."""
        truths = [one.truths for one in questions]
        return answer_difference(truths, texts, others, _contexts(questions))

    @property
    def table(self) -> AnswerTable:
        """With the text of the answer."""
        return AnswerTable()

    def answer(self, row: int, question: Question, found: Found) -> Prediction:
        """A row of ``predictions.csv``; the label is the first of the right answers."""
        label = question.truths[0] if question.answers else ""
        return Prediction(f"question {row}", found.text, found.score, label=label)


@dataclass(frozen=True)
class AnswerTable:
    """An answer as text, the true one, and how probable it was."""

    @property
    def columns(self) -> Sequence[str]:
        """What is said of the question; without a reason an empty cell is the answer ``""``."""
        return ["input", "label", "predicted", "confidence", "reason"]

    def row(self, prediction: Prediction) -> Sequence[object]:
        """A value a column; None for an empty cell."""
        one = prediction
        return [one.input, one.label, one.predicted, one.confidence, one.reason]

    def read(self, row: Mapping[str, str]) -> Prediction:
        """Cells by column, as the file holds them, back to the prediction."""
        return Prediction(
            input=row["input"],
            predicted=None if row["reason"] else row["predicted"],
            confidence=float(row["confidence"]) if row["confidence"] else None,
            label=row["label"],
            reason=row["reason"] or None,
        )


def _shares(scores: NDArray[Any], spans: NDArray[np.bool_]) -> Array:
    """Probabilities of shape (n_tokens, 2) over the first token and those of the context."""
    allowed = spans.copy()
    allowed[0] = True
    shown = np.where(allowed[:, None], np.asarray(scores, dtype=np.float64), -np.inf)
    shares = np.exp(shown - shown.max(axis=0))
    return np.asarray(shares / shares.sum(axis=0))


def _contexts(questions: Sequence[Question]) -> list[str]:
    return [one.context for one in questions]
