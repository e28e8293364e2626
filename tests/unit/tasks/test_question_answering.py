"""Questions, windows, targets and answers, with the words of a small tokenizer."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from headstart.backbones.text_preprocessing import TextPreprocessing, tokenizer_hash
from headstart.errors import InputError
from headstart.tasks.question_answering import (
    Answer,
    Question,
    QuestionAnsweringTask,
    SpanLoss,
    cut_windows,
    read_questions,
    span_targets,
)

#: A grin with a skin colour, a flag and accents of their own: several code points a sign.
ODD = "Früh 👍🏽 traf İnci 🇨🇭 Zoe\u0301 im Café, am 3.4.2019."


def facts(most_tokens: int = 32) -> TextPreprocessing:
    """Words and signs, none of them known: their places are what counts."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}, "[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    text = tokenizer.to_str()
    return TextPreprocessing(tokenizer_hash(text), most_tokens, tokenizer=text)


def one(context: str, answer: Any) -> Question:
    return read_questions(["who?"], [context], [answer])[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ann", (Answer("Ann", 4),)),
        (",  Ann\n", (Answer(",  Ann", 10),)),
        ("  Ann\n", (Answer("Ann", 13),)),
        (None, ()),
        ({"text": [], "answer_start": []}, ()),
        ({"text": ["Ann", "Bo"], "answer_start": [13, 8]}, (Answer("Ann", 13), Answer("Bo", 8))),
        ({"text": "Bo", "answer_start": 8}, (Answer("Bo", 8),)),
        ({"text": ["Bo"]}, (Answer("Bo", 8),)),
        ({"text": np.array(["Bo"]), "answer_start": np.array([8])}, (Answer("Bo", 8),)),
    ],
)
def test_answers_are_read(given: Any, expected: tuple[Answer, ...]) -> None:
    assert one("so, Ann Bo,  Ann\n", given).answers == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("Eve", r"The answer of row 0 is 'Eve', which does not stand in its context \('so, Ann'\)"),
        ("", "The answer of row 0 is ''; accepted: a piece of the context"),
        (float("nan"), "The answer of row 0 is nan; accepted"),
        (7, "The answer of row 0 is 7; accepted"),
        ({"texts": ["Ann"]}, r"The answer of row 0 is \{'texts': \['Ann'\]\}; accepted"),
        (
            {"text": ["Ann"], "answer_start": [3]},
            "at character 3 of its context, where ' An'",
        ),
        ({"text": ["Ann"], "answer_start": [-3]}, "start at character -3"),
        ({"text": ["Ann"], "answer_start": ["4"]}, "start at character '4'"),
        ({"text": ["Ann"], "answer_start": [4, 5]}, "has 1 texts and 2 places"),
    ],
)
def test_answers_that_are_at_fault_name_their_row(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        one("so, Ann", given)


def test_what_is_no_list_of_texts_is_refused() -> None:
    with pytest.raises(InputError, match="The questions are 'who'; accepted is a list"):
        read_questions("who", ["a"], ["a"])
    with pytest.raises(InputError, match="The context of row 1 is None; accepted is text"):
        read_questions(["who", "who"], ["a", None], ["a", "a"])
    with pytest.raises(InputError, match="The question of row 0 is '  '; accepted is text"):
        read_questions(["  "], ["a"], ["a"])
    with pytest.raises(InputError, match="There are 1 questions, 2 contexts and 1 answers"):
        read_questions(["who"], ["a", "b"], ["a"])
    with pytest.raises(InputError, match="one question at least"):
        read_questions([], [], [])


def found(question: Question, most_tokens: int = 32) -> list[str]:
    """What each window's target says, as text; empty where it says nothing."""
    windows = cut_windows([question], facts(most_tokens))
    targets, _ = span_targets([question], windows)
    texts = []
    for window, (first, last) in zip(windows, targets, strict=True):
        start, stop = window.places[first, 0], window.places[last, 1]
        texts.append(question.context[start:stop] if last else "")
    return texts


@pytest.mark.parametrize("answer", ["👍🏽", "İnci", "🇨🇭", "Zoe\u0301", "Café", "3.4.2019", "Früh"])
def test_places_are_those_of_characters(answer: str) -> None:
    assert found(one(ODD, answer)) == [answer]


def test_an_answer_inside_of_a_word_takes_the_word() -> None:
    assert found(one("in the 1990s then", "1990")) == ["1990s"]


def test_a_long_context_is_read_in_windows_that_share_tokens() -> None:
    context = " ".join(f"w{place}" for place in range(40))
    question = one(context, "w20 w21")
    windows = cut_windows([question], facts(16))
    assert {len(window.tokens) for window in windows[:-1]} == {16}
    for window, after in pairwise(windows):
        assert window.first < after.first < window.last < after.last
    assert (windows[0].first, windows[-1].last) == (0, len(context))
    texts = found(question, 16)
    assert set(texts) == {"", "w20 w21"}


def test_an_answer_across_an_edge_is_in_no_window() -> None:
    question = one(" ".join(f"w{place}" for place in range(40)), "w5 w6 w7 w8 w9 w10 w11 w12")
    other = one("w1 w2", "w2")
    windows = cut_windows([question, other], facts(16))
    targets, lost = span_targets([question, other], windows)
    assert lost.tolist() == [0]
    assert [row.row for row, target in zip(windows, targets, strict=True) if target.any()] == [1]


def test_no_answer_is_the_first_token() -> None:
    windows = cut_windows([one("nothing here", None)], facts())
    targets, lost = span_targets([one("nothing here", None)], windows)
    assert (targets.tolist(), lost.tolist()) == ([[0, 0]], [])


def test_a_question_as_long_as_a_book_leaves_room() -> None:
    question = Question("who " * 500, "it was Ann", (Answer("Ann", 7),))
    assert found(question, 16) == ["Ann"]


def test_windows_that_hold_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="reads 8 tokens at most; question answering needs 16"):
        cut_windows([one("it was Ann", "Ann")], facts(8))


