"""What the report says of a plan that trains stages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headstart.evidence import Decision, Evidence
from headstart.plan import AdapterPlan, HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.report import render_html, render_markdown, report_contents
from headstart.report.charts import SQUARE, loss_marks
from headstart.report.plan_words import plan_in_short, runs_of_stages, training_facts, uses_source
from headstart.strategies import STRATEGIES, read_plan_name

NAMES = ["stem", "blocks.0", "blocks.1", "top"]


def plain(text):
    return read_plan_name(text).plan("bundled/x", NAMES).to_dict()


def words(plan):
    return [(len(run["names"]), run["words"]) for run in runs_of_stages(plan)]


def epochs(*losses, chosen, train=0.5):
    """Evidence of a training with these held-out losses, the first from before it."""
    rows = tuple(
        {
            "epoch": number,
            "train_loss": train if number else None,
            "valid_loss": loss,
            "seconds": 1.0,
            "chosen": number in chosen,
        }
        for number, loss in enumerate(losses)
    )
    return Evidence((Decision("which weights", "some", "Because.", rows),))


def steps(result, evidence):
    return [step["text"] for step in report_contents(result, evidence)["next_steps"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("probe", [(4, "pretrained, kept as they came")]),
        (
            "freeze:3",
            [(3, "pretrained, kept as they came"), (1, "pretrained, trained further")],
        ),
        ("full", [(4, "pretrained, trained further, learning rate times 0.42 to 1")]),
        ("scratch", [(4, "random weights, trained from scratch")]),
        (
            "copy:1",
            [(1, "pretrained, trained further"), (3, "random weights, trained from scratch")],
        ),
        ("lora", [(4, "pretrained and kept, with small trained additions")]),
        ("bias", [(4, "pretrained and kept, their biases trained")]),
        ("pointwise", [(4, "pretrained, trained but for their depthwise filters")]),
    ],
)
def test_stages_in_words(text, expected):
    plan = plain(text)
    for stage in plan["stages"] if text == "copy:1" else ():
        stage["lr_scale"] = 1.0
    assert words(plan) == expected


def test_gradual_unfreezing_in_words():
    ((count, said),) = words(plain("gradual"))
    assert count == 4
    assert said.startswith("pretrained, trained further, ")
    assert said.endswith(", from epoch 1 to 4 on")


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_can_be_told(result, evidence, name):
    plan = plain(f"{name}:2" if name in ("freeze", "copy") else name)
    contents = report_contents(replace(result, plan=plan), evidence)
    assert contents["method"]["stages"]
    render_html(contents)
    render_markdown(contents)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("probe", ""),
        ("freeze:3", "3 stages frozen, 1 trained (2 epochs)"),
        ("freeze:1", "1 stage frozen, 3 trained (2 epochs)"),
        ("full", "4 stages trained (2 epochs)"),
        ("lora", "4 stages adapted (2 epochs)"),
        ("scratch", "4 stages trained, from random weights (2 epochs)"),
    ],
)
def test_a_plan_in_short(text, expected):
    plan = read_plan_name(text).plan("bundled/x", NAMES).with_training(epochs=2)
    assert plan_in_short(plan.to_dict()) == expected


def test_a_plan_of_nothing():
    assert plan_in_short({}) == ""
    assert runs_of_stages({}) == []
    assert training_facts({}) == []
    assert uses_source({})


def test_how_stages_were_trained(trained_result, trained_evidence):
    facts = report_contents(trained_result, trained_evidence)["method"]["training"]
    assert {fact["name"]: fact["value"] for fact in facts} == {
        "Epochs planned": "3",
        "Samples a step": "32",
        "Highest learning rate": "0.001",
        "Held back to judge the epochs": "15\u00a0%",
        "Views": "original, mirrored",
        "The head started as": "the fitted probe",
    }


def test_a_head_that_started_at_zero_and_nothing_held_back():
    plan = Plan(
        "x/y",
        (StagePlan("a", mode="adapter"),),
        HeadPlan(start="zero"),
        TrainingPlan(validation=0.0),
        AdapterPlan("bias"),
    )
    facts = {fact["name"]: fact["value"] for fact in training_facts(plan.to_dict())}
    assert facts["Held back to judge the epochs"] == "nothing"
    assert facts["The head started as"] == "zero"


def test_nothing_is_said_of_training_where_there_was_none(result, evidence):
    contents = report_contents(result, evidence)
    assert contents["training"] is None
    assert contents["method"]["training"] == []
    assert contents["stages"] is not None
    assert "Plan" not in {fact["name"] for fact in contents["facts"]}
    assert "How did training go?" not in render_html(contents) + render_markdown(contents)


def test_a_source_whose_weights_are_not_in_the_model(result, evidence):
    method = report_contents(replace(result, plan=plain("scratch")), evidence)["method"]
    assert "nothing of what the source learned is in it" in method["source_words"]
    assert "nothing of what" not in report_contents(result, evidence)["method"]["source_words"]


def test_scores_of_the_probe_say_nothing_of_trained_stages(trained_result, trained_evidence):
    untested = replace(trained_result, n_test=0, test={}, verdict=None, difference=None)
    contents = report_contents(untested, trained_evidence)
    assert contents["stages"] is None
    assert "Within the training data" not in contents["answer"]["small_print"]


def test_every_epoch_is_told(trained_result, trained_evidence):
    curve = report_contents(trained_result, trained_evidence)["training"]
    assert [row["epoch"] for row in curve["rows"]] == [0, 1, 2, 3]
    assert [row["train_text"] for row in curve["rows"]] == ["–", "0.5", "0.25", "0.125"]
    assert [row["chosen"] for row in curve["rows"]] == [False, False, True, False]
    assert curve["sentence"] == (
        "Of 3 epochs, the weights after epoch 2 were kept. It is the best."
    )
    assert curve["states"] == "stored once. They fit."


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([0], "The weights from before the first epoch were kept. Because."),
        ([3], "Of 3 epochs, the weights after epoch 3 were kept. Because."),
        ([1, 2, 3], "The mean of the weights after epochs 1, 2 and 3 was kept. Because."),
    ],
)
def test_which_weights_were_kept(trained_result, chosen, said):
    curve = report_contents(trained_result, epochs(3.0, 2.0, 1.0, 1.0, chosen=chosen))["training"]
    assert curve["sentence"] == said
    assert curve["states"] == ""


@pytest.mark.parametrize(
    ("losses", "falling"),
    [
        ((1.0, 0.8, 0.5), True),
        ((1.0, 0.5, 0.499), False),
        ((1.0, 0.5, 0.6), False),
        ((1.0, 0.5), False),
        ((None, None, None), False),
        ((0.4, 0.8, 0.5), False),
    ],
)
def test_more_epochs_are_advised_while_the_loss_falls(trained_result, losses, falling):
    evidence = epochs(*losses, chosen=[len(losses) - 1])
    said = report_contents(trained_result, evidence)["next_steps"]
    advised = [step["command"] for step in said if "still falling" in step["text"]]
    assert advised == ["--epochs 6"] * falling


def test_training_that_was_in_vain_is_owned_up_to(trained_result):
    said = steps(trained_result, epochs(0.3, 0.5, 0.6, chosen=[0]))
    assert any(text.startswith("Training the stages did not help") for text in said)
    said = steps(trained_result, epochs(0.7, 0.5, 0.6, chosen=[1]))
    assert not any(text.startswith("Training the stages did not help") for text in said)


def row(number, train, valid, chosen=False):
    return {"epoch": number, "train": train, "valid": valid, "chosen": chosen}


def test_losses_are_drawn_from_no_loss_and_no_epoch():
    marks = loss_marks([row(0, None, 2.0), row(1, 1.0, 1.0, True), row(2, 0.0, 1.5)])
    assert marks["lines"]["train"] == f"150.0,{round(SQUARE * (1 - 1 / 2.08), 1)} 300.0,300.0"
    assert marks["lines"]["valid"].startswith("0.0,")
    assert [one["x"] for one in marks["kept"]] == [150.0]
    assert [one["text"] for one in marks["epochs"]] == ["0", "1", "2"]
    assert marks["losses"][0] == {"at": 0.0, "text": "0"}


def test_without_held_out_samples_the_circle_is_on_the_other_line():
    marks = loss_marks([row(0, None, None), row(1, 1.0, None), row(2, 0.5, None, True)])
    assert marks["lines"]["valid"] == ""
    assert marks["kept"] == [{"x": 300.0, "y": round(SQUARE * (1 - 0.5 / 1.04), 1)}]


@pytest.mark.parametrize("loss", [0.0, 1e-9, 580.0, 1e12])
@pytest.mark.parametrize("count", [1, 2, 40, 1000])
def test_any_losses_can_be_drawn(loss, count):
    rows = [row(number, loss, loss, number == count) for number in range(count + 1)]
    marks = loss_marks(rows)
    assert 2 <= len(marks["epochs"]) <= 8
    assert all(0 <= tick["at"] <= SQUARE for tick in (*marks["epochs"], *marks["losses"]))


def test_losses_that_are_no_numbers_are_left_out(trained_result):
    evidence = epochs(1.0, float("nan"), float("inf"), 0.5, chosen=[3])
    contents = report_contents(trained_result, evidence)
    assert [one["valid"] for one in contents["training"]["rows"]] == [1.0, None, None, 0.5]
    render_html(contents)


def test_a_training_without_any_number_is_not_drawn(trained_result):
    evidence = epochs(None, None, chosen=[1], train=float("nan"))
    assert report_contents(trained_result, evidence)["training"] is None


def test_the_page_draws_it(trained_result, trained_evidence):
    html = render_html(report_contents(trained_result, trained_evidence))
    for said in (
        '<section id="training"',
        "Loss by epoch",
        'class="learned"',
        "the weights after epoch 2 were kept",
        "were stored once. They fit.",
        "<dd>Epochs planned: 3</dd>",
        "2 stages frozen, 1 trained (3 epochs)",
    ):
        assert said in html
    assert html.count('class="tag">kept') == 1


def test_markdown_says_it_too(trained_result, trained_evidence):
    text = render_markdown(report_contents(trained_result, trained_evidence))
    for said in (
        "## How did training go?",
        "| start | – | 0.75 | 1.5 s |  |",
        "| 2 | 0.25 | 0.375 | 1.5 s | kept |",
        "- Epochs planned: 3",
        "- 1 stages: pretrained, trained further",
    ):
        assert said in text


def test_plans_that_were_tried_are_shown(trained_result):
    from headstart.advice.trials import NO_TIME, Trial, Trials

    losses = np.array([0.25, 0.75])
    trials = Trials([Trial(0, "probe", losses, losses, 2.0), Trial(1, "full", happened=NO_TIME)])
    told = Decision("how much to transfer", "probe", trials.reason, trials.rows())
    contents = report_contents(trained_result, Evidence((told,)))
    (shown,) = contents["method"]["decisions"]
    assert shown["columns"][-2:] == ["chosen", "what happened"]
    assert shown["rows"] == [
        ["probe", "0.5", "0.5", "0.25", "2", "yes", "finished"],
        ["full", *["\N{EN DASH}"] * 3, "0", "no", "not begun: no time"],
    ]
    page = render_html(contents)
    assert "how much to transfer" in page.lower()
    assert "not begun: no time" in page
    assert "how much to transfer: probe" in render_markdown(contents)
