from __future__ import annotations

import struct
import threading
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from headstart.data.images import MOST_PIXELS, check_header, open_image, whole_size
from headstart.errors import UnreadableInputError


def saved(image: Image.Image, kind: str, **options) -> bytes:
    content = BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def pixel(content, place=(0, 0)):
    image = open_image(content)
    assert image.mode == "RGB"
    return image.getpixel(place)


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


RAMP_16 = np.array([[0, 257, 25700, 65535]], dtype=np.uint16)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind):
    image = open_image(saved(Image.fromarray(RAMP_16), kind))
    assert np.asarray(image)[0, :, 0].tolist() == [0, 1, 100, 255]


def test_16_bit_of_the_other_byte_order_is_scaled_too():
    image = Image.frombytes("I;16B", (4, 1), RAMP_16.astype(">u2").tobytes())
    assert np.asarray(open_image(image))[0, :, 0].tolist() == [0, 1, 100, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 100, 255]], np.int32), [0, 100, 255]),
        (np.array([[0, 25700, 65535]], np.int32), [0, 100, 255]),
        (np.array([[-100, 0, 100]], np.int32), [0, 128, 255]),
        (np.array([[0.0, 0.2, 1.0]], np.float32), [0, 51, 255]),
        (np.array([[0.0, 51.0, 255.0]], np.float32), [0, 51, 255]),
        (np.array([[-1e6, 0.0, 1e6]], np.float32), [0, 128, 255]),
        (np.array([[np.nan, 0.2, 1.0]], np.float32), [0, 51, 255]),
        (np.array([[7e7, 7e7]], np.float32), [0, 0]),
    ],
)
def test_deep_tiff_is_scaled_to_its_usual_white(values, expected):
    image = open_image(saved(Image.fromarray(values), "TIFF"))
    assert np.asarray(image)[0, :, 0].tolist() == expected


def test_float_tiff_without_a_finite_pixel_is_refused():
    content = saved(Image.fromarray(np.full((2, 2), np.nan, np.float32)), "TIFF")
    with pytest.raises(UnreadableInputError, match=r"^no pixel holds a finite number$"):
        open_image(content)


def test_grey_bilevel_and_cmyk_become_rgb():
    assert pixel(saved(Image.new("L", (3, 3), 90), "PNG")) == (90, 90, 90)
    assert pixel(saved(Image.new("1", (3, 3), 1), "PNG")) == (255, 255, 255)
    red = pixel(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert red[0] > 250
    assert max(red[1:]) < 6


def test_lab_becomes_rgb():
    grey = pixel(saved(Image.new("LAB", (2, 2), (128, 128, 128)), "TIFF"))
    assert max(grey) - min(grey) <= 3
    assert 110 < grey[0] < 130


def test_palette_keeps_its_colours():
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    assert pixel(saved(image, "PNG")) == (10, 200, 30)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
def test_transparent_palette_lies_on_white(transparency):
    image = Image.new("P", (2, 1), 1)
    image.putpalette([5, 6, 7, 10, 200, 30])
    image.putpixel((1, 0), 0)
    content = saved(image, "PNG", transparency=transparency)
    assert pixel(content) == (255, 255, 255)
    assert pixel(content, (1, 0)) == (5, 6, 7)


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("RGBA", (255, 255, 255, 255))]
)
def test_alpha_lies_on_white(mode, colour):
    assert pixel(saved(Image.new(mode, (2, 2), colour), "PNG")) == (255, 255, 255)


def test_half_transparent_black_is_middle_grey():
    assert pixel(saved(Image.new("RGBA", (2, 2), (0, 0, 0, 128)), "PNG")) == (127, 127, 127)


def test_rgb_with_a_transparent_colour_lies_on_white():
    content = saved(Image.new("RGB", (2, 2), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    assert pixel(content) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert Image.open(BytesIO(content)).n_frames == 2
    assert pixel(content) == (255, 0, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "TGA"])
def test_one_pixel_is_enough(kind):
    assert open_image(saved(Image.new("RGB", (1, 1), "white"), kind)).size == (1, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind, orientation):
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :8] = 255  # white in the upper left corner
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = open_image(saved(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif))
    assert image.size == (32, 16)
    assert np.abs(np.asarray(image, int) - upright).mean() < 8


