"""Masks are read from their files once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from headstart.data.mask_values import MaskValues
from headstart.data.masks import ArrayMask, FileMask
from headstart.data.packed_masks import PackedMask, packed
from headstart.errors import UnreadableInputError


class CountingMask:
    """Counts how often it is read; its array is not contiguous."""

    def __init__(self, array):
        self.array, self.count = array, 0

    @property
    def size(self):
        return self.array.shape[1], self.array.shape[0]

    def codes(self):
        self.count += 1
        return self.array


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20))))
def test_the_codes_are_the_same_each_time_and_read_once(array):
    mask = CountingMask(np.asfortranarray(array))
    kept = PackedMask(mask)
    assert kept.size == mask.size
    assert mask.count == 0
    for _ in range(3):
        codes = kept.codes()
        assert codes.dtype == np.uint8
        assert np.array_equal(codes, array)
    assert mask.count == 1


def test_it_takes_little_memory():
    codes = np.zeros((1000, 1000), dtype=np.uint8)
    codes[200:700, 100:900] = 3
    kept = PackedMask(CountingMask(codes))
    kept.codes()
    assert len(kept._content) < codes.size / 50


def test_a_mask_that_cannot_be_read_says_so_each_time():
    class Broken(CountingMask):
        def codes(self):
            raise UnreadableInputError("gone")

    kept = PackedMask(Broken(np.zeros((2, 2), np.uint8)))
    for _ in range(2):
        with pytest.raises(UnreadableInputError, match="gone"):
            kept.codes()


def test_a_file_that_is_gone_is_named(tmp_path):
    path = tmp_path / "gone.png"
    kept = PackedMask(FileMask(str(path), b"0" * 16, (2, 2), MaskValues((0, 1))))
    with pytest.raises(UnreadableInputError, match=r"The mask .*gone\.png cannot be read: "):
        kept.codes()


def test_arrays_stay_as_they_are():
    masks = [ArrayMask(np.zeros((2, 2), np.uint8)), CountingMask(np.ones((2, 2), np.uint8))]
    found = packed(masks)
    assert found.dtype == object
    assert found[0] is masks[0]
    assert found[1].mask is masks[1]
