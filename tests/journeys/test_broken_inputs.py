"""A folder as people have them: much of it broken, and the job is done all the same."""

from __future__ import annotations

import json
import os
import shutil
import zlib

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from headstart import load
from headstart.cli.app import app

#: What each file is, and what the reason has to speak of.
BROKEN = {
    "empty.jpg": "empty",
    "text.jpg": "picture",
    "cut.jpg": "",
    "cut.png": "",
    "bomb.png": "pixels",
    "dangling.png": "",
}


def photo(colour, seed):
    noise = np.random.default_rng(seed).integers(-40, 40, (64, 64, 3))
    return Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken") / "photos"
    for name, colour in {"red": (200, 40, 40), "ünï blue": (40, 40, 200)}.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            photo(colour, number).save(folder / name / f"{number}.png")
    write_broken(folder / "red")
    write_odd(folder / "red")
    (folder / "empty class").mkdir()
    (folder / "README").write_text("my photos")
    return folder


def write_broken(folder):
    whole = folder / "0.png"
    photo((200, 40, 40), 70).resize((500, 500)).save(folder / "cut.jpg")
    for name, source in {"cut.jpg": folder / "cut.jpg", "cut.png": whole}.items():
        content = source.read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("not a picture")
    (folder / "dangling.png").symlink_to(folder / "nowhere.png")
    header = bytearray(whole.read_bytes())
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    (folder / "bomb.png").write_bytes(header)


def write_odd(folder):
    red = photo((200, 40, 40), 80)
    red.convert("L").save(folder / "grey.png")
    Image.fromarray(np.full((64, 64), 40_000, dtype=np.uint16)).save(folder / "16 bit.png")
    red.convert("CMYK").save(folder / "cmyk.jpg")
    red.convert("P").save(folder / "palette.png")
    red.convert("RGBA").save(folder / "alpha.png")
    red.resize((1, 1)).save(folder / "one pixel.png")
    red.save(folder / "moving.gif", save_all=True, append_images=[red.rotate(90)])
    exif = Image.Exif()
    exif[0x0112] = 6
    red.rotate(90).save(folder / "turned.jpg", exif=exif)
    shutil.copy(folder / "turned.jpg", folder / "猫 \N{GRINNING FACE}.jpg")


@pytest.fixture(scope="module")
def fitted(photos):
    run = photos.parent / "run"
    done = CliRunner().invoke(app, ["fit", str(photos), "--out", str(run)])
    assert done.exit_code == 0, done.output
    return run, done.stdout.splitlines()


def test_every_broken_file_is_listed_with_a_reason(fitted):
    run, _ = fitted
    rows = json.loads((run / "result.json").read_bytes())["quarantined"]
    reasons = {os.path.basename(row["input"]): row["reason"] for row in rows}
    assert set(reasons) == set(BROKEN)
    for name, word in BROKEN.items():
        assert word in reasons[name]
        assert reasons[name].isprintable()
        assert "0x" not in reasons[name]


def test_the_screen_counts_them_and_names_the_first(fitted):
    _, lines = fitted
    start = lines.index(f"Set aside, because they could not be used: {len(BROKEN)}")
    assert lines[start + 1].startswith("  ")
    assert lines[start + 6] == "  ... and 1 more in result.json"
    assert "Note: The class folder 'empty class' is empty and was left out." in lines
    assert any("README" in line for line in lines)


def test_the_rest_is_fitted(fitted):
    run, _ = fitted
    result = load(run).result_
    assert result.n_train + result.n_test == 24 + 9
    assert result.classes == ("red", "ünï blue")


def test_predict_gives_each_its_own_row_in_the_order_of_the_folder(fitted, photos):
    run, _ = fitted
    done = CliRunner().invoke(app, ["predict", str(run), str(photos / "red"), "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["predictions"]
    assert [row["input"] for row in rows] == sorted(map(str, (photos / "red").iterdir()))
    assert {os.path.basename(row["input"]) for row in rows if "reason" in row} == set(BROKEN)


def test_the_report_is_written_and_names_them(fitted):
    run, _ = fitted
    page = (run / "report.html").read_text()
    assert "dangling.png" in page
    assert "ünï blue" in page
