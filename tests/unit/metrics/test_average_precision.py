"""Average precision: COCO's own figures, and intervals that are honest."""

from __future__ import annotations

import contextlib
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from headstart.errors import InputError
from headstart.metrics.average_precision import (
    average_precision_difference,
    average_precision_figures,
    class_precision_figures,
    precision_by_class,
)
from headstart.metrics.box_matches import match_boxes

CLASSES = ("ant", "bee", "cow")


def boxes(corners, labels, scores=None):
    return SimpleNamespace(
        corners=np.asarray(corners, dtype=np.float64).reshape(-1, 4),
        labels=np.asarray(labels, dtype=object),
        scores=None if scores is None else np.asarray(scores, dtype=np.float64),
    )


def random_pictures(random, n_pictures, ties=False, most=6):
    """Truth, and answers that are near it, beside it, or of another class."""
    truth, answers = [], []
    for _ in range(n_pictures):
        count, extra = random.integers(0, most, 2)
        corners = random.uniform(0, 100, (count, 4))
        corners[:, 2:] = corners[:, :2] + random.uniform(5, 60, (count, 2))
        labels = random.choice(CLASSES, count)
        truth.append(boxes(corners, labels))
        beside = random.uniform(0, 100, (extra, 4))
        beside[:, 2:] = beside[:, :2] + random.uniform(5, 60, (extra, 2))
        near = corners + random.normal(0, random.choice([0, 1, 6]), corners.shape)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        found = np.concatenate([near, beside])
        scores = random.random(len(found))
        said = [*labels, *random.choice(CLASSES, extra)]
        answers.append(boxes(found, said, scores.round(1) if ties else scores))
    return truth, answers


def coco_says(truth, answers):
    """AP, AP50 and AP75 by COCO's own program with its own settings."""
    kept = []
    with contextlib.redirect_stdout(io.StringIO()):
        for pictures in (truth, answers):
            coco, rows = COCO(), []
            for number, one in enumerate(pictures):
                for place, (a, b, c, d) in enumerate(one.corners.tolist()):
                    row = {"id": len(rows) + 1, "image_id": number, "iscrowd": 0}
                    row |= {"category_id": CLASSES.index(one.labels[place])}
                    row |= {"bbox": [a, b, c - a, d - b], "area": (c - a) * (d - b)}
                    rows.append(row | {"score": 0 if one.scores is None else one.scores[place]})
            coco.dataset = {
                "images": [{"id": number} for number in range(len(pictures))],
                "categories": [{"id": code} for code in range(len(CLASSES))],
                "annotations": rows,
            }
            coco.createIndex()
            kept.append(coco)
        evaluation = COCOeval(*kept, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats[:3]


def values(figures):
    return [figures[name].value for name in ("ap", "ap50", "ap75")]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.booleans())
def test_values_are_those_of_coco(seed, n_pictures, ties):
    truth, answers = random_pictures(np.random.default_rng(seed), n_pictures, ties)
    if any(len(one.corners) for one in truth):
        matches = match_boxes(truth, answers, CLASSES)
        by_class = precision_by_class(matches)[0]
        found = [by_class.mean(), by_class[0].mean(), by_class[5].mean()]
        assert found == pytest.approx(coco_says(truth, answers), abs=1e-9)


@pytest.mark.parametrize("n_pictures", [3, 40])
def test_a_weight_of_two_is_a_picture_that_comes_twice(n_pictures):
    random = np.random.default_rng(n_pictures)
    truth, answers = random_pictures(random, n_pictures)
    twice = random.integers(1, 3, n_pictures)
    rows = np.repeat(np.arange(n_pictures), twice)
    repeated = match_boxes([truth[row] for row in rows], [answers[row] for row in rows], CLASSES)
    weighed = precision_by_class(match_boxes(truth, answers, CLASSES), twice[None].astype(float))
    # Precision is read after both of a pair here, after either of them there.
    assert weighed == pytest.approx(precision_by_class(repeated), abs=0.03)


def test_figures_contain_their_value_and_have_a_width():
    truth, answers = random_pictures(np.random.default_rng(1), 30)
    matches = match_boxes(truth, answers, CLASSES)
    figures = average_precision_figures(matches, seed=0)
    assert values(figures) == pytest.approx(coco_says(truth, answers), abs=1e-9)
    per_class = class_precision_figures(matches, seed=0)
    assert list(per_class) == list(CLASSES)
    assert np.mean([one.value for one in per_class.values()]) == pytest.approx(
        figures["ap50"].value
    )
    for one in (*figures.values(), *per_class.values()):
        assert 0 <= one.low < one.value < one.high <= 1


