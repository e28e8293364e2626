"""Boxes of a picture are paired as a whole test set is matched."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.metrics.box_matches import match_boxes
from headstart.metrics.box_pairs import pair_boxes

A, B = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)


@pytest.mark.parametrize(
    ("found", "labels", "pairs"),
    [
        ([], [], []),
        ([A, B], ["cat", "cat"], [0, 1]),
        ([A, A], ["cat", "cat"], [0, -1]),
        ([A, B], ["dog", "cat"], [-1, 1]),
        ([(0, 0, 10, 4)], ["cat"], [-1]),
        ([(0, 0, 10, 5)], ["cat"], [0]),
    ],
)
def test_pairs(found, labels, pairs):
    assert pair_boxes(found, [A, B], labels, ["cat", "cat"]).tolist() == pairs


def test_nothing_is_there():
    assert pair_boxes([A], [], ["cat"], []).tolist() == [-1]


def test_it_takes_what_overlaps_most():
    near = (1.0, 0.0, 11.0, 10.0)
    assert pair_boxes([near], [A, near], ["cat"], ["cat", "cat"]).tolist() == [1]


@pytest.mark.parametrize("seed", range(6))
def test_as_many_are_paired_as_coco_counts(seed):
    random = np.random.default_rng(seed)

    def boxes(count, scored):
        low = random.uniform(0, 30, (count, 2))
        corners = np.concatenate([low, low + random.uniform(8, 20, (count, 2))], axis=1)
        scores = np.sort(random.uniform(size=count))[::-1] if scored else None
        return Boxes.of(corners, list(random.choice(["cat", "dog"], count)), (60, 60), scores)

    there, found = boxes(6, scored=False), boxes(9, scored=True)
    matches = match_boxes([there], [found], ["cat", "dog"])
    hits = sum(int(one.hits[0].sum()) for one in matches.found)
    paired = pair_boxes(found.corners, there.corners, found.labels, there.labels)
    assert (paired >= 0).sum() == hits
