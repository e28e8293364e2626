"""What more labels would bring, and which to get: as a person runs it."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart, headstart_process


def write_pictures(folder, colours, count, seed):
    rng = np.random.default_rng(seed)
    for name, colour in colours.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            noise = rng.integers(-60, 60, (48, 48, 3))
            pixels = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curve")
    write_pictures(folder / "photos", {"warm": (140, 90, 80), "cold": (90, 90, 140)}, 15, 0)
    write_pictures(folder / "new", {"any": (115, 90, 110)}, 12, 1)
    (folder / "new" / "any" / "broken.png").write_bytes(b"no picture")
    return folder


def test_the_curve_is_shown_and_gone_on_with(photos):
    done = headstart("curve", "photos", "--target", "0.9", cwd=photos)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "Accuracy by number of labels, of 30 pictures with bundled/efficientnet-lite0"
    )
    columns = ["labels", "with transfer", "95 % interval", "without transfer", "95 % interval"]
    assert re.split(r"  +", lines[1].strip()) == columns
    assert lines[2].split()[0] == "8"
    assert any("for 0.900" in line or "0.900 is out of reach" in line for line in lines)
    assert lines[-1].startswith("Took ")


def test_json_is_one_object(photos):
    plain = json.loads(headstart_process("curve", "photos", "--json", cwd=photos).stdout)
    assert [curve["name"] for curve in plain["curves"]] == ["with transfer", "without transfer"]
    assert plain["n_labels"] == 30
    assert plain["more"].keys() == {"value", "low", "high"}


def test_a_wrong_target_is_one_message(photos):
    done = headstart("curve", "photos", "--target", "95", cwd=photos, check=2)
    assert done.stderr.startswith("headstart: The target is 95.0; it is the accuracy to reach")


def test_the_next_labels_are_listed(photos):
    headstart("fit", "photos", "--out", "run", cwd=photos)
    done = headstart("label-next", "run", "new", "--count", 4, "--out", "next.csv", cwd=photos)
    lines = done.stdout.splitlines()
    assert [line.split("\t")[1] in ("warm", "cold") for line in lines[:4]] == [True] * 4
    assert "broken.png\t-\t-\tcannot be read" in lines[4]
    with (photos / "next.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["input"] for row in rows}) == 4
    assert all(row["label"] == "" for row in rows)
    done = headstart_process("label-next", "run", "new", "--json", cwd=photos)
    told = json.loads(done.stdout)
    assert len(told["label_next"]) == 12
    assert len(told["unreadable"]) == 1
