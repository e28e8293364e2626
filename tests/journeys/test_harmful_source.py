"""A source that learned nothing, given as if it were a good one: what a person gets instead."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart

SOURCE = "timm/resnet10t"
CLASSICAL = "pixels and HOG, logistic regression"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Random weights in a file, as somebody's download would be."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    save_file(timm.create_model("resnet10t", pretrained=False).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    """A bright square on one side and a dark one on the other, in noise: the side is the class."""
    folder = tmp_path_factory.mktemp("squares")
    random = np.random.default_rng(0)
    for label in ("left", "right"):
        (folder / label).mkdir()
        for number in range(40):
            pixels = random.integers(90, 150, (32, 32, 3))
            for column, sign in ((4, 1), (18, -1)) if label == "left" else ((18, 1), (4, -1)):
                row, start = random.integers(4, 18), column + random.integers(0, 3)
                pixels[row : row + 8, start : start + 8] += sign * random.integers(20, 90)
            name = folder / label / f"{number}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(name)
    return folder


@pytest.fixture(scope="module")
def fallen(squares, weights, tmp_path_factory):
    here = tmp_path_factory.mktemp("here")
    source = ("--source", SOURCE, "--weights", weights)
    return here, headstart("fit", squares, *source, "--out", "run", cwd=here)


def test_the_summary_says_that_transfer_was_not_saved(fallen):
    lines = fallen[1].stdout.splitlines()
    assert lines[0] == "16 test pictures, learned from 64 without transfer (classical)"
    assert lines[2].split() == [
        "this",
        "model",
        "95",
        "%",
        "interval",
        "majority",
        "random",
        "transfer",
    ]
    assert f"  this model: {CLASSICAL}, without transfer" in lines
    assert f"  transfer: with transfer from {SOURCE}" in lines
    assert any(line.startswith("Note: ") and "was saved in its place" in line for line in lines)


def test_the_run_holds_the_figures_of_both(fallen):
    run = fallen[0] / "run"
    result = json.loads((run / "result.json").read_text())
    assert (result["source"], result["fallback"]) == ("classical", CLASSICAL)
    assert result["with_transfer"]["source"] == SOURCE
    assert set(result["with_transfer"]["test"]) == set(result["test"])
    better = (
        result["test"]["accuracy"]["value"] - result["with_transfer"]["test"]["accuracy"]["value"]
    )
    assert result["difference"]["value"] == pytest.approx(-better)
    assert not (run / "backbone").exists()


def test_it_predicts_and_reports(fallen, squares):
    here = fallen[0]
    pictures = [squares / label / "3.png" for label in ("left", "right")]
    done = headstart("predict", "run", *pictures, "missing.png", cwd=here)
    answers = [line.split("\t")[1] for line in done.stdout.splitlines()]
    assert answers == ["left", "right", "-"]
    page = (here / "run" / "report.html").read_text()
    assert f"Your model is the one without transfer: “{CLASSICAL}”." in page
    assert f"with transfer from {SOURCE}" in page
    headstart("report", "run", "--out", "page.md", cwd=here)
    assert "should I transfer: no." in (here / "page.md").read_text()


def test_the_model_with_transfer_can_be_kept(squares, weights, tmp_path):
    source = ("--source", SOURCE, "--weights", weights, "--keep-transfer", "--json")
    done = headstart("fit", squares, *source, "--out", "run", cwd=tmp_path)
    result = json.loads(done.stdout)
    assert (result["source"], result["fallback"], result["with_transfer"]) == (SOURCE, None, None)
    assert any("saved all the same" in note for note in result["notes"])
    assert (tmp_path / "run" / "backbone").is_dir()
