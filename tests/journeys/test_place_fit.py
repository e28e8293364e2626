"""Learning where things are, as a person runs it: annotations in, a run out."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart
from tests.tiny_places import label_of, scene

SIZE = (64, 64)
QUICK = ("--source", "bundled/efficientnet-lite0@64x64", "--epochs", "2")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Eight pictures with a box each; a table of boxes, one of parts, and a folder of masks."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "images").mkdir()
    (folder / "masks").mkdir()
    rows = [["image", "label", "xmin", "ymin", "xmax", "ymax"]]
    for seed in range(8):
        picture, corners, names = scene(seed, SIZE, 1, ("red", "blue"))
        picture.save(folder / "images" / f"{seed}.png")
        codes = label_of("segmentation", SIZE, corners, names, ("red", "blue")).codes()
        Image.fromarray(codes).save(folder / "masks" / f"{seed}.png")
        rows.append([f"{seed}.png", names[0], *corners[0]])
    _write(folder / "boxes.csv", rows)
    parts = [
        ["name", "split"],
        *([f"{seed}", "test" if seed > 5 else "train"] for seed in range(8)),
    ]
    _write(folder / "parts.csv", parts)
    _write(folder / "classes.csv", [["value", "name"], [0, "ground"], [1, "red"], [2, "blue"]])
    return folder


def _write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def test_boxes_are_learned_from_a_table_and_a_table_of_parts(data):
    given = ("boxes.csv", "--images", "images", "--task", "detect", "--split", "parts.csv")
    done = headstart("fit", *given, *QUICK, "--json", "--out", "boxes-run", cwd=data)
    result = json.loads(done.stdout)
    assert result == json.loads((data / "boxes-run" / "result.json").read_bytes())
    assert (result["task"], result["modality"]) == ("detection", "image")
    assert (result["n_train"], result["n_test"]) == (6, 2)
    assert set(result["test"]) == {"ap", "ap50", "ap75"}
    for figure in result["test"].values():
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert len(result["baselines"]) == 2
    assert result["compared_with"] in [one["name"] for one in result["baselines"]]
    assert result["verdict"] in ("transfer helps", "no measurable difference", "transfer hurts")
    assert {"encode", "train", "the random twin", "evaluate"} <= set(result["seconds"])
    assert result["quarantined"] == []
    lines = (data / "boxes-run" / "predictions.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert len({row["input"] for row in rows}) == 2
    assert "<html" in (data / "boxes-run" / "report.html").read_text("utf-8")


def test_the_class_of_each_pixel_is_learned_from_masks(data):
    given = ("images", "--masks", "masks", "--classes", "classes.csv", "--no-random-twin")
    done = headstart("fit", *given, *QUICK, "--out", "masks-run", cwd=data)
    assert done.stderr == ""
    assert "mean IoU" in done.stdout or "mean_iou" in done.stdout
    assert "Run: masks-run" in done.stdout
    result = json.loads((data / "masks-run" / "result.json").read_bytes())
    assert result["task"] == "segmentation"
    assert set(result["per_class"]) <= {"ground", "red", "blue"}
    said = headstart("predict", "masks-run", "images/0.png", "--json", cwd=data)
    (row,) = json.loads(said.stdout)["predictions"]
    assert set(row["shares"]) == {"ground", "red", "blue"}
    assert sum(row["shares"].values()) == pytest.approx(1, abs=1e-4)


def test_one_box_a_picture_is_learned(data):
    given = ("boxes.csv", "--images", "images", "--task", "locate", "--no-random-twin")
    done = headstart("fit", *given, *QUICK, "--json", "--out", "one-run", cwd=data)
    result = json.loads(done.stdout)
    assert (result["task"], result["n_train"] + result["n_test"]) == ("localisation", 8)
    answers = json.loads(headstart("predict", "one-run", "images", "--json", cwd=data).stdout)
    assert [len(row["boxes"]) for row in answers["predictions"]] == [1] * 8


def test_a_source_is_chosen_and_the_fit_keeps_to_its_time(data):
    sources = ("--source", "bundled/efficientnet-lite0@64x64", "--source", "torchvision/gone")
    limited = ("--epochs", "500", "--time-limit", "1", "--out", "limited-run")
    done = headstart("fit", *BOXES, *sources, *limited, cwd=data)
    told = " ".join(done.stdout.split())
    assert "of 500 epochs" in told
    assert "The source torchvision/gone was left out of the choice:" in told
    assert "There was no time for the same head on random weights" in told
    evidence = json.loads((data / "limited-run" / "evidence.json").read_bytes())
    (choice,) = [one for one in evidence["decisions"] if one["question"] == "which source"]
    assert choice["answer"] == "bundled/efficientnet-lite0@64x64"
    assert choice["reason"] == "No other source can be used."


BOXES = ("boxes.csv", "--images", "images", "--task", "detect")


def test_a_curve_of_boxes(data):
    given = (*BOXES, *QUICK, "--split", "parts.csv", "--no-random-twin")
    told = json.loads(headstart("curve", *given, "--json", cwd=data).stdout)
    (curve,) = told["curves"]
    assert [point["labels"] for point in curve["points"]] == [6]
    assert (told["measure"], told["pays"], told["n_test"]) == ("ap50", None, 2)
    said = headstart("curve", *given, cwd=data).stdout.splitlines()
    assert said[0].startswith("AP50 by number of pictures, on 2 test pictures with bundled/")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*BOXES, "--target", "0.9"), "--target is not accepted in a curve of boxes or masks"),
        (("boxes.csv", "--images", "images"), "the task is 'auto'. Accepted with them"),
        ((*BOXES, "--text", "words"), "--text is not accepted in a curve of boxes or masks"),
        (("boxes.csv", "--epochs", "3"), "--epochs about those and about boxes and masks"),
        (("boxes.csv", "--test", "boxes.csv"), "--test is about boxes and masks"),
        ((*BOXES, "--targets", "a,b"), "--targets is not accepted in a curve of boxes or masks"),
        ((*BOXES, "--classes", "classes.csv"), "--classes is about masks"),
    ],
)
def test_what_a_curve_does_not_take_is_told(data, arguments, message):
    done = headstart("curve", *arguments, cwd=data, check=2)
    assert message in " ".join(done.stderr.split())
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("images", "--task", "segment"), "--masks is missing"),
        ((*BOXES, "--masks", "masks"), "--masks is about masks, and the task 'detect'"),
        ((*BOXES, "--split", "gone.csv"), "gone.csv"),
        ((*BOXES, "--epochs", "0"), "epochs"),
        ((*BOXES, "--time-limit", "0"), "The time limit is 0.0; it must be a number of seconds"),
        ((*BOXES, "--source", "a/b", "--source", "a/b"), "'a/b' is given 2 times"),
        ((*BOXES, "--track", "wandb"), "The tracker 'wandb' is not known; accepted: mlflow"),
        ((*BOXES, "--source", "bundled/minilm-l6"), "reads samples of kind 'text'"),
        ((*BOXES, "--source", "bundled/efficientnet-lite0@64x7"), "is '64x7'; accepted"),
        ((*BOXES, "--test-size", "1.5"), "test_size is 1.5"),
        (("boxes.csv", "--images", "masks-gone", "--task", "detect"), "masks-gone"),
    ],
)
def test_what_is_at_fault_is_told_in_one_message(data, arguments, message):
    done = headstart("fit", *arguments, "--out", "never", cwd=data, check=2)
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (data / "never").exists()


def test_pixels_are_no_masks_by_accident(data, tmp_path):
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "0.png")
    done = headstart("fit", "images", "--masks", tmp_path, *QUICK, cwd=data, check=2)
    assert "Traceback" not in done.stderr
    assert done.stderr
