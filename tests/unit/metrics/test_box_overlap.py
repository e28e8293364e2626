"""How much boxes cover each other."""

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.metrics.box_overlap import (
    box_iou,
    box_overlap_difference,
    box_overlap_figures,
    paired_box_iou,
)


def test_overlaps_are_those_of_torchvision():
    import torch
    from torchvision.ops import box_iou as reference

    random = np.random.default_rng(0)
    first, second = random.uniform(0, 50, (20, 4)), random.uniform(0, 50, (30, 4))
    first[:, 2:] += first[:, :2]
    second[:, 2:] += second[:, :2]
    found = box_iou(first, second)
    assert found == pytest.approx(reference(torch.tensor(first), torch.tensor(second)).numpy())
    assert paired_box_iou(first, second[:20]) == pytest.approx(np.diag(found))


def test_boxes_without_area_and_no_boxes_at_all():
    assert box_iou([[1, 1, 1, 1]], [[1, 1, 1, 1]]).tolist() == [[0.0]]
    assert box_iou([], [[0, 0, 1, 1]]).shape == (0, 1)


def test_figures_of_one_picture_and_of_perfect_ones_keep_a_width():
    one = box_overlap_figures([0.7])
    assert one["mean_iou"].low < 0.05 < 0.7 < 0.95 < one["mean_iou"].high
    perfect = box_overlap_figures([1.0] * 50)
    assert perfect["mean_iou"].value == perfect["share_iou50"].value == 1.0
    assert 0.9 < perfect["mean_iou"].low < 1
    assert 0.9 < perfect["share_iou50"].low < 1


def test_the_order_changes_nothing_and_half_is_found():
    values = np.array([0.5, 0.49, 0.9, 0.0])
    assert box_overlap_figures(values)["share_iou50"].value == 0.5
    assert box_overlap_figures(values) == box_overlap_figures(values[::-1])


def test_the_difference_is_paired():
    random = np.random.default_rng(0)
    hard = random.uniform(0, 0.8, 30)
    gain = box_overlap_difference(hard + 0.1 + random.normal(0, 0.01, 30), hard)
    assert 0.05 < gain.low < gain.value < gain.high < 0.15
    assert box_overlap_difference([0.0], [1.0]).low == -1.0


@pytest.mark.parametrize("values", [[], [1.5], [np.nan], ["a"], [[0.5]]])
def test_what_is_no_overlap_is_refused(values):
    with pytest.raises(InputError, match="one number from 0 to 1 a picture"):
        box_overlap_figures(values)


def test_pairs_need_a_box_each():
    with pytest.raises(InputError, match="There are 1 boxes and 2 to compare them with"):
        paired_box_iou([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 2)
