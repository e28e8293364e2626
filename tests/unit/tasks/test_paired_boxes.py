"""What is found, missed and made up in one picture."""

from __future__ import annotations

import pytest

from headstart.data.boxes import Boxes
from headstart.tasks.paired_boxes import counts_of, pairs_of

ONE, FAR = (0, 0, 10, 10), (20, 20, 30, 30)


def boxes(*corners, scores=None):
    return Boxes.of(corners, ["cat"] * len(corners), (40, 30), scores)


@pytest.mark.parametrize(
    ("found", "counts"), [((), (0, 1, 0)), ((ONE,), (1, 0, 0)), ((ONE, FAR), (1, 0, 1))]
)
def test_counts(found, counts):
    there, said = boxes(ONE), boxes(*found, scores=[0.5] * len(found))
    assert counts_of(pairs_of(there, said), len(there)) == counts
