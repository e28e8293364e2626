"""One file of finished rows: a safetensors file that is mapped, not read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import CacheError
from headstart.files import write_atomically

#: Name of the array that holds the fingerprints of a shard's rows, uint8 of shape (n_rows, 16).
FINGERPRINTS = "fingerprints"
_HEADER_LENGTH = 8
_LARGEST_HEADER = 100 * 2**20


def write_shard(
    path: Path, fingerprints: Sequence[bytes], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write rows to ``path``; the file appears only when it is whole.

    Parameters
    ----------
    path : Path
        Where the shard shall stand.
    fingerprints : sequence of bytes
        16 bytes a row.
    arrays : mapping of str to ndarray of shape (n_rows, ...)
        One array an output.
    """
    from safetensors.numpy import save

    ids = np.frombuffer(b"".join(fingerprints), dtype=np.uint8).reshape(len(fingerprints), 16)
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_atomically(path, save({FINGERPRINTS: ids, **contiguous}))


class Shard:
    """The rows of one file, mapped into memory when they are asked for.

    Raises
    ------
    CacheError
        If the file is cut short or is not a shard.
    OSError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries, self._start = _read_header(path)

    def fingerprints(self) -> list[bytes]:
        """16 bytes a row, in the order of the rows."""
        whole = np.array(self.array(FINGERPRINTS)).tobytes()
        return [whole[start : start + 16] for start in range(0, len(whole), 16)]

    def array(self, name: str) -> NDArray[Any]:
        """The rows of one output, mapped read-only: shape (n_rows, ...)."""
        entry = self._entries[name]
        if 0 in entry["shape"]:
            return np.empty(entry["shape"], dtype=_DTYPES[entry["dtype"]])
        return np.memmap(
            self.path,
            dtype=_DTYPES[entry["dtype"]],
            mode="r",
            offset=self._start + entry["data_offsets"][0],
            shape=tuple(entry["shape"]),
        )


_DTYPES = {"U8": np.uint8, "F16": np.float16, "F32": np.float32, "F64": np.float64, "I64": np.int64}


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Entries of a safetensors file and where its data start; checks that none is missing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_HEADER_LENGTH), "little")
        if not 0 < length <= min(size, _LARGEST_HEADER):
            raise CacheError(f"{path} does not begin like a shard of activations.")
        content = file.read(length)
    try:
        entries = json.loads(content)
        entries.pop("__metadata__", None)
        start = _HEADER_LENGTH + length
        end = start + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
        whole = _is_consistent(entries)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise CacheError(f"{path} has a header that cannot be read: {error}.") from error
    if size != end:
        raise CacheError(f"{path} has {size} bytes where its header announces {end}.")
    if not whole:
        raise CacheError(f"{path} is not a shard of activations: its arrays do not fit together.")
    return entries, start


def _is_consistent(entries: Mapping[str, Any]) -> bool:
    """Fingerprints of 16 bytes, as many rows in every array, and the bytes that shapes ask for."""
    if FINGERPRINTS not in entries or entries[FINGERPRINTS]["dtype"] != "U8":
        return False
    n_rows, width = entries[FINGERPRINTS]["shape"]
    if width != 16:
        return False
    for entry in entries.values():
        first, last = entry["data_offsets"]
        needed = math.prod(entry["shape"]) * np.dtype(_DTYPES[entry["dtype"]]).itemsize
        if entry["shape"][0] != n_rows or first < 0 or last - first != needed:
            return False
    return True
