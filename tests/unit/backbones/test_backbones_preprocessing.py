import numpy as np
import pytest
import torch
from PIL import Image
from PIL.Image import Resampling

from headstart.backbones.preprocessing import INTERPOLATIONS, Preprocessing
from headstart.errors import InputError, SourceError

FACTS = Preprocessing((224, 224), 0.875, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.25, 0.125))


def picture(width, height):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize("size", [(256, 256), (500, 333), (31, 400), (1, 1), (2, 900)])
def test_pixels_have_the_size_of_the_network(size):
    pixels = FACTS.pixels(picture(*size))
    assert pixels.shape == (224, 224, 3)
    assert pixels.dtype == np.uint8


def test_a_crop_without_resizing_copies_the_centre():
    image = picture(20, 16)
    pixels = Preprocessing((8, 8), 0.5, "nearest", (0.0,) * 3, (1.0,) * 3).pixels(image)
    assert np.array_equal(pixels, np.asarray(image)[4:12, 6:14])


def test_resize_and_crop_in_one_call_are_close_to_one_after_the_other():
    ramp = np.linspace(0, 255, 512).astype(np.uint8)
    image = Image.fromarray(np.stack([np.tile(ramp, (400, 1))] * 3, axis=-1))
    two_steps = np.asarray(image.resize((328, 256), Resampling.BICUBIC))[16:240, 52:276]
    difference = np.abs(FACTS.pixels(image).astype(int) - two_steps.astype(int))
    assert difference.max() <= 2


def test_an_oblong_network_input_keeps_the_aspect_ratio():
    facts = Preprocessing((10, 20), 1.0, "box", (0.0,) * 3, (1.0,) * 3)
    assert facts.crop_box(100, 100) == (0.0, 25.0, 100.0, 75.0)
    assert facts.pixels(picture(100, 100)).shape == (10, 20, 3)


def test_every_interpolation_is_one_of_pillows():
    assert {name.upper() for name in INTERPOLATIONS} <= {filter.name for filter in Resampling}


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P"])
def test_other_modes_are_refused(mode):
    with pytest.raises(InputError, match=f"mode '{mode}'; accepted: 'RGB'"):
        FACTS.pixels(Image.new(mode, (8, 8)))


def test_normalise_subtracts_the_mean_and_divides_by_the_deviation():
    batch = torch.full((2, 4, 6, 3), 255, dtype=torch.uint8)
    batch[1] = 0
    result = FACTS.normalise(batch)
    assert result.shape == (2, 3, 4, 6)
    assert result[0, :, 0, 0].tolist() == [1.0, 2.0, 4.0]
    assert result[1, :, 3, 5].tolist() == [-1.0, -2.0, -4.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": [0, 224]}, r"size .* is \(0, 224\)"),
        ({"crop_fraction": 1.5}, "crop_fraction .* is 1.5; accepted: a number above 0"),
        ({"interpolation": "smooth"}, "interpolation .* 'smooth'; accepted: nearest"),
        ({"std": [0.0, 1.0, 1.0]}, "std"),
        ({"colour": "red"}, "cannot be understood.*colour"),
    ],
)
def test_facts_that_make_no_sense_are_refused(change, message):
    with pytest.raises(SourceError, match=message):
        Preprocessing.from_dict({**FACTS.to_dict(), **change})


def test_plain_data_is_json_and_back():
    import json

    assert Preprocessing.from_dict(json.loads(json.dumps(FACTS.to_dict()))) == FACTS


WHOLE = Preprocessing((40, 60), 1.0, "bilinear", (0.2, 0.4, 0.6), (0.5,) * 3, whole=True)


@pytest.mark.parametrize("size", [(20, 10), (10, 20), (300, 200), (1, 1), (300, 20)])
def test_a_whole_picture_stands_in_the_middle_of_the_mean_colour(size):
    pixels = WHOLE.pixels(Image.new("RGB", size, (250, 5, 5)))
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    is_picture = (pixels == (250, 5, 5)).all(axis=2)
    is_around = (pixels == (51, 102, 153)).all(axis=2)
    assert is_picture.any()
    mixed = ~(is_picture | is_around)  # at an edge between two pixels of the canvas alone
    assert mixed.sum() <= 2 * (40 + 60)
    scale = min(60 / size[0], 40 / size[1])
    assert is_picture.sum() == pytest.approx(size[0] * size[1] * scale**2, abs=2 * (40 + 60))
    assert np.array_equal(is_picture, is_picture[::-1, ::-1])
    full = [(is_picture | mixed).any(axis=axis).all() for axis in (0, 1)]
    assert any(full)


def test_a_whole_picture_of_the_canvas_is_copied():
    image = picture(60, 40)
    assert np.array_equal(WHOLE.pixels(image), np.asarray(image))


def test_facts_of_central_crops_are_written_as_before_there_was_a_choice():
    assert list(FACTS.to_dict()) == ["size", "crop_fraction", "interpolation", "mean", "std"]
    assert WHOLE.to_dict()["whole"] is True
    assert Preprocessing.from_dict(WHOLE.to_dict()) == WHOLE
    assert not Preprocessing.from_dict(FACTS.to_dict()).whole
