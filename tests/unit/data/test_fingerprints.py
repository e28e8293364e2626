from __future__ import annotations

import numpy as np
import pytest

from headstart.data.fingerprints import fingerprint_array, fingerprint_bytes
from headstart.errors import InputError

ARRAY = np.arange(24, dtype=np.int32).reshape(4, 6)


@pytest.mark.parametrize(
    "same", [ARRAY.astype(">i4"), np.asfortranarray(ARRAY), np.repeat(ARRAY, 2, axis=0)[::2]]
)
def test_layout_does_not_matter(same):
    assert fingerprint_array(same) == fingerprint_array(ARRAY)


@pytest.mark.parametrize(
    "other", [ARRAY.astype(np.int64), ARRAY.astype(np.uint32), ARRAY.T, ARRAY.ravel(), ARRAY + 1]
)
def test_dtype_shape_and_values_matter(other):
    assert fingerprint_array(other) != fingerprint_array(ARRAY)


def test_empty_arrays_and_scalars_have_one_too():
    assert len(fingerprint_array(np.zeros((0, 3)))) == 16
    assert fingerprint_array(np.zeros((0, 3))) != fingerprint_array(np.zeros((3, 0)))
    assert len(fingerprint_array(np.float64(1).reshape(()))) == 16


def test_objects_have_none():
    with pytest.raises(InputError, match="dtype object has no fingerprint"):
        fingerprint_array(np.array([None]))


def test_bytes():
    assert fingerprint_bytes(b"a") == fingerprint_bytes(bytes([97])) != fingerprint_bytes(b"b")
