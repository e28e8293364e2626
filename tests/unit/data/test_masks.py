from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.data.mask_reading import read_masks
from headstart.data.masks import ArrayMask, RegionMask, as_mask
from headstart.data.regions import Polygons, runs_of
from headstart.errors import InputError, UnreadableInputError

SQUARE = np.array([[1.0, 0], [3, 0], [3, 2], [1, 2]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.int64)])
def test_an_array_of_another_kind_is_refused(wrong):
    with pytest.raises(InputError, match=r"accepted is \(height, width\) of uint8"):
        ArrayMask(wrong)


def test_as_mask_takes_arrays_and_masks_alone():
    mask = as_mask(np.ones((2, 3), np.uint8))
    assert as_mask(mask) is mask
    with pytest.raises(InputError, match="A mask of type list was given"):
        as_mask([[1, 2]])


def test_later_regions_cover_earlier_ones():
    inner = Polygons((np.array([[2.0, 1], [3, 1], [3, 2], [2, 2]]),))
    mask = RegionMask((4, 3), ((1, Polygons((SQUARE,))), (255, inner)))
    assert mask.codes().tolist() == [[0, 1, 1, 0], [0, 1, 255, 0], [0, 0, 0, 0]]


def test_regions_on_a_picture_stored_sideways_are_turned_with_it():
    upright = RegionMask((3, 4), ((1, Polygons((SQUARE,))),), turn=6).codes()
    stored = RegionMask((4, 3), ((1, Polygons((SQUARE,))),)).codes()
    assert np.array_equal(upright, np.rot90(stored, -1))


# As pycocotools 2.0 packs them.
PACKED = (
    ("2140040LM0100020O0O0O02040N1", 0, (9, 7)),
    ("X45P16K4M2N2N2O0O2O000O2O00000001N10001N101N2N2N3L5Jk5", 1, (33, 40)),
)


@pytest.mark.parametrize(("text", "seed", "size"), PACKED)
def test_packed_runs(text, seed, size):
    width, height = size
    random = np.random.default_rng(0).random((height, width)) < 0.3
    disc = np.add.outer((np.arange(height) - 18) ** 2, (np.arange(width) - 15) ** 2) < 150
    assert np.array_equal(runs_of(text, size).inside(size), (random, disc)[seed])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2], "hold 3 pixels; the picture has 3 x 2 = 6"),
        ([7, -1], "something else than whole numbers"),
        ([1.5, 4.5], "something else than whole numbers"),
        ("PPPPPPPPPPPPPPPPPPPP", "which is no packed number"),
        (" ", "hold ' ', which is no packed number"),
        ("", "hold 0 pixels"),
    ],
)
def test_runs_that_do_not_fit(counts, message):
    with pytest.raises(UnreadableInputError, match=message):
        runs_of(counts, (3, 2))


def test_a_mask_that_changed_is_refused(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        Image.new("L", (4, 3)).save(tmp_path / folder / "a.png")
    data, _ = read_masks(tmp_path / "images", tmp_path / "masks")
    assert data.labels[0].codes().shape == (3, 4)
    Image.new("L", (4, 3), 1).save(tmp_path / "masks" / "a.png")
    with pytest.raises(UnreadableInputError, match="changed while the data set was being read"):
        data.labels[0].codes()
