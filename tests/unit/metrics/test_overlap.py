"""How well pixels are classified."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, jaccard_score

from headstart.errors import InputError
from headstart.metrics.overlap import (
    class_overlap_figures,
    overlap_difference,
    overlap_figures,
    pixel_confusion,
)


def random_masks(random, n_pictures, n_classes=4, wrong=0.3):
    truth = random.integers(0, n_classes, (n_pictures, 6, 8)).astype(np.uint8)
    said = np.where(random.random(truth.shape) < wrong, random.integers(0, n_classes), truth)
    truth[random.random(truth.shape) < 0.1] = 255
    return truth, said


def confusions(truth, said, n_classes=4):
    return [pixel_confusion(*pair, n_classes) for pair in zip(truth, said, strict=True)]


def test_values_are_those_of_scikit_learn():
    truth, said = random_masks(np.random.default_rng(0), 7)
    seen = truth != 255
    pairs = truth[seen], said[seen]
    counts = confusions(truth, said)
    assert np.sum(counts, axis=0).tolist() == confusion_matrix(*pairs).tolist()
    figures = overlap_figures(counts)
    assert figures["mean_iou"].value == pytest.approx(jaccard_score(*pairs, average="macro"))
    assert figures["pixel_accuracy"].value == pytest.approx(accuracy_score(*pairs))
    expected = jaccard_score(*pairs, average=None)
    found = class_overlap_figures(counts)
    assert [one.value for one in found.values()] == pytest.approx(expected)
    for one in (*figures.values(), *found.values()):
        assert 0 <= one.low < one.value < one.high <= 1


def test_pixels_of_one_picture_are_one_draw():
    # Half of the pictures are right throughout, the others wrong throughout.
    counts = [[[90, 0], [0, 10]], [[0, 90], [10, 0]]] * 10
    wide = overlap_figures(counts)["pixel_accuracy"]
    assert wide.value == 0.5
    assert wide.high - wide.low > 0.35


@pytest.mark.parametrize("n_pictures", [1, 20])
def test_perfect_answers_give_one_and_what_few_pictures_leave_open(n_pictures):
    figures = overlap_figures([[[5, 0], [0, 5]]] * n_pictures)
    for one in figures.values():
        assert (one.value, one.high) == (1.0, 1.0)
        assert one.low == pytest.approx(0.025 ** (1 / n_pictures))


def test_a_class_that_the_test_lacks_is_left_out_of_the_mean():
    counts = [[[6, 0, 2], [0, 2, 0], [0, 0, 0]]]
    assert list(class_overlap_figures(counts)) == [0, 1]
    assert overlap_figures(counts)["mean_iou"].value == pytest.approx((0.75 + 1) / 2)


def test_one_class_works():
    assert overlap_figures([[[4]]])["mean_iou"].value == 1.0


def test_a_class_of_one_picture_widens_the_mean():
    common = [[[9, 0], [0, 0]]] * 30
    rare = overlap_figures([*common, [[8, 0], [0, 1]]])["mean_iou"]
    assert rare.low < 0.6
    assert overlap_figures(common)["mean_iou"].low > 0.8


def test_the_order_of_the_pictures_changes_nothing():
    random = np.random.default_rng(1)
    truth, said = random_masks(random, 12)
    counts = np.array(confusions(truth, said))
    order = random.permutation(12)
    assert overlap_figures(counts) == overlap_figures(counts[order])
    assert class_overlap_figures(counts) == class_overlap_figures(counts[order])
    better = np.array(confusions(truth, np.where(truth == 255, 0, truth)))
    assert overlap_difference(better, counts) == overlap_difference(better[order], counts[order])


def test_the_difference_is_paired():
    random = np.random.default_rng(2)
    truth, said = random_masks(random, 30)
    counts = confusions(truth, said)
    perfect = confusions(truth, np.where(truth == 255, 0, truth))
    gain = overlap_difference(perfect, counts)
    assert gain.value == pytest.approx(1 - overlap_figures(counts)["mean_iou"].value)
    assert 0 < gain.low < gain.value < gain.high <= 1
    back = overlap_difference(counts, perfect)
    assert [back.value, back.low, back.high] == pytest.approx([-gain.value, -gain.high, -gain.low])
    none = overlap_difference(counts, counts)
    assert none.low <= none.value == 0 <= none.high


def test_other_pictures_cannot_be_compared():
    with pytest.raises(InputError, match="accepted are the same pictures in the same order"):
        overlap_difference([[[1, 0], [0, 1]]], [[[2, 0], [0, 0]]])


@pytest.mark.parametrize(
    ("truth", "said", "message"),
    [
        ([[0, 1]], [[0], [1]], r"truth has shape \(1, 2\) and the answer \(2, 1\)"),
        ([[0, 3]], [[0, 1]], "The truth holds the class 3; accepted are 0 to 2"),
        ([[0, 1]], [[0, 255]], "The answer holds the class 255; accepted are 0 to 2"),
    ],
)
def test_masks_that_do_not_fit_are_refused(truth, said, message):
    with pytest.raises(InputError, match=message):
        pixel_confusion(truth, said, 3)


@pytest.mark.parametrize("counts", [np.zeros((0, 2, 2), int), np.zeros((3, 2, 2), int)])
def test_no_pixel_at_all_is_refused(counts):
    with pytest.raises(InputError, match=r"None of the . pictures has a pixel that counts"):
        overlap_figures(counts)


def test_counts_alone_are_accepted():
    with pytest.raises(InputError, match="counts of pixels of shape"):
        overlap_figures([[0.5, 0.5]])
