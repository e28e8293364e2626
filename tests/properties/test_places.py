"""What holds for figures of boxes and masks, whatever was answered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.data.boxes import Boxes
from headstart.metrics.overlap import class_overlap_figures, overlap_difference, overlap_figures
from headstart.tasks.detection import DetectionTask
from headstart.tasks.suppression import suppress

SIZE = (60, 40)
TASK = DetectionTask(("ant", "bee"))
seeds = st.integers(0, 10**6)


def random_boxes(random, count, scored):
    corners = random.uniform(0, 40, (count, 4))
    corners[:, 2:] = corners[:, :2] + random.uniform(0.5, 20, (count, 2))
    labels = random.choice(TASK.class_names, count).astype(object)
    return Boxes(corners, labels, random.random(count) if scored else None, SIZE)


@st.composite
def answered(draw):
    """Pictures with one box at least in all, and answers that are near, beside, or none."""
    random = np.random.default_rng(draw(seeds))
    truth = [random_boxes(random, count, False) for count in draw(counts(1))]
    answers = []
    for one in truth:
        near, kept = one.corners + random.normal(0, 1, one.corners.shape), random.random(len(one))
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        beside = random_boxes(random, random.integers(0, 4), True)
        rows = kept < draw(st.sampled_from([0.0, 0.5, 1.0]))
        answers.append(
            Boxes(
                np.concatenate([near[rows], beside.corners]),
                np.concatenate([one.labels[rows], beside.labels]),
                np.concatenate([random.random(rows.sum()), beside.scores]),
                SIZE,
            )
        )
    return truth, answers


def counts(least):
    return st.lists(st.integers(0, 4), min_size=1, max_size=10).filter(
        lambda one: sum(one) >= least
    )


@settings(max_examples=40, deadline=None)
@given(answered(), seeds)
def test_intervals_of_boxes_contain_the_value_and_ignore_the_order(sample, seed):
    truth, answers = sample
    order = np.random.default_rng(seed).permutation(len(truth))
    shuffled = [[side[row] for row in order] for side in sample]
    for measure in (TASK.figures, TASK.per_class):
        figures, again = measure(truth, answers, 0), measure(*shuffled, 0)
        for name, one in figures.items():
            assert 0 <= one.low <= one.value <= one.high <= 1
            assert one.low < one.high
            other = again[name]
            assert [other.value, other.low, other.high] == pytest.approx(
                [one.value, one.low, one.high]
            )


@settings(max_examples=40, deadline=None)
@given(answered())
def test_perfect_boxes_are_perfect_and_more_answers_do_not_help(sample):
    truth, answers = sample
    perfect = [Boxes(one.corners, one.labels, np.ones(len(one)), SIZE) for one in truth]
    assert TASK.merit(truth, perfect) == 1.0
    assert TASK.merit(truth, answers) <= 1.0
    gain = TASK.difference(truth, perfect, answers, 0)
    assert gain.low <= gain.value <= gain.high
    assert TASK.difference(truth, answers, perfect, 0).value == -gain.value


@settings(max_examples=40, deadline=None)
@given(answered())
def test_the_best_threshold_is_no_worse_than_to_keep_all(sample):
    truth, answers = sample
    threshold = TASK.best_threshold(truth, answers)
    all_kept, some = (TASK.counts(truth, answers, cut) for cut in (0.0, threshold))
    assert some.f1 >= all_kept.f1
    for one in (all_kept, some):
        assert one.hits + one.missed == sum(map(len, truth))


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(0, 40))
def test_what_stays_does_not_overlap_and_what_goes_does(seed, count):
    boxes = random_boxes(np.random.default_rng(seed), count, True)
    codes = (boxes.labels == "bee").astype(int)
    kept = suppress(boxes.corners, boxes.scores, codes, 0.5)
    assert suppress(boxes.corners[kept], boxes.scores[kept], codes[kept], 0.5).tolist() == list(
        range(len(kept))
    )
    assert set(codes[kept]) == set(codes)


@st.composite
def confusions(draw):
    """Counts of pixels, some classes and pictures without any."""
    random = np.random.default_rng(draw(seeds))
    n_pictures, n_classes = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    found = random.integers(0, draw(st.sampled_from([2, 1000])), (n_pictures, n_classes, n_classes))
    found[:, random.random(n_classes) < 0.3] = 0
    found[0, 0, 0] += 1
    return found


@settings(max_examples=60, deadline=None)
@given(confusions(), seeds)
def test_intervals_of_masks_contain_the_value_and_ignore_the_order(counts, seed):
    order = np.random.default_rng(seed).permutation(len(counts))
    for measure in (overlap_figures, class_overlap_figures):
        figures = measure(counts)
        assert measure(counts[order]) == figures
        for one in figures.values():
            assert 0 <= one.low <= one.value <= one.high <= 1
            assert one.low < one.high


@settings(max_examples=60, deadline=None)
@given(confusions())
def test_right_pixels_are_perfect_and_no_worse_than_others(counts):
    perfect = np.zeros_like(counts)
    size = np.arange(counts.shape[1])
    perfect[:, size, size] = counts.sum(axis=2)
    for one in overlap_figures(perfect).values():
        assert one.value == one.high == 1.0
    gain = overlap_difference(perfect, counts)
    assert 0 <= gain.value <= gain.high
    assert overlap_difference(counts, perfect).value == -gain.value