def scored(question: Question, wanted: dict[str, float], nothing: float) -> tuple[Any, Any]:
    """Windows of 16 tokens, and scores that want some words, or nothing."""
    windows = cut_windows([question], facts(16))
    scores = []
    for window in windows:
        rows = np.zeros((len(window.tokens), 2))
        rows[0] = nothing
        for place, (start, stop) in enumerate(window.places):
            rows[place] += wanted.get(question.context[start:stop] if start >= 0 else "", 0.0)
        scores.append(rows)
    return windows, scores


LONG = " ".join(f"w{place}" for place in range(40))


@pytest.mark.parametrize("word", ["w0", "w17", "w39"])
def test_the_likeliest_window_answers(word: str) -> None:
    question = Question("who?", LONG)
    answer = QuestionAnsweringTask().decode(question, *scored(question, {word: 9.0}, 1.0))
    assert (answer.text, LONG[answer.start : answer.stop]) == (word, word)
    assert 0.9 < answer.score <= 1


def test_neither_question_nor_special_tokens_are_an_answer() -> None:
    question = Question("who is it", "who was it")
    windows = cut_windows([question], facts())
    scores = np.zeros((len(windows[0].tokens), 2))
    scores[1:5] = 50.0  # the question
    scores[-1] = 50.0
    scores[-2] = 1.0
    assert QuestionAnsweringTask().decode(question, windows, [scores]).text == "it"


def test_an_end_before_its_start_and_too_long_an_answer_are_passed_over() -> None:
    question = Question("who?", "a b c d")
    windows = cut_windows([question], facts())
    scores = np.zeros((len(windows[0].tokens), 2))
    first = int(np.flatnonzero(windows[0].places[:, 0] == 0)[0])
    scores[first + 3, 0], scores[first, 1] = 9.0, 9.0
    text = QuestionAnsweringTask().decode(question, windows, [scores]).text
    assert text.startswith("d") or text.endswith("a")
    scores = np.zeros_like(scores)
    scores[first, 0], scores[first + 3, 1] = 9.0, 9.0
    assert QuestionAnsweringTask().decode(question, windows, [scores]).text == "a b c d"
    assert QuestionAnsweringTask(longest=2).decode(question, windows, [scores]).text != "a b c d"


def test_nothing_is_an_answer_only_where_training_had_it() -> None:
    question = Question("who?", LONG)
    seen = scored(question, {"w3": 1.0}, 9.0)
    assert QuestionAnsweringTask(may_be_empty=True).decode(question, *seen).text == ""
    assert QuestionAnsweringTask().decode(question, *seen).text == "w3"
    sure = scored(question, {"w3": 12.0}, 6.0)  # the other windows hold nothing, this one does
    assert QuestionAnsweringTask(may_be_empty=True).decode(question, *sure).text == "w3"


def test_the_task_learns_what_is_accepted() -> None:
    questions = [one("it was Ann", "Ann"), one("it was Ann", None)]
    task = QuestionAnsweringTask.of(questions, np.array([[3, 50], [0, 0]]))
    assert (task.longest, task.may_be_empty) == (48, True)
    assert QuestionAnsweringTask.from_manifest(task.to_manifest()) == task
    assert QuestionAnsweringTask.of(questions[:1], np.array([[3, 4]])) == QuestionAnsweringTask()


def test_predictions_come_back_from_their_table() -> None:
    task = QuestionAnsweringTask()
    question = one("it was Ann", "Ann")
    windows = cut_windows([question], facts())
    answer = task.decode(question, windows, [np.zeros((len(windows[0].tokens), 2))])
    row = task.answer(3, question, answer)
    cells = dict(zip(task.table.columns, task.table.row(row), strict=True))
    assert cells["input"] == "question 3"
    text = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
    assert task.table.read(text) == row


def test_the_loss_is_that_of_both_tokens() -> None:
    import torch

    loss = SpanLoss()
    scores = torch.randn(3, 7, 2)
    goals = torch.from_numpy(loss.goals(np.array([[0, 0], [2, 4], [6, 6]])))
    expected = [
        torch.nn.functional.cross_entropy(scores[:, :, end], goals[:, end].long(), reduction="none")
        for end in (0, 1)
    ]
    torch.testing.assert_close(loss.losses(scores, goals), (expected[0] + expected[1]) / 2)
    sure = torch.zeros(1, 7, 2)
    sure[0, 2, 0] = sure[0, 4, 1] = 9.0
    losses, merits = loss.judge(sure, goals[1:2])
    assert losses[0] < 0.01
    assert merits.tolist() == [1.0]
