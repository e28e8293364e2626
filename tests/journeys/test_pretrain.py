"""``headstart pretrain``: a source of one's own, then a fit that transfers from it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart, headstart_process

COLOURS = {"red": (200, 40, 40), "blue": (40, 40, 200)}
HOW, WHAT = ("superb", "lovely", "dull", "lazy"), ("cats", "songs", "war")
SENTENCES = [f"a {how} film about {what}" for how in HOW for what in WHAT]
NETWORK = ("--architecture", "timm/test_resnet", "--size", 32)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Twelve pictures a colour in class folders, and the same in a heap."""
    folder = tmp_path_factory.mktemp("pretrain")
    for name, colour in COLOURS.items():
        for number in range(12):
            noise = np.random.default_rng(number).integers(-30, 30, (40, 40, 3))
            picture = Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8))
            for path in (folder / "classes" / name / f"{number}.png", folder / "heap"):
                path = path if path.suffix else path / f"{name}{number}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.save(path)
    return folder


def test_with_labels(here):
    made = headstart("pretrain", "classes", "--out", "own", "--epochs", 2, *NETWORK, cwd=here)
    assert made.stderr == ""
    lines = made.stdout.splitlines()
    assert lines[0] == "Learned from 24 pictures with their labels, as timm/test_resnet@32."
    assert lines[1].startswith("Epochs: 2; weights kept: epoch ")
    assert lines[-2:] == ["Run: own", "Transfer from it: headstart fit DATA --source run:own"]
    fitted = headstart(
        "fit",
        "classes",
        "--source",
        "run:own",
        "--keep-transfer",
        "--out",
        "f1",
        "--json",
        cwd=here,
    )
    assert json.loads(fitted.stdout)["source"] == "run:own"
    told = headstart("predict", "own", "heap/red1.png", cwd=here).stdout
    assert told.split("\t")[1] in COLOURS
    assert (here / "own" / "report.html").stat().st_size > 1000


def test_without_labels(here):
    options = ("--epochs", 2, "--json", *NETWORK)
    made = headstart("pretrain", "heap", "--out", "alone", *options, cwd=here)
    assert made.stderr == ""
    record = json.loads(made.stdout)
    assert made.stdout == (here / "alone" / "result.json").read_text()
    assert (record["n_train"], record["source"]) == (24, "timm/test_resnet@32")
    assert {path.name for path in (here / "alone").iterdir()} == {
        *("manifest.json", "result.json", "evidence.json", "model_card.md", "backbone"),
    }
    fitted = headstart(
        "fit", "classes", "--source", "run:alone", "--keep-transfer", "--out", "f2", cwd=here
    )
    assert "with run:alone" in fitted.stdout
    refused = headstart("predict", "alone", "heap", cwd=here, check=2)
    assert refused.stderr.startswith("headstart: The run 'alone' learned without labels: it is a ")
    assert "headstart fit DATA --source run:alone" in refused.stderr


def test_labels_are_left_aside_when_asked(here):
    options = ("--task", "self", "--source", "run:alone", "--epochs", 1)
    made = headstart_process("pretrain", "classes", "--out", "more", *options, cwd=here)
    assert made.stdout.startswith("Learned from 24 pictures without labels, as run:alone.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--task", "guess"), "The task is 'guess'; accepted: auto, labels, self."),
        (("--source", "timm/resnet18", "--architecture", "timm/resnet18"), "both named; accepted"),
        (("--task", "labels"), "holds 24 files and no class folder"),
        (("--size", 4), "The size in the source 'timm/resnet10t@4' is '4'; accepted: a whole"),
        (("--architecture", "timm/resnet8"), "Source 'timm/resnet8' is unknown. Close matches"),
    ],
)
def test_what_is_refused(here, options, message):
    done = headstart("pretrain", "heap", "--out", "no", *options, cwd=here, check=2)
    assert message in done.stderr
    assert not (here / "no").exists()


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    """Twelve sentences in a text file, and in a table with labels."""
    folder = tmp_path_factory.mktemp("sentences")
    (folder / "sentences.txt").write_text("\n".join([*SENTENCES, "  ", ""]), encoding="utf-8")
    rows = [f"{one},{'good' if place < 6 else 'bad'}" for place, one in enumerate(SENTENCES)]
    (folder / "reviews.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return folder


def test_sentences_without_labels(sentences):
    options = ("--size", 16, "--epochs", 3)
    made = headstart("pretrain", "sentences.txt", "--out", "run", *options, cwd=sentences)
    assert made.stderr == ""
    lines = made.stdout.splitlines()
    assert lines[0] == "Learned from 12 texts without labels, as words/12x16."
    assert lines[1].startswith("Vectors: 10 words. They are 100% of the 60 words that were read; ")
    assert lines[2] == "Set aside, because they could not be used: 1"
    assert lines[-1] == "Transfer from it: headstart fit DATA --source run:run"
    fitted = headstart(
        "fit",
        "reviews.csv",
        "--source",
        "run:run",
        "--keep-transfer",
        "--out",
        "fit",
        cwd=sentences,
    )
    assert "with run:run" in fitted.stdout
    refused = headstart("predict", "run", "a film", cwd=sentences, check=2)
    assert "headstart fit DATA --source run:run" in refused.stderr
    told = headstart("predict", "fit", "a superb film about cats", cwd=sentences).stdout
    assert told.split("\t")[1] in ("good", "bad")


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ("reviews.csv", (), "The texts have labels, from which word vectors do not learn"),
        ("sentences.txt", ("--size", 4), "The size of the word vectors is 4; accepted: 8 to 1000"),
        ("sentences.txt", ("--batch-size", 4), "The batch size of word vectors cannot be chosen"),
        ("reviews.csv", ("--task", "self", "--text", "body"), "has no column 'body'"),
    ],
)
def test_what_is_refused_of_sentences(sentences, data, options, message):
    done = headstart("pretrain", data, "--out", "no", *options, cwd=sentences, check=2)
    assert message in done.stderr
    assert not (sentences / "no").exists()
