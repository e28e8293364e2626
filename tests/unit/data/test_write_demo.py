from __future__ import annotations

import numpy as np
from skimage import data

from headstart.data.demo import write_demo
from headstart.data.folders import read_folder


def columns_of(item, photograph) -> int:
    """Left column of the place in the photograph that the patch was cut from."""
    patch = np.asarray(item.open())[:, :, 0]
    windows = np.lib.stride_tricks.sliding_window_view(photograph, (1, 96))[:, :, 0]
    tops, lefts = np.nonzero((windows == patch[0]).all(axis=2))
    for top, left in zip(tops, lefts, strict=True):
        if (photograph[top : top + 96, left : left + 96] == patch).all():
            return int(left)
    raise LookupError("the patch is not of this photograph")


def test_the_demo_is_an_ordinary_folder_without_leaks(tmp_path):
    train_folder, test_folder = write_demo(tmp_path)
    train, test = read_folder(train_folder), read_folder(test_folder)
    assert (train_folder, test_folder) == (tmp_path / "train", tmp_path / "test")
    assert np.unique(train.labels, return_counts=True)[1].tolist() == [60, 60, 60]
    assert np.unique(test.labels, return_counts=True)[1].tolist() == [30, 30, 30]
    assert set(test.labels) == {"brick", "grass", "gravel"}
    assert len({*train.fingerprints, *test.fingerprints}) == 270
    assert train.quarantined == test.quarantined == ()
    photographs = {name: getattr(data, name)() for name in ("brick", "grass", "gravel")}
    for part, low, high in ((train, 0, 320), (test, 352, 512)):
        for row in range(0, len(part), 7):
            left = columns_of(part.items[row], photographs[part.labels[row]])
            assert low <= left
            assert left + 96 <= high


def test_a_second_demo_changes_nothing_and_repairs_what_was_changed(tmp_path):
    first, _ = write_demo(tmp_path)
    before = read_folder(first).fingerprints
    (first / "brick" / "brick_00.png").write_bytes(b"")
    (first / "grass" / "grass_59.png").unlink()
    write_demo(tmp_path)
    assert read_folder(first).fingerprints == before
