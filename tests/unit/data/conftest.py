"""Pictures, whole and broken, for the tests of reading."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photo() -> Callable[..., bytes]:
    """Bytes of a picture that depends on ``seed``."""

    def make(seed: int = 0, kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
        pixels = np.random.default_rng(seed).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)
        content = BytesIO()
        Image.fromarray(pixels).save(content, kind)
        return content.getvalue()

    return make


@pytest.fixture
def pets(tmp_path: Path, photo: Callable[..., bytes]) -> Path:
    """A folder of two classes with three pictures each."""
    root = tmp_path / "pets"
    for number, name in enumerate(("cat", "dog")):
        (root / name).mkdir(parents=True)
        for place in range(3):
            (root / name / f"{place}.jpg").write_bytes(photo(10 * number + place))
    return root