@pytest.mark.filterwarnings("error")
def test_damaged_exif_does_not_cost_the_picture():
    content = saved(Image.new("RGB", (8, 8), "red"), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff")
    assert open_image(content).size == (8, 8)


@pytest.mark.parametrize(
    ("size", "at_least", "expected"),
    [((400, 200), 100, (200, 100)), ((400, 200), 101, (400, 200)), ((64, 64), 8, (8, 8))],
)
def test_jpeg_is_drafted_no_smaller_than_asked(photo, size, at_least, expected):
    assert open_image(photo(size=size), at_least).size == expected


@pytest.mark.parametrize("at_least", [None, 8, 100, 300])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(("turn", "expected"), [(1, (401, 203)), (3, (401, 203)), (6, (203, 401))])
def test_however_it_was_decoded_it_says_how_large_it_is(at_least, mode, turn, expected):
    exif = Image.Exif()
    exif[0x0112] = turn
    content = saved(Image.new(mode, (401, 203)), "JPEG", exif=exif)
    image = open_image(content, at_least)
    assert whole_size(image) == expected
    drafted = at_least is not None and 2 * at_least <= 203
    assert (image.size == expected) != drafted


def test_pictures_that_were_not_decoded_smaller_carry_nothing_about_it(photo):
    content = photo(size=(40, 20))
    assert open_image(content).info.keys() == Image.open(BytesIO(content)).info.keys()
    assert whole_size(Image.new("L", (4, 3))) == (4, 3)


def test_at_least_leaves_other_kinds_and_small_pictures_alone(photo):
    assert open_image(photo(size=(20, 10)), 224).size == (20, 10)
    assert open_image(photo(kind="PNG", size=(64, 64)), 8).size == (64, 64)


def test_an_rgb_picture_is_handed_back_uncopied():
    image = Image.new("RGB", (4, 4))
    assert open_image(image) is image


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"^empty file \(0 bytes\)$"),
        (b"hello, world", r"^not a picture: starts with b'hello, world'$"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", r"^a HEIC picture, .* save it as JPEG$"),
        (bytes(100), "^not a picture: all 100 bytes are zero$"),
        (b"\xff\xd8\xff\xe0", "^cut short or damaged: starts like a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "^cut short or damaged: starts like a PNG|^cut short"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "^not a picture"),
        (png_header(100_000, 100_000), f"^100000 x 100000 pixels; at most {MOST_PIXELS} are"),
        (png_header(12_000, 14_914), "^12000 x 14914 pixels; at most"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_is_no_picture_is_refused_with_a_reason(content, reason):
    with pytest.raises(UnreadableInputError, match=reason):
        open_image(content)


def test_the_limit_is_where_pillows_own_refusal_is():
    check_header(png_header(12_000, 14_913))
    assert 12_000 * 14_913 <= MOST_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


def test_own_limit_holds_when_pillows_is_off(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    with pytest.raises(UnreadableInputError, match=r"^100000 x 100000 pixels"):
        check_header(png_header(100_000, 100_000))


@pytest.mark.filterwarnings("error")
def test_between_pillows_warning_and_the_limit_nothing_is_raised(monkeypatch, photo):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # 40 x 30 is above it: a warning
    assert open_image(photo()).size == (40, 30)


KINDS = {"JPEG": {}, "PNG": {}, "GIF": {}, "WEBP": {}, "BMP": {}, "PPM": {}, "TIFF": {}}
KINDS |= {"progressive": {"progressive": True}, "LZW": {"compression": "tiff_lzw"}}


@pytest.mark.parametrize("tolerant", [False, True], ids=["", "LOAD_TRUNCATED_IMAGES"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_is_never_accepted(monkeypatch, kind, tolerant):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", tolerant)
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    options = KINDS[kind]
    kind = {"progressive": "JPEG", "LZW": "TIFF"}.get(kind, kind)
    content = saved(Image.fromarray(pixels), kind, **options)
    for share in (0.02, 0.3, 0.6, 0.9):
        with pytest.raises(UnreadableInputError, match=r"cut short|cannot be decoded|damaged"):
            open_image(content[: int(len(content) * share)])


@pytest.mark.parametrize("tolerant", [False, True], ids=["", "LOAD_TRUNCATED_IMAGES"])
def test_whole_files_are_read_under_either_switch(monkeypatch, photo, tolerant):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", tolerant)
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "PPM", "TIFF"):
        assert open_image(photo(kind=kind)).size == (40, 30)


@pytest.mark.parametrize("error", [struct.error("x"), SyntaxError("x"), EOFError(), ValueError()])
def test_whatever_a_decoder_raises_becomes_one_kind_of_error(monkeypatch, photo, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(UnreadableInputError, match=r"^cut short: |^cannot be decoded: "):
        open_image(photo())


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 2), np.float32), np.zeros((2, 2, 2), np.uint8), np.zeros(4, np.uint8)],
)
def test_arrays_of_another_kind_are_refused(array):
    with pytest.raises(UnreadableInputError, match=r"accepted: uint8 of shape \(h, w\)"):
        open_image(array)


def test_an_empty_array_is_refused():
    with pytest.raises(UnreadableInputError, match="at least 1 x 1 is needed"):
        open_image(np.zeros((0, 5, 3), np.uint8))


def test_arrays_become_pictures():
    assert pixel(np.full((2, 2), 7, np.uint8)) == (7, 7, 7)
    assert pixel(np.full((2, 2, 1), 7, np.uint8)) == (7, 7, 7)
    assert pixel(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)[:, ::-1]) == (4, 5, 6)
    assert pixel(np.zeros((2, 2, 4), np.uint8)) == (255, 255, 255)


def warning_picture() -> bytes:
    """A PNG whose animation chunk makes Pillow warn."""
    content = saved(Image.new("RGB", (8, 8), "red"), "PNG")
    chunk = b"acTL" + struct.pack(">II", 0, 0)
    return (
        content[:33]
        + struct.pack(">I", 8)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + (content[33:])
    )


def test_pillows_warnings_stay_off_the_screen_and_others_do_not():
    content = warning_picture()
    with pytest.warns(UserWarning, match="Invalid APNG"):
        Image.open(BytesIO(content))
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        open_image(content)
        assert warnings.filters == filters
        warnings.warn("mine", UserWarning, stacklevel=1)
    assert [str(one.message) for one in shown] == ["mine"]


@pytest.mark.filterwarnings("error")
def test_many_threads_leave_the_warning_filters_as_they_were(photo):
    contents = [warning_picture(), photo(), b"", photo(kind="PNG")[:90]]
    filters, failures = list(warnings.filters), []

    def work():
        for content in contents * 20:
            try:
                open_image(content)
            except UnreadableInputError:
                continue
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert warnings.filters == filters


def test_nothing_of_pillows_global_state_changes(photo):
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, Image.WARN_POSSIBLE_FORMATS
    open_image(photo(), 10)
    with pytest.raises(UnreadableInputError, match="100000 x 100000"):
        open_image(png_header(100_000, 100_000))
    after = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, Image.WARN_POSSIBLE_FORMATS
    assert before == after
