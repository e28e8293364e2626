"""Sentences from a table to a saved run, by a tiny encoder in a folder."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys

import pytest
from tests.journeys.commands import headstart
from tests.tiny_encoders import make_encoder, write_reviews

from headstart import load

TRAINED = ["--epochs", "1"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Tables of reviews, an encoder and pictures' names."""
    here = tmp_path_factory.mktemp("texts")
    make_encoder(here / "encoder", layers=2)
    write_reviews(here / "reviews.csv", 48)
    write_reviews(here / "test.csv", 24, seed=1)
    with (here / "new.csv").open("w", encoding="utf-8") as file:
        file.write("text\nthe film was good and happy\nthe soup was bad and awful\n")
    return here


@pytest.fixture(scope="module")
def source(place):
    return ["--source", f"transformers/{place / 'encoder'}"]


@pytest.fixture(scope="module")
def run(place, source):
    given = ["reviews.csv", "--test", "test.csv", *source, "--plan", "full"]
    headstart("fit", *given, *TRAINED, "--keep-transfer", "--out", "run", cwd=place)
    return place / "run"


def test_a_run_speaks_of_texts(run):
    result = json.loads((run / "result.json").read_bytes())
    assert (result["modality"], result["n_train"], result["n_test"]) == ("text", 48, 24)
    page = (run / "report.html").read_text("utf-8")
    words = page[page.index("</style>") :].lower()
    assert "texts" in words
    assert "picture" not in words.replace('class="picture"', "").replace("no-picture", "")
    assert "photo" not in words


def test_a_run_predicts_tables_and_sentences(place, run):
    told = json.loads(headstart("predict", "run", "new.csv", "--json", cwd=place).stdout)
    again = headstart("predict", "run", "the film was good and happy", "--json", cwd=place)
    rows = told if isinstance(told, list) else told["predictions"]
    one = json.loads(again.stdout)
    (row,) = one if isinstance(one, list) else one["predictions"]
    assert len(rows) == 2
    assert row["predicted"] == rows[0]["predicted"]
    assert row["confidence"] == rows[0]["confidence"]


def test_a_copied_run_predicts_without_torch(place, run, tmp_path):
    """Neither the library that trained it nor the folder of the encoder is needed."""
    shutil.copytree(run, tmp_path / "elsewhere")
    expected = load(run).predict_proba(["the film was good", "a cold sad story"])
    program = (
        "import sys, json; from headstart import load\n"
        "model = load('elsewhere')\n"
        "found = model.predict_proba(['the film was good', 'a cold sad story'])\n"
        "heavy = [n for n in ('torch', 'transformers', 'sklearn') if n in sys.modules]\n"
        "print(json.dumps([found.tolist(), heavy]))"
    )
    hidden = place / "encoder"
    hidden.rename(place / "hidden")
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True
        )
    finally:
        (place / "hidden").rename(hidden)
    found, heavy = json.loads(done.stdout)
    assert found == expected.tolist()
    assert heavy == []


@pytest.mark.parametrize("plan", ["probe", "freeze:-1", "lora", "scratch"])
def test_every_kind_of_plan_runs(place, source, plan):
    more = [] if plan == "probe" else TRAINED
    given = ["reviews.csv", "--test", "test.csv", *source, "--plan", plan, *more]
    done = headstart("fit", *given, "--json", "--out", plan.replace(":", ""), cwd=place)
    told = json.loads(done.stdout)
    assert told["n_test"] == 24
    assert load(place / plan.replace(":", "")).predict(["the film was good"])[0] in (
        *("praise", "blame"),
    )


def test_a_time_limit_chooses_a_plan(place, source):
    given = ["reviews.csv", "--test", "test.csv", *source, "--time-limit", "20"]
    done = headstart("fit", *given, "--json", "--out", "limited", cwd=place)
    assert json.loads(done.stdout)["n_test"] == 24


def test_advice_speaks_of_texts(place, source):
    told = headstart("advise", "reviews.csv", *source, cwd=place).stdout
    assert told.startswith("48 texts, 1 source")
    assert "texts held out in turn" in told
    assert "picture" not in told


def test_a_curve_of_texts(place, source):
    told = headstart("curve", "reviews.csv", *source, cwd=place).stdout
    assert "texts" in told
    assert "picture" not in told


def test_texts_to_label_next(place, run):
    done = headstart("label-next", "run", "new.csv", "--json", cwd=place)
    assert "new.csv, row 1" in done.stdout


def test_chinese_on_an_english_encoder_is_told(place, source):
    with (place / "chinese.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(24):
            good = number % 2
            writer.writerow([f"电影{number}" + ("非常好看" if good else "太难看了"), "坏好"[good]])
    headstart("fit", "chinese.csv", *source, "--out", "chinese", cwd=place)
    notes = json.loads((place / "chinese" / "result.json").read_bytes())["notes"]
    assert any("of what these texts are made of" in one for one in notes), notes
    told = headstart("advise", "chinese.csv", *source, cwd=place).stdout
    assert "transformers/bert-base-chinese" in told


def test_a_source_for_pictures_is_refused(place):
    given = ["fit", "reviews.csv", "--source", "bundled/efficientnet-lite0"]
    for more in ([], ["--plan", "full"]):
        done = headstart(*given, *more, "--out", "none", cwd=place, check=2)
        assert "reads samples of kind 'image'" in " ".join(done.stderr.split())
        assert "bundled/minilm-l6" in done.stderr


def test_a_source_for_texts_is_refused_for_pictures(place, source):
    from headstart.data import write_demo

    write_demo(place / "photos")
    for more in ([], ["--plan", "full"]):
        done = headstart("fit", "photos", *source, *more, "--out", "none", cwd=place, check=2)
        assert "reads samples of kind 'text'" in " ".join(done.stderr.split())
