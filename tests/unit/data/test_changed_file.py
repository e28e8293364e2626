"""A file that changes between reading and decoding."""

from __future__ import annotations

import pytest
from PIL import Image

from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.items import FileItem
from headstart.errors import UnreadableInputError


def test_a_file_that_changed_is_not_taken_for_what_it_was(tmp_path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (4, 4), "red").save(path)
    item = FileItem(str(path), fingerprint_bytes(path.read_bytes()))
    assert item.open().getpixel((0, 0)) == (255, 0, 0)
    Image.new("RGB", (4, 4), "blue").save(path)
    with pytest.raises(UnreadableInputError, match="changed while the data set was being read"):
        item.open()
