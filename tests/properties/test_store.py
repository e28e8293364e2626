"""Whatever is stored in whatever parts, what is read is what was written."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.activations.key import ActivationKey
from headstart.activations.shard import Shard
from headstart.activations.store import ActivationStore
from headstart.errors import CacheError

KEY = ActivationKey("source", "weights", "preprocessing", "engine", "f32", ("a", "b"))
WIDTHS = st.integers(0, 3)


def fingerprint(number):
    return number.to_bytes(16, "little")


def arrays(numbers, width):
    """Rows that follow from their numbers, so that duplicates agree."""
    column = np.array(numbers, dtype=np.float32)[:, None]
    return {"a": column + np.arange(width, dtype=np.float32), "b": column.astype(np.float64)}


@given(
    parts=st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=6), min_size=1, max_size=5),
    width=WIDTHS,
    data=st.data(),
)
def test_any_order_of_rows_comes_back(parts, width, data):
    known = sorted({number for part in parts for number in part})
    asked = data.draw(st.lists(st.sampled_from(known), max_size=8))
    with TemporaryDirectory() as folder:
        store = ActivationStore(Path(folder), limit=10**9)
        table = store.table(KEY)
        for part in parts:
            table.append([fingerprint(number) for number in part], arrays(part, width))
        for reader in (table, store.table(KEY)):
            assert len(reader) == len(known)
            for name, expected in arrays(asked, width).items():
                read = reader.read([fingerprint(number) for number in asked], name)
                np.testing.assert_array_equal(read, expected)
                assert read.dtype == expected.dtype


@given(n_rows=st.integers(1, 4), width=WIDTHS, share=st.floats(0, 1, exclude_max=True))
def test_a_shard_cut_anywhere_is_noticed(n_rows, width, share):
    with TemporaryDirectory() as folder:
        store = ActivationStore(Path(folder), limit=10**9)
        table = store.table(KEY)
        numbers = list(range(n_rows))
        table.append([fingerprint(number) for number in numbers], arrays(numbers, width))
        (path,) = table.folder.glob("*.safetensors")
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(CacheError, match=r"does not begin|cannot be read|bytes where"):
            Shard(path)
        assert len(store.table(KEY)) == 0
        assert not path.exists()
