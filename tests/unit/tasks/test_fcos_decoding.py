"""From the output of a detection head to boxes: as torchvision has it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.data.placement import map_size
from headstart.errors import InputError
from headstart.tasks.fcos_decoding import decode_fcos
from headstart.tasks.suppression import suppress


def random_boxes(random, count, n_classes=3):
    corners = random.uniform(0, 40, (count, 4))
    corners[:, 2:] = corners[:, :2] + random.uniform(1, 40, (count, 2))
    return corners, random.random(count), random.integers(0, n_classes, count)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 120), st.sampled_from([0.3, 0.6, 0.9]))
def test_the_same_boxes_stay_as_with_torchvision(seed, count, overlap):
    import torch
    from torchvision.ops import batched_nms

    corners, scores, codes = random_boxes(np.random.default_rng(seed), count)
    expected = batched_nms(*map(torch.tensor, (corners, scores, codes)), overlap)
    assert suppress(corners, scores, codes, overlap).tolist() == expected.tolist()


def test_of_equal_scores_the_first_stays():
    same = [[0, 0, 9, 9]] * 3
    assert suppress(same, [0.5] * 3, [0, 0, 0], 0.6).tolist() == [0]
    assert suppress(same, [0.5] * 3, [1, 0, 1], 0.6).tolist() == [0, 1]
    assert suppress([], [], [], 0.6).tolist() == []


def random_levels(random, n_classes=2, sizes=((6, 8), (3, 4))):
    return [
        (
            random.normal(-2, 2, (height, width, n_classes)),
            random.uniform(0.2, 3, (height, width, 4)),
            random.normal(0, 1, (height, width)),
        )
        for height, width in sizes
    ]


@pytest.mark.parametrize("seed", range(5))
def test_boxes_are_those_of_torchvisions_fcos(seed):
    import torch
    from torchvision.ops import batched_nms

    levels, strides = random_levels(np.random.default_rng(seed)), (8, 16)
    corners, scores, codes = [], [], []
    for (logits, distances, centerness), stride in zip(levels, strides, strict=True):
        height, width, n_classes = logits.shape
        for y in range(height):
            for x in range(width):
                at_x, at_y = (x + 0.5) * stride, (y + 0.5) * stride
                left, top, right, bottom = distances[y, x] * stride
                for code in range(n_classes):
                    both = torch.sigmoid(torch.tensor([logits[y, x, code], centerness[y, x]]))
                    corners.append([at_x - left, at_y - top, at_x + right, at_y + bottom])
                    scores.append(float(both.prod().sqrt()))
                    codes.append(code)
    keep = np.array(scores) > 0.3
    rows = np.flatnonzero(keep)
    picked = [torch.tensor(np.array(one)[rows]) for one in (corners, scores, codes)]
    kept = rows[batched_nms(*picked, 0.5).numpy()][:7]

    found = decode_fcos(levels, strides, score_threshold=0.3, nms_iou=0.5, most=7)
    assert found.corners == pytest.approx(np.array(corners)[kept])
    assert found.scores == pytest.approx(np.array(scores)[kept])
    assert found.codes.tolist() == np.array(codes)[kept].tolist()


def test_nothing_found_is_empty_arrays():
    levels = [(np.full((2, 2, 3), -50.0), np.ones((2, 2, 4)), np.zeros((2, 2)))]
    found = decode_fcos(levels, [8])
    assert (found.corners.shape, found.codes.shape, found.scores.shape) == ((0, 4), (0,), (0,))
    assert decode_fcos([], []).corners.shape == (0, 4)


def test_large_logits_do_not_overflow():
    levels = [(np.full((1, 1, 1), 1e4), np.ones((1, 1, 4)), np.full((1, 1), -1e4))]
    assert decode_fcos(levels, [8]).scores.tolist() == []


def test_a_stride_a_level():
    with pytest.raises(InputError, match="There are 2 levels and 1 strides"):
        decode_fcos(random_levels(np.random.default_rng(0)), [8])


def test_a_canvas_that_is_no_multiple_of_the_stride_has_a_cell_more():
    assert map_size((96, 130), 32) == (3, 5)
    assert map_size((64, 64), 32) == (2, 2)
