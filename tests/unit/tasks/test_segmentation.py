"""A class a pixel as a task."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.evaluation.place_baselines import UsualMask
from headstart.tasks.segmentation import SegmentationTask, class_weights

TASK = SegmentationTask(("road", "sky", "car"))


def mask(rows):
    codes = np.array(rows, dtype=np.uint8)
    return UsualMask(codes, codes.shape[::-1])


def test_names_are_those_given_or_numbers():
    masks = [mask([[0, 2], [255, 0]])]
    assert SegmentationTask.from_labels(masks).classes == ("0", "1", "2")
    assert SegmentationTask.from_labels(masks, ["road", "sky", "car"]) == TASK
    with pytest.raises(InputError, match="A mask holds the class 2; there are 2 names, for 0 to 1"):
        SegmentationTask.from_labels(masks, ["road", "sky"])
    with pytest.raises(InputError, match="None of the 1 masks has a pixel that counts"):
        SegmentationTask.from_labels([mask([[255]])])


def test_masks_that_teach_nothing_are_named():
    masks = [mask([[255, 255]]), mask([[0, 1]]), mask([[0, 7]])]
    assert TASK.unanswerable(masks) == {
        0: "no pixel of its mask counts",
        2: "its mask holds the class 7, which has no name",
    }


def test_pixels_are_counted_and_unknown_ones_refused():
    assert TASK.pixels([mask([[0, 0, 2], [255, 1, 2]])]).tolist() == [[2, 1, 2]]
    with pytest.raises(InputError, match="Mask 0 holds the class 7; accepted are 0 to 2, and 255"):
        TASK.pixels([mask([[0, 7]])])


def test_the_most_probable_class_is_the_answer():
    logits = np.zeros((3, 2, 2))
    logits[2, 0, 1], logits[1, 1, 0] = 1, 1
    codes = TASK.decode(logits)
    assert codes.tolist() == [[0, 2], [1, 0]]
    assert codes.dtype == np.uint8
    row = TASK.answer("a.png", codes)
    assert row.to_dict() == {
        "input": "a.png",
        **{"width": 2, "height": 2, "shares": {"road": 0.5, "sky": 0.25, "car": 0.25}},
    }


def test_figures_leave_out_what_is_ignored():
    truth = [mask([[0, 0, 1, 255]])]
    answers = [np.array([[0, 1, 1, 2]], dtype=np.uint8)]
    figures = TASK.figures(truth, answers, seed=0)
    assert figures["mean_iou"].value == pytest.approx(0.5)
    assert figures["pixel_accuracy"].value == pytest.approx(2 / 3)
    per_class = TASK.per_class(truth, answers, seed=0)
    assert {name: one.value for name, one in per_class.items()} == {"road": 0.5, "sky": 0.5}
    assert TASK.difference(truth, answers, truth, seed=0).value == pytest.approx(-0.5)


def test_rare_classes_count_more_and_the_loss_keeps_its_size():
    pixels = np.array([[900, 100, 0], [950, 0, 50]])
    weights = class_weights(pixels)
    frequency = np.array([1850 / 2000, 100 / 1000, 50 / 1000])
    assert weights / weights[1] == pytest.approx(np.sqrt(frequency[1] / frequency))
    shares = pixels.sum(axis=0) / pixels.sum()
    assert shares @ weights == pytest.approx(1.0)
    assert class_weights(pixels, temper=0.0).tolist() == pytest.approx([1, 1, 1])


def test_with_a_temper_of_one_weights_are_those_of_eigen_and_fergus():
    weights = class_weights([[80, 20], [100, 0]], temper=1.0)
    # Frequencies 180 / 200 and 20 / 100, their median in the middle.
    assert weights[1] / weights[0] == pytest.approx(0.9 / 0.2)


def test_a_class_that_does_not_occur_has_a_plain_weight():
    assert class_weights([[5, 0]]).tolist() == [1.0, 1.0]
    assert class_weights(np.zeros((0, 2), dtype=int)).tolist() == [1.0, 1.0]
