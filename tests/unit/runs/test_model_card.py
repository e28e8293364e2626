"""What a card says, and that text of the data stays text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.evaluation.result import BaselineFigures, NearDuplicate, Result
from headstart.metrics.figure import Figure
from headstart.plan import Plan, StagePlan, frozen_plan
from headstart.runs.card_parts import Use
from headstart.runs.model_card import MODEL_CARD, model_card
from headstart.runs.source_card import source_card

PLAN = frozen_plan("bundled/x", ("stem", "last"))
FACTS = Preprocessing((8, 8), 1.0, "box", (0.0,) * 3, (1.0,) * 3)
SOURCE = Source("bundled/x", "image", "net", FACTS, "Apache-2.0", "ab12", 5, None, "package y")
RESULT = Result(
    task="classification",
    modality="image",
    classes=("ants", "bees"),
    n_train=60,
    n_test=40,
    source="bundled/x",
    plan=PLAN.to_dict(),
    test={"accuracy": Figure(0.9, 0.77, 0.96), "macro_f1": Figure(0.89, 0.7, 0.95)},
    baselines=(BaselineFigures("majority class", {"accuracy": Figure(0.5, 0.35, 0.65)}),),
    compared_with="classical",
    verdict="transfer helps",
    difference=Figure(0.2, 0.05, 0.35),
    duplicates=("a.jpg",),
    near_duplicates=(NearDuplicate("b.jpg", "c.jpg", 0.99),),
    quarantined=({"input": "d.jpg", "reason": "empty"},),
    notes=("Something to know.",),
)


def header_of(card):
    """The lines between the two rules."""
    first, header, _ = card.split("---\n", 2)
    assert first == ""
    return header.splitlines()


def test_a_card_holds_what_a_stranger_asks():
    card = model_card(RESULT, PLAN, SOURCE)
    assert header_of(card)[:3] == [
        "license: apache-2.0",
        'library_name: "headstart"',
        "pipeline_tag: image-classification",
    ]
    for line in (
        "It gives one of 2 classes for each of the pictures it is shown.",
        "- Learned from 60 pictures, measured on 40 others.",
        "- 2 classes: ants, bees.",
        "- Left out of training, because the test set holds the same: 1.",
        "- Set aside, because they could not be used: 1.",
        "- Something to know.",
        "- Licence of its weights: Apache-2.0",
        "| accuracy | 0.9 (0.77 to 0.96) | 0.5 (0.35 to 0.65) |",
        "| macro F1 | 0.89 (0.7 to 0.95) | not measured |",
        "Transfer helps. Difference to “classical”, above 0 where transfer is better: 0.2 (0.05 to "
        "0.35).",
        "- It was measured on few pictures (40), so the intervals are wide.",
        "- The accuracy may well be anything from 0.77 to 0.96.",
        "- It learned from few pictures: about 30 a class.",
        "headstart predict RUN INPUT...",
    ):
        assert line in card.splitlines(), line


def test_text_of_the_data_becomes_no_markup():
    evil = "<script>x</script> | **a**\n# b\n---\nlicense: mit [x](http://y)"
    result = replace(RESULT, classes=(evil, "bees"), compared_with=evil, notes=(evil,))
    source = replace(SOURCE, licence=evil, origin=evil, name=evil)
    others = (BaselineFigures(evil, {}),)
    card = model_card(replace(result, baselines=others, fallback="x"), PLAN, source)
    header = header_of(card)
    assert header[0] == "license: other"
    assert header[1].startswith('license_name: "<script>')
    assert [line for line in header if line.startswith("license:")] == ["license: other"]
    body = card.partition("\n---\n")[2]
    assert "<script>" not in body
    assert "**a**" not in body
    assert "\n# b" not in body
    assert "[x](" not in body.replace("\\[", "")
    tables = [line for line in body.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {4}


@pytest.mark.parametrize(
    ("licence", "line"),
    [("not stated", "license: unknown"), ("CC-BY-NC-4.0", "license: cc-by-nc-4.0")],
)
def test_licences_as_the_hub_spells_them(licence, line):
    assert header_of(model_card(RESULT, PLAN, replace(SOURCE, licence=licence)))[0] == line


def test_a_regression_without_a_network_and_without_a_test():
    result = replace(RESULT, task="regression", classes=(), test={}, n_test=0, verdict=None)
    card = model_card(replace(result, difference=None), frozen_plan("classical", ()), None)
    assert header_of(card)[0] == "license: unknown"
    assert not any(line.startswith("pipeline_tag") for line in header_of(card))
    assert "It gives a number for each of the pictures it is shown." in card
    assert "How good it is was not measured: nothing was kept away from training." in card
    assert "Nothing was transferred, or nothing could be compared." in card
    assert "knows the classes" not in card


def test_numbers_that_are_none():
    nothing = float("nan")
    result = replace(RESULT, test={"accuracy": Figure(nothing, nothing, nothing)})
    assert "| accuracy | not measured |" in model_card(result, PLAN, SOURCE)


def test_another_way_to_use_it():
    card = model_card(RESULT, PLAN, SOURCE, Use("timm", "Like **this**."))
    assert card.endswith("## How to use\n\nLike **this**.\n")
    assert 'library_name: "timm"' in header_of(card)


def test_every_run_has_one(run):
    card = (run / MODEL_CARD).read_text("utf-8")
    assert "| accuracy |" in card
    assert "No pretrained weights are part of the model." in card


def test_the_card_of_a_source():
    record = {"n_train": 1200, "quarantined": [{"input": "x", "reason": "y"}], "notes": ["<b>"]}
    card = source_card(SOURCE, record)
    assert header_of(card)[2] == "pipeline_tag: image-feature-extraction"
    for line in (
        "- Learned from 1,200 pictures without labels.",
        "- Set aside, because they could not be used: 1.",
        "- &lt;b&gt;",
        "- Licence of its weights: Apache-2.0",
        "headstart fit DATA --source run:RUN",
    ):
        assert line in card.splitlines(), line


@pytest.mark.parametrize(
    ("source", "task", "told"),
    [
        (SOURCE, "classification", {"headstart predict RUN", "headstart export RUN"}),
        (None, "classification", {"headstart predict RUN"}),
        (SOURCE, "question answering", {"QuestionAnswerer.load"}),
    ],
)
def test_only_what_works_is_told(source, task, told):
    card = model_card(replace(RESULT, task=task), PLAN, source)
    ways = ("headstart predict RUN", "headstart export RUN", "QuestionAnswerer.load")
    assert {way for way in ways if way in card} == told


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([("pretrained", "frozen")] * 2, "with 2 stages, all of which stayed as they were."),
        ([("pretrained", "train")] * 1, "with 1 stage, 1 of them trained."),
        (
            [("pretrained", "frozen"), ("random", "train")],
            "with 2 stages, 1 of them trained and 1 of them from random weights.",
        ),
        ([("none", "frozen")], "a linear model on features that need no pretrained network."),
    ],
)
def test_the_way_it_was_made(stages, words):
    parts = [StagePlan(f"s{place}", *one) for place, one in enumerate(stages)]
    assert words in model_card(RESULT, Plan("bundled/x", tuple(parts)), SOURCE)


@pytest.mark.parametrize(
    ("task", "gives", "metric", "title"),
    [
        (
            "detection",
            "any number of boxes, each with a class, for each of the pictures",
            *("ap50", "AP50"),
        ),
        ("localisation", "one box for each of the pictures", "mean_iou", "mean IoU"),
        ("segmentation", "a class for each pixel of the pictures", "mean_iou", "mean IoU"),
    ],
)
def test_a_card_of_places_says_what_it_gives(task, gives, metric, title):
    result = replace(RESULT, task=task, test={metric: Figure(0.7, 0.6, 0.8)})
    lines = model_card(result, PLAN, SOURCE).splitlines()
    assert f"It gives {gives} it is shown." in lines
    assert f"- The {title} may well be anything from 0.6 to 0.8." in lines
