"""Real photographs to try headstart on, without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.files import write_atomically

#: Photographs of 512 x 512 grey pixels that come inside scikit-image's wheel.
_PHOTOGRAPHS = ("brick", "grass", "gravel")
_SIDE = 96
#: Left edges of patches. Training patches end at column 320, test patches begin at 352.
_TRAIN_LEFT, _TRAIN_ROWS = (0, 56, 112, 168, 224), 12
_TEST_LEFT, _TEST_ROWS = (352, 384, 416), 10


def write_demo(folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a small data set of brick, grass and gravel as class folders of PNG files.

    Patches are cut from three photographs: training patches from the left, test patches from the
    right, with 32 columns between them that belong to neither, so that nothing leaks.

    Parameters
    ----------
    folder : path-like
        Made if it does not exist; files of the same names are replaced.

    Returns
    -------
    train, test : Path
        Folders with 60 and 30 patches a class, 96 x 96 pixels each.
    """
    from skimage import data

    parts = Path(folder) / "train", Path(folder) / "test"
    for name in _PHOTOGRAPHS:
        photograph = getattr(data, name)()
        _write_class(parts[0] / name, _patches(photograph, _TRAIN_LEFT, _TRAIN_ROWS))
        _write_class(parts[1] / name, _patches(photograph, _TEST_LEFT, _TEST_ROWS))
    return parts


def _patches(
    photograph: NDArray[Any], left_edges: tuple[int, ...], n_rows: int
) -> Iterator[NDArray[Any]]:
    top_edges = np.linspace(0, photograph.shape[0] - _SIDE, n_rows).astype(int)
    for top in top_edges:
        for left in left_edges:
            yield photograph[top : top + _SIDE, left : left + _SIDE]


def _write_class(folder: Path, patches: Iterator[NDArray[Any]]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for number, patch in enumerate(patches):
        content = BytesIO()
        Image.fromarray(patch).save(content, "PNG")
        path = folder / f"{folder.name}_{number:02}.png"
        # Syncing to the disk is what takes the time; a second demo need not do it again.
        if not path.is_file() or path.read_bytes() != content.getvalue():
            write_atomically(path, content.getvalue())
