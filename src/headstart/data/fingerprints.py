"""Fingerprints: 16 bytes that depend on content alone."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError

_SIZE = 16


def fingerprint_bytes(content: bytes) -> bytes:
    """Fingerprint of the bytes of a file.

    Examples
    --------
    >>> fingerprint_bytes(b"picture").hex()
    '88ec10769dab268ece2ed6b9a99e2504'
    """
    return blake2b(content, digest_size=_SIZE).digest()


def fingerprint_array(array: NDArray[Any]) -> bytes:
    """Fingerprint of dtype, shape and values.

    The same values give the same fingerprint on every machine, whatever their byte order and
    memory layout.

    Parameters
    ----------
    array : ndarray of any shape
        Booleans or numbers.

    Raises
    ------
    InputError
        If the array holds objects: their bytes are addresses, not content.

    Examples
    --------
    >>> rows = np.arange(6).reshape(2, 3)
    >>> fingerprint_array(rows) == fingerprint_array(np.asfortranarray(rows))
    True
    >>> fingerprint_array(rows) == fingerprint_array(rows.reshape(3, 2))
    False
    """
    if array.dtype.kind not in "biufc":
        raise InputError(
            f"An array of dtype {array.dtype} has no fingerprint; accepted: booleans and numbers. "
            "Convert it with array.astype(float)."
        )
    little = array.dtype.newbyteorder("<")
    values = np.ascontiguousarray(array, dtype=little)
    kind = f"{little.kind}{little.itemsize} {array.shape} ".encode()
    digest = blake2b(kind, digest_size=_SIZE, person=b"array")
    digest.update(values.data if values.size else b"")
    return digest.digest()
