"""Question answering from questions to a run: a tiny encoder learns some by heart."""

from __future__ import annotations

from pathlib import Path

import pytest

from headstart import QuestionAnswerer, load
from headstart.errors import InputError, PlanError, RunError
from headstart.fitting.answer_training import answering_plan
from headstart.fitting.answering import AnswerSettings, _sides
from headstart.plan import Plan
from headstart.strategies import read_plan_name
from headstart.tasks.question_answering import read_questions

WORDS = (
    "who where what when lives works paints sleeps ann bob cid dora in rome oslo lima bonn ? . the "
    "and cat house old red never much then said again"
)
CONTEXTS = [
    "ann lives in rome . bob works in oslo and the cat sleeps .",
    "the old house said much . then cid paints in lima again .",
]
QUESTIONS = ["where lives ann ?", "who works in oslo ?", "what sleeps ?", "where paints cid ?"]
ABOUT = [CONTEXTS[0], CONTEXTS[0], CONTEXTS[0], CONTEXTS[1]]
ANSWERS = ["rome", "bob", "the cat", "lima"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as transformers writes it: a tiny BERT with random weights and a word list."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny") / "bert"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS.split()]
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
        )
    ).save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel({word: code for code, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def by_heart(encoder: Path) -> QuestionAnswerer:
    """Fitted and tested on the same contexts, with other words in the test questions."""
    asked = [text.replace("?", "") for text in QUESTIONS]
    model = QuestionAnswerer(
        f"transformers/{encoder}", "full", epochs=40, batch_size=4, learning_rate=3e-3
    )
    return model.fit(QUESTIONS, ABOUT, ANSWERS, test=(asked, ABOUT, ANSWERS))


def test_questions_are_learned_by_heart(by_heart: QuestionAnswerer) -> None:
    assert by_heart.predict(QUESTIONS, ABOUT) == ANSWERS


def test_rows_say_where_the_answer_stands(by_heart: QuestionAnswerer) -> None:
    for row, context in zip(by_heart.predict_rows(QUESTIONS, ABOUT), ABOUT, strict=True):
        assert context[row.start : row.stop] == row.text
        assert 0 < row.score <= 1


def test_the_result_compares_with_no_transfer(by_heart: QuestionAnswerer) -> None:
    result = by_heart.result_
    assert (result.task, result.n_train, result.n_test) == ("question answering", 4, 4)
    assert set(result.test) == {"exact_match", "f1"}
    assert result.compared_with in {one.name for one in result.baselines}
    assert result.verdict is not None


def test_a_run_answers_as_before(by_heart: QuestionAnswerer, tmp_path: Path) -> None:
    model = QuestionAnswerer.load(by_heart.save(tmp_path / "run"))
    assert model.predict(QUESTIONS, ABOUT) == ANSWERS
    assert model.result_ == by_heart.result_
    assert [one.predicted for one in model.predictions] == [
        one.predicted for one in by_heart.model_.predictions
    ]
    with pytest.raises(RunError, match=r"Open it with headstart\.QuestionAnswerer\.load"):
        load(tmp_path / "run")


def test_frozen_stages_stay_and_nothing_may_be_the_answer(encoder: Path) -> None:
    model = QuestionAnswerer(
        f"transformers/{encoder}", "freeze:1", epochs=40, batch_size=4, learning_rate=1e-2
    )
    answers = [*ANSWERS[:3], None]
    model.fit(QUESTIONS, ABOUT, answers, test=(QUESTIONS[:1], CONTEXTS[1:], [None]))
    assert [stage["mode"] for stage in model.result_.plan["stages"]] == ["frozen", "train", "train"]
    assert model.predict(QUESTIONS, ABOUT) == ["rome", "bob", "the cat", ""]


@pytest.mark.parametrize(
    ("stages", "modes"),
    [
        (["a", "b", "c", "d", "e"], ["frozen", "frozen", "train", "train", "train"]),
        (["a", "b"], ["train", "train"]),
    ],
)
def test_the_last_stages_are_trained_unless_told_otherwise(
    stages: list[str], modes: list[str]
) -> None:
    plan = answering_plan(read_plan_name("auto"), "x/y", stages, {"epochs": 7})
    assert [stage.mode for stage in plan.stages] == modes
    assert plan.head.stages == (stages[-1],)
    assert plan.training is not None
    assert (plan.training.epochs, plan.training.views) == (7, ("original",))


def test_what_trains_nothing_is_refused() -> None:
    with pytest.raises(PlanError, match=r"'probe' trains no stage.*accepted are plans that train"):
        answering_plan(read_plan_name("probe"), "x/y", ["a", "b"], {})


def test_positions_are_not_mixed() -> None:
    plan = read_plan_name("full").plan("x/y", ["a", "b"], mixup=0.2)
    assert isinstance(plan, Plan)
    with pytest.raises(PlanError, match=r"mixup of the training is 0\.2; positions"):
        answering_plan(plan, "x/y", ["a", "b"], {})


def test_questions_about_a_context_stay_on_one_side() -> None:
    questions = read_questions(QUESTIONS, ABOUT, ANSWERS)
    train, test, shared = _sides(questions, None, AnswerSettings(test_fraction=0.3))
    assert {one.context for one in train} == {CONTEXTS[0]}
    assert ([one.text for one in test], shared) == (QUESTIONS[3:], ())


def test_one_context_cannot_be_split() -> None:
    questions = read_questions(QUESTIONS[:3], ABOUT[:3], ANSWERS[:3])
    with pytest.raises(InputError, match="All 3 questions are about the same context"):
        _sides(questions, None, AnswerSettings())


def test_what_the_test_set_holds_is_not_learned() -> None:
    questions = read_questions(QUESTIONS, ABOUT, ANSWERS)
    train, _, shared = _sides(questions, questions[:1], AnswerSettings())
    assert (len(train), shared) == (3, ("question 0",))
    with pytest.raises(InputError, match="0 of 4 questions are left to learn from"):
        _sides(questions, questions, AnswerSettings())
