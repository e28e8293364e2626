"""What the words of question and context tell, without any network."""

from __future__ import annotations

from headstart.evaluation.answer_baselines import (
    PIECE,
    SENTENCE,
    answer_baselines,
    best_piece,
    best_sentence,
    rareness,
    sentences,
)
from headstart.tasks.question_answering import Question, read_questions

CONTEXT = (
    "The cat of Ann sleeps. Ann was born in Rome in 1921! Bob, who is older, was born in Oslo.  "
    "Dr. No lives in the sea."
)


def test_sentences_end_where_the_next_begins() -> None:
    assert sentences("It is 3.5 m. long, he said. “Is it?” It is.") == [
        "It is 3.5 m. long, he said.",
        "“Is it?” It is.",
    ]
    assert sentences("no end at all") == ["no end at all"]


def test_rare_words_decide_which_sentence() -> None:
    weights = rareness([CONTEXT])
    assert weights["born"] < weights["oslo"]
    question = Question("Where was the one born who is called Bob?", CONTEXT)
    assert best_sentence(question, weights) == "Bob, who is older, was born in Oslo."


def test_the_piece_lacks_the_words_of_the_question() -> None:
    weights = rareness([CONTEXT])
    assert best_piece(Question("When was Ann born in Rome?", CONTEXT), weights) == "1921"


def test_a_sentence_that_is_the_question_answers_itself() -> None:
    assert best_piece(Question("ann sleeps", "Ann sleeps."), rareness([])) == "Ann sleeps."


def test_the_training_questions_choose_between_the_rules() -> None:
    short = read_questions(["When was Ann born in Rome?"], [CONTEXT], ["1921"])
    long = read_questions(["Who is older?"], [CONTEXT], ["Bob, who is older, was born in Oslo."])
    assert [rule.name for rule in answer_baselines(short, long)] == [PIECE, SENTENCE]
    rules = answer_baselines(long, short)
    assert [rule.name for rule in rules] == [SENTENCE, PIECE]
    assert rules[0].train_f1 == 1.0
    assert rules[1].answers == ("1921",)
