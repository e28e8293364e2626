"""Answers without transfer: what the words of question and context tell."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from headstart.metrics.answers import overlap_f1
from headstart.tasks.question_answering import Question

SENTENCE = "the sentence with the rarest words of the question (TF-IDF)"
PIECE = "of that sentence the rarest words in a row that the question lacks"

_WORD = re.compile(r"\w+")
#: The end of a sentence: a full stop, and what looks like a beginning.
_BREAK = re.compile(r"(?<=[.!?。！？])\s+(?=[^a-z])")
#: Words of the longest piece.
_MOST_WORDS = 8

Words = Mapping[str, float]


@dataclass(frozen=True)
class AnswerBaseline:
    """A rule for answers.

    Parameters
    ----------
    name : str
        What a person calls it.
    answers : tuple of str
        To the test questions.
    train_f1 : float
        Mean F1 on the training questions; chooses what the verdict compares with, so that the test
        set does not.
    """

    name: str
    answers: tuple[str, ...]
    train_f1: float


def answer_baselines(train: Sequence[Question], test: Sequence[Question]) -> list[AnswerBaseline]:
    """Both rules, the better one on the training questions first.

    Examples
    --------
    >>> context = "Ann lives in Rome. Bob lives in Oslo."
    >>> one = Question("Where does Bob live?", context)
    >>> {rule.answers[0] for rule in answer_baselines([one], [one])} == {
    ...     "Bob lives in Oslo.", "lives in Oslo"}
    True
    """
    weights = rareness([one.context for one in train])
    rules: Mapping[str, Callable[[Question, Words], str]] = {
        SENTENCE: best_sentence,
        PIECE: best_piece,
    }
    found = []
    for name, rule in rules.items():
        learned = [overlap_f1(one.truths, rule(one, weights)) for one in train]
        answers = tuple(rule(one, weights) for one in test)
        found.append(AnswerBaseline(name, answers, sum(learned) / len(learned)))
    return sorted(found, key=lambda one: -one.train_f1)


def rareness(contexts: Iterable[str]) -> Words:
    """Words to the logarithm of how rare they are among sentences; those unseen are the rarest."""
    parts = {part for context in set(contexts) for part in sentences(context)}
    counts = Counter(word for part in sorted(parts) for word in set(_words(part)))
    whole = len(parts) + 1
    weights = {word: math.log(whole / count) for word, count in counts.items()}
    return {**weights, "": math.log(whole)}


def sentences(context: str) -> list[str]:
    """Its sentences, as full stops show them.

    Examples
    --------
    >>> sentences("It cost 3.50 then. Now it is dear!  Is it?")
    ['It cost 3.50 then.', 'Now it is dear!', 'Is it?']
    """
    return [part for part in _BREAK.split(context.strip()) if part]


def best_sentence(question: Question, weights: Words) -> str:
    """The sentence that shares the rarest words with the question; the first on a tie."""
    asked = set(_words(question.text))
    most = weights[""]

    def shared(part: str) -> float:
        return sum(weights.get(word, most) for word in asked & set(_words(part)))

    return max(sentences(question.context), key=shared)


def best_piece(question: Question, weights: Words) -> str:
    """Of that sentence the run of words, none of them in the question, that says most."""
    part, asked = best_sentence(question, weights), set(_words(question.text))
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(part):
        if word.group().lower() in asked or len(runs[-1]) == _MOST_WORDS:
            runs.append([])
        if word.group().lower() not in asked:
            runs[-1].append(word)

    def said(run: list[re.Match[str]]) -> float:
        return sum(weights.get(word.group().lower(), weights[""]) for word in run)

    best = max(runs, key=said)
    return part[best[0].start() : best[-1].end()] if best else part


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
