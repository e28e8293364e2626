"""``headstart export``: from a fit to answers of other programs."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart, headstart_process
from tests.tiny_encoders import make_encoder, write_reviews

COLOURS = {"red": (200, 40, 40), "blue": (40, 40, 200)}


def write_pictures(folder, first, count):
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(first, first + count):
            noise = np.random.default_rng(number).integers(-30, 30, (40, 40, 3))
            pixels = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A run of pictures whose head reads the last stage, and one of texts."""
    folder = tmp_path_factory.mktemp("export")
    write_pictures(folder / "train", 0, 10)
    write_pictures(folder / "test", 20, 4)
    given = ("train", "--test", "test", "--keep-transfer")
    headstart("fit", *given, "--plan", "probe", "--out", "probed", cwd=folder)
    plan = json.loads((folder / "probed" / "manifest.json").read_bytes())["plan"]
    plan["head"] = {"stages": [plan["stages"][-1]["name"]]}
    (folder / "plan.json").write_text(json.dumps(plan))
    headstart("fit", *given, "--plan", "plan.json", "--out", "run", cwd=folder)
    make_encoder(folder / "encoder", layers=2)
    write_reviews(folder / "reviews.csv", 48)
    write_reviews(folder / "test.csv", 24, seed=1)
    source = ("--source", f"transformers/{folder / 'encoder'}", "--keep-transfer")
    headstart("fit", "reviews.csv", "--test", "test.csv", *source, "--out", "texts", cwd=folder)
    return folder


def probabilities(here, run, name):
    told = json.loads(headstart("predict", run, name, "--json", cwd=here).stdout)
    return np.array([list(row["probabilities"].values()) for row in told["predictions"]])


@pytest.fixture(scope="module")
def exported(here):
    """What the command said about the run of pictures in a form; made once."""
    return cache(lambda name: headstart("export", "run", "--format", name, cwd=here))


@pytest.mark.parametrize("name", ["onnx", "openvino", "huggingface"])
def test_pictures_in_every_form(here, exported, name):
    done = exported(name)
    assert done.stderr == ""
    first, *_, last = done.stdout.splitlines()
    assert first.startswith(
        "Checked on 8 test inputs of the run: largest difference of a probability "
    )
    assert float(first.partition("probability ")[2].split()[0]) <= 1e-3
    assert first.endswith("(both in float32; the same class for all)")
    assert last == f"Export: run-{name}"
    card = (here / f"run-{name}" / "README.md").read_text("utf-8")
    assert first in card
    assert "license: apache-2.0" in card
    assert json.loads((here / f"run-{name}" / "classes.json").read_bytes()) == ["blue", "red"]


def test_other_inputs_to_check_on_and_another_folder(here):
    given = ("--format", "openvino", "--out", "other", "--check", "train")
    first, *_, last = headstart("export", "run", *given, cwd=here).stdout.splitlines()
    assert first.startswith("Checked on 20 inputs: largest difference of a probability ")
    assert last == "Export: other"


def test_onnxruntime_says_what_the_run_says(here, exported):
    import onnxruntime

    assert exported("onnx").returncode == 0
    facts = json.loads((here / "run-onnx" / "preprocessing.json").read_bytes())
    paths = sorted((here / "test" / "red").iterdir())
    height, width = facts["size"]
    left = 40 * (1 - facts["crop"]["fraction"]) / 2
    way = Image.Resampling[facts["resize"]["interpolation"].upper()]
    box = (left, left, 40 - left, 40 - left)
    pixels = [np.asarray(Image.open(one).resize((width, height), way, box=box)) for one in paths]
    session = onnxruntime.InferenceSession(here / "run-onnx" / "model.onnx")
    (found,) = session.run(["probabilities"], {"input": np.stack(pixels)})
    assert (found.argmax(1) == 1).all()
    assert np.allclose(found, probabilities(here, "run", "test/red"), atol=0.02)  # bf16


@pytest.mark.parametrize("name", ["onnx", "openvino", "huggingface"])
def test_texts_in_every_form(here, name):
    run = headstart_process if name == "huggingface" else headstart
    done = run("export", "texts", "--format", name, "--json", cwd=here)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["folder"] == f"texts-{name}"
    assert told["checked"]["samples"] == 24
    assert told["checked"]["difference"] <= 1e-3
    assert (here / f"texts-{name}" / "tokenizer.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "'nothing' is not a run: it holds no manifest.json"),
        (["run", "--format", "tflite"], "The format is 'tflite'; accepted: onnx, openvino, hugg"),
        (["run", "--out", "train"], "'train' exists and is not an export, so it is not written"),
        (["run", "--check", "nowhere"], "There is no file or folder 'nowhere' to check on"),
    ],
)
def test_what_is_at_fault_is_said(here, arguments, words):
    done = headstart("export", *arguments, cwd=here, check=2)
    assert done.stderr.startswith("headstart: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