def test_the_order_of_the_pictures_changes_nothing():
    random = np.random.default_rng(2)
    truth, answers = random_pictures(random, 20)
    order = random.permutation(20)
    before = average_precision_figures(match_boxes(truth, answers, CLASSES))
    after = average_precision_figures(
        match_boxes([truth[row] for row in order], [answers[row] for row in order], CLASSES)
    )
    for name, one in before.items():
        other = after[name]
        assert [other.value, other.low, other.high] == pytest.approx([one.value, one.low, one.high])


def perfect(truth):
    return [boxes(one.corners, one.labels, np.ones(len(one.corners))) for one in truth]


@pytest.mark.parametrize("n_pictures", [1, 5, 50])
def test_perfect_answers_give_one_and_what_few_pictures_leave_open(n_pictures):
    truth = [boxes([[0, 0, 9, 9]], ["ant"])] * n_pictures
    figures = average_precision_figures(match_boxes(truth, perfect(truth), CLASSES))
    for one in figures.values():
        assert (one.value, one.high) == (1.0, 1.0)
        # Clopper and Pearson's limit when nothing went wrong.
        assert one.low == pytest.approx(0.025 ** (1 / n_pictures), abs=1e-9)


def test_no_answer_at_all_gives_zero():
    truth = [boxes([[0, 0, 9, 9]], ["ant"]), boxes([], [])]
    matches = match_boxes(truth, [boxes([], [], []), boxes([], [], [])], CLASSES)
    figures = average_precision_figures(matches)
    assert values(figures) == [0, 0, 0]
    assert figures["ap50"].low == 0 < figures["ap50"].high
    assert list(class_precision_figures(matches)) == ["ant"]


def test_a_class_that_the_test_lacks_is_left_out_of_the_mean():
    truth = [boxes([[0, 0, 9, 9]], ["ant"])]
    answers = [boxes([[0, 0, 9, 9], [0, 0, 9, 9]], ["ant", "bee"], [0.5, 0.9])]
    assert values(average_precision_figures(match_boxes(truth, answers, CLASSES))) == [1, 1, 1]


def test_the_difference_is_paired():
    random = np.random.default_rng(3)
    truth, answers = random_pictures(random, 40)
    good, same = match_boxes(truth, perfect(truth), CLASSES), match_boxes(truth, answers, CLASSES)
    gain = average_precision_difference(good, same)
    expected = 1 - average_precision_figures(same)["ap50"].value
    assert gain.value == pytest.approx(expected)
    assert 0 < gain.low < gain.value < gain.high <= 1
    back = average_precision_difference(same, good)
    assert [back.value, back.low, back.high] == pytest.approx([-gain.value, -gain.high, -gain.low])
    none = average_precision_difference(same, same)
    assert none.low <= none.value == 0 <= none.high
    apart = average_precision_figures(same)["ap50"]
    assert none.high - none.low < apart.high - apart.low


@pytest.mark.parametrize(
    ("truth", "answers", "message"),
    [
        ([], [], "There are 0 pictures with boxes and 0 with answers"),
        ([boxes([], [])], [], "There are 1 pictures with boxes and 0 with answers"),
        ([boxes([], [])], [boxes([], [], [])], "None of the 1 pictures has a box"),
        (
            [boxes([[0, 0, 1, 1]], ["dog"])],
            [boxes([], [], [])],
            "Picture 0 has a box of class 'dog'; accepted: ant, bee, cow",
        ),
        (
            [boxes([[0, 0, 1, 1]], ["ant"])],
            [boxes([[0, 0, 1, 1]], ["ant"])],
            "answer to picture 0 has 1 boxes and 0 scores",
        ),
        (
            [boxes([[0, 0, 1, 1]], ["ant"])],
            [boxes([[0, 0, 1, 1]], ["ant"], [np.nan])],
            "box of picture 0 has a corner or a score that is no finite number",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(truth, answers, message):
    with pytest.raises(InputError, match=message):
        match_boxes(truth, answers, CLASSES)


def test_other_pictures_cannot_be_compared():
    truth, answers = random_pictures(np.random.default_rng(4), 6)
    first = match_boxes(truth, answers, CLASSES)
    with pytest.raises(InputError, match="accepted are the same pictures in the same order"):
        average_precision_difference(first, match_boxes(truth[:5], answers[:5], CLASSES))
