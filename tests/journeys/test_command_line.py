"""The commands as a person runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.journeys.commands import headstart, headstart_process
from typer.testing import CliRunner

from headstart.cli.app import app
from headstart.errors import HeadstartError

FIGURE = {"value", "low", "high"}


def in_process(*arguments):
    """The same without a new process: quick, but errors come as they are."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The folder that ``headstart demo`` made, and what it printed."""
    here = tmp_path_factory.mktemp("demo")
    return here / "demo", headstart_process("demo", cwd=here)


@pytest.fixture(scope="session")
def run(demo):
    return demo[0] / "run"


@pytest.fixture(scope="session")
def picture(demo):
    return sorted((demo[0] / "test" / "brick").iterdir())[0]


def test_demo_says_what_it_does_and_how_well_it_went(demo):
    folder, done = demo
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "$ headstart fit demo/train --test demo/test --out demo/run"
    assert lines[1] == "90 test pictures, learned from 180 with bundled/efficientnet-lite0"
    assert lines[3].split() == ["this", "model", "95", "%", "interval", "majority", "classical"]
    metrics = ["Accuracy", "Macro F1", "AUROC", "Log loss", "Calibration error"]
    for line, metric in zip(lines[4:9], metrics, strict=True):
        assert re.fullmatch(rf"  {metric} +\d\.\d+ +\d\.\d+ to \d+\.\d+ +\d\.\d+ +\d\.\d+", line)
    assert float(lines[4].split()[1]) > 0.95
    assert lines[12].startswith("Verdict: ")
    assert lines[-2:] == ["Run: demo/run", "Report: demo/run/report.html"]
    assert max(map(len, lines[1:12])) <= 80
    assert done.stdout.isascii()
    assert {path.name for path in (folder / "run").iterdir()} == {
        *("manifest.json", "result.json", "evidence.json", "predictions.csv", "report.html"),
        *("model.safetensors", "model_card.md", "backbone"),
        *("samples.json", "samples.safetensors", "hardest.json", "hardest.safetensors"),
    }


def test_a_table_with_relative_paths_and_json(demo, tmp_path):
    folder, _ = demo
    shutil.copytree(folder / "train", tmp_path / "photos")
    rows = [
        f"photos/{path.parent.name}/{path.name},{path.parent.name}"
        for path in sorted((tmp_path / "photos").glob("*/*"))
    ]
    (tmp_path / "mine.csv").write_text("file,kind\n" + "\n".join([*rows, "photos/no.jpg,brick"]))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    columns = ("--path-column", "file", "--label-column", "kind")
    out = ("--out", "run", "--seed", 3, "--test-size", 0.25, "--json")
    done = headstart_process("fit", tmp_path / "mine.csv", *columns, *out, cwd=elsewhere)
    assert done.stderr == ""
    result = json.loads(done.stdout)
    assert done.stdout == (elsewhere / "run" / "result.json").read_text()
    assert (result["task"], result["modality"]) == ("classification", "image")
    assert (result["n_train"], result["n_test"]) == (135, 45)
    assert result["source"] == "bundled/efficientnet-lite0"
    assert {stage["mode"] for stage in result["plan"]["stages"]} == {"frozen"}
    assert set(result["test"]["accuracy"]) == set(result["difference"]) == FIGURE
    for baseline in result["baselines"]:
        assert set(baseline) == {"name", "test"}
        assert set(baseline["test"]) == set(result["test"])
    assert result["verdict"] in (*("transfer helps", "no measurable difference", "transfer hurts"),)
    (aside,) = result["quarantined"]
    assert aside["input"].endswith("photos/no.jpg")
    assert set(aside) == {"input", "reason"}
    assert all(seconds >= 0 for seconds in result["seconds"].values())


def test_a_parquet_table_and_a_default_place(demo, tmp_path, monkeypatch):
    import polars as pl

    folder, _ = demo
    paths = sorted((folder / "train").glob("*/*"))
    labels = [path.parent.name for path in paths]
    frame = pl.DataFrame({"path": [str(path) for path in paths], "label": labels})
    frame.write_parquet(tmp_path / "mine.parquet")
    monkeypatch.chdir(tmp_path)
    for place in ("mine-run", "mine-run-2"):
        done = in_process("fit", "mine.parquet", "--test", folder / "test")
        assert done.exit_code == 0, done.output
        assert f"Run: {place}" in done.output.splitlines()
        assert (tmp_path / place / "result.json").is_file()


@pytest.fixture(scope="session")
def shades(tmp_path_factory):
    """Grey squares in noise, and a table that says how bright each is."""
    import numpy as np
    from PIL import Image

    folder = tmp_path_factory.mktemp("shades")
    random = np.random.default_rng(0)
    rows = []
    for number, level in enumerate(np.linspace(10, 240, 40).round(1)):
        noise = random.integers(-9, 10, (32, 32, 3))
        Image.fromarray((level + noise).astype(np.uint8)).save(folder / f"{number}.png")
        rows.append(f"{number}.png,{level}")
    (folder / "shades.csv").write_text("path,brightness\n" + "\n".join(rows))
    return folder


def test_a_table_of_numbers_from_fit_to_report(shades, tmp_path):
    # Pixels tell brightness better than the network does; this is about the network.
    column = ("--label-column", "brightness", "--out", "run", "--keep-transfer")
    done = headstart("fit", shades / "shades.csv", *column, cwd=tmp_path)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "8 test pictures, learned from 32 with bundled/efficientnet-lite0"
    assert [line.split("  ")[1] for line in lines[3:6]] == [
        "R2",
        "Mean absolute error",
        "Root mean sq. error",
    ]
    assert any(line.startswith("Note: The labels are numbers with fractions") for line in lines)
    assert "mean absolute error smaller by" in done.stdout
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["task"], result["classes"]) == ("regression", [])
    assert set(result["test"]) == {"r2", "mean_absolute_error", "root_mean_squared_error"}
    assert [one["name"] for one in result["baselines"]] == [
        "mean of the training targets",
        "pixels and HOG, ridge regression",
    ]
    done = headstart("predict", "run", shades / "0.png", shades / "39.png", "no.png", cwd=tmp_path)
    dark, bright, missing = (line.split("\t") for line in done.stdout.splitlines())
    assert float(dark[1]) < float(bright[1])
    assert missing[1:3] == ["-", "-"]
    answers = headstart("predict", "run", shades / "0.png", "--json", cwd=tmp_path).stdout
    assert set(json.loads(answers)["predictions"][0]) == {"input", "predicted"}
    headstart_process("report", "run", "--out", "page.md", cwd=tmp_path)
    assert "off by about" in (tmp_path / "page.md").read_text()
    assert "Where is it right?" in (tmp_path / "run" / "report.html").read_text()


def test_numbers_of_a_table_can_be_taken_as_classes(shades, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{shades / f'{number}.png'},{0.5 if number < 20 else 1.5}" for number in range(40)]
    (tmp_path / "halves.csv").write_text("path,label\n" + "\n".join(rows))
    done = in_process("fit", "halves.csv", "--task", "classification", "--json")
    result = json.loads(done.stdout)
    assert (result["task"], result["classes"], result["notes"]) == (
        "classification",
        ["0.5", "1.5"],
        [],
    )


def test_predict_answers_what_it_can(run, picture, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("no picture")
    names = (bad, picture, "missing.jpg")
    done = headstart_process("predict", run, *names, "--out", "answers.csv", cwd=tmp_path)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows[:3]] == [str(name) for name in names]
    assert rows[1][1] == "brick"
    assert 0.5 < float(rows[1][2]) <= 1.0
    for row in (rows[0], rows[2]):
        assert row[1:3] == ["-", "-"]
        assert row[3].startswith("cannot be read: ")
    assert rows[3] == ["Written to answers.csv."]
    table = (tmp_path / "answers.csv").read_text().splitlines()
    assert table[0].startswith("input,label,predicted,correct,confidence,reason,p:brick,")
    assert len(table) == 4


def test_predict_imports_no_torch(run, picture, tmp_path):
    code = (
        "import sys; from headstart.cli.app import app; "
        "app(sys.argv[1:], standalone_mode=False); "
        "print(sorted({'torch', 'sklearn', 'timm', 'polars', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "predict", str(run), str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


def test_predict_as_json_and_a_whole_folder(run, demo):
    done = in_process("predict", run, demo[0] / "test" / "grass", "--json")
    answers = json.loads(done.stdout)["predictions"]
    assert len(answers) == 30
    assert [one["input"] for one in answers] == sorted(one["input"] for one in answers)
    assert set(answers[0]) == {"input", "predicted", "confidence", "probabilities"}
    assert sum(one["predicted"] == "grass" for one in answers) >= 27


def test_nothing_answered_is_status_two(run, tmp_path):
    done = in_process("predict", run, tmp_path / "missing.jpg")
    assert done.exit_code == 2
    assert "cannot be read: " in done.stdout


def test_a_copied_run_answers_the_same(run, picture, tmp_path):
    shutil.copytree(run, tmp_path / "copy")
    answers = [in_process("predict", place, picture).stdout for place in (run, tmp_path / "copy")]
    assert answers[0] == answers[1] != ""


def test_report_as_page_and_as_markdown(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert in_process("report", run).stdout == "Report: run-report.html\n"
    assert "<html" in Path("run-report.html").read_text()
    assert in_process("report", run, "--out", "page.md").exit_code == 0
    assert Path("page.md").read_text().startswith("#")


def test_report_in_chinese(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("page.html", "page.md", "page.json"):
        assert in_process("report", run, "--language", "zh", "--out", place).exit_code == 0
    page, markdown, plain = (
        Path(f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "md", "json")
    )
    assert '<html lang="zh-Hans">' in page
    contents = json.loads(plain)
    assert (contents["language"], contents["untranslated"]) == ("zh", [])
    assert "测试图片" in contents["answer"]["headline"]
    for said in (page, markdown):
        assert contents["answer"]["headline"] in said
        assert "How it was done" not in said
    assert contents["confusion"]["classes"] == ["brick", "grass", "gravel"]


def test_cache_shows_what_is_kept_and_clears_it(demo, tmp_path, monkeypatch):
    import headstart.activations.place as place

    kept = in_process("cache").stdout
    assert str(place.cache_folder()) in kept
    assert "bundled/efficientnet-lite0" in kept
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "own"))
    (tmp_path / "own" / "activations").mkdir(parents=True)
    (tmp_path / "own" / "precious.txt").write_text("not ours")
    assert in_process("cache", "--clear").stdout == f"Cleared {tmp_path / 'own'}.\n"
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["precious.txt"]
    assert "0.0 MB" in in_process("cache").stdout


def test_sources_are_listed_searched_and_shown():
    listed = in_process("sources").stdout
    assert re.search(
        r"^ +74\.8 +4\.7 M +97  Apache-2\.0 +bundled/efficientnet-lite0$", listed, re.M
    )
    assert listed.index("Worth trying first") < listed.index("published by timm")
    assert "bundled/efficientnet-lite0   (default for images, offline)" in listed.splitlines()
    assert re.search(r"timm/NAME: \d+ more; find them with: headstart sources --search", listed)
    found = in_process("sources", "--search", "resnet18").stdout.splitlines()
    assert {"torchvision/resnet18", "timm/resnet18.a1_in1k"} & set(found)
    assert all("resnet18" in line for line in found)
    assert "No source's name holds 'zebra9'" in in_process("sources", "--search", "zebra9").stdout
    shown = in_process("sources", "--show", "bundled/efficientnet-lite0").stdout
    assert "224 x 224" in shown
    assert "Apache" in shown
    assert re.search(r"^accuracy +74\.8 % on ImageNet, as published$", shown, re.M)
    assert re.search(r"^speed +97 pictures/s on an Intel Core i7-12700H", shown, re.M)
    assert "accuracy" not in in_process("sources", "--show", "torchvision/alexnet").stdout


def test_an_interrupt_is_one_line_and_status_130(demo, tmp_path):
    command = [sys.executable, "-c", "from headstart.cli import main; main()"]
    environment = {**os.environ, "HEADSTART_CACHE": str(tmp_path / "cache")}
    process = subprocess.Popen(
        [*command, "fit", str(demo[0] / "train"), "--out", str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("cache/activations/*/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines() == [
        "headstart: interrupted. What was encoded is kept: the same command goes on from there, "
        "and with --resume a training too."
    ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "nowhere"], "There is no file or folder 'nowhere'"),
        (["fit", "flat"], "holds 1 files and no class folder"),
        (["fit", "hollow"], "'hollow' is empty"),
        (["fit", "single"], "only one class, 'a'"),
        (["fit", "emptied"], "only one class, 'a'"),
        (["fit", "broken"], "no sample to learn from"),
        (["fit", "bare.csv"], "label"),
        (["fit", "notes.md"], "neither a folder nor a table"),
        (["fit", "pair", "--label-column", "x"], "is a folder, which has no columns"),
        (["fit", "pair", "--test", "nowhere"], "There is no file or folder 'nowhere'"),
        (["fit", "pair", "--test-size", "7"], "test_size is 7.0; it must be a share above 0"),
        (["fit", "pair", "--task", "detect", "--ignore", "3"], "--ignore is about masks"),
        (["fit", "pair", "--task", "locate", "--masks", "pair"], "--masks is about masks"),
        (
            ["fit", "pair", "--masks", "pair", "--images", "pair"],
            "--images is about boxes, and the task 'segmentation' learns from masks",
        ),
        (["fit", "pair", "--task", "count"], "The task is 'count'; accepted: auto, classific"),
        (["fit", "pair", "--task", "regression"], "The target of sample 0 is 'a'"),
        (["fit", "pair", "--plan", "melt"], "The plan is 'melt'; accepted: auto, probe, freeze:K"),
        (["fit", "pair", "--plan", "freeze"], "'freeze', which does not say where to cut; it is"),
        (["fit", "pair", "--plan", "freeze:99"], "'99' is neither a stage nor a number of stages"),
        (["fit", "pair", "--plan", "freeze:nose"], "'nose' is neither a stage nor a number of"),
        (["fit", "pair", "--plan", "lora:x"], "The rank 'x' of lora must be a whole number"),
        (["fit", "pair", "--plan", "nose.json"], "names stage 'nose', which its source does not"),
        (
            ["fit", "pair", "--plan", "below.json"],
            "'a' is trained below stage 'b', which is frozen",
        ),
        (
            ["fit", "pair", "--plan", "full", "--epochs", "0"],
            "epochs of the training is 0; it must",
        ),
        (
            ["fit", "pair", "--epochs", "0"],
            "epochs of the training is 0; it must be a whole number",
        ),
        (
            ["fit", "pair", "--plan", "full", "--states", "often"],
            "The states are 'often'; accepted",
        ),
        (["fit", "pair", "--processes", "0"], "The processes is 0; it must be a whole number"),
        (
            ["fit", "pair", "--plan", "gradual", "--processes", "2"],
            "which 2 processes cannot do together",
        ),
        (["fit", "pair", "--plan", "notes.txt"], "The plan file 'notes.txt' is not JSON"),
        (["fit", "pair", "--plan", "odd.json"], "The plan cannot be understood"),
        (["fit", "pair", "--weights", "w.safetensors"], "is given without a source"),
        (["fit", "pair", "--out", "pair"], "exists and is not a run, so it is not written over"),
        (["fit", "pair", "--out", "notes.txt/run"], "is not a folder. Give another folder"),
        (["predict", "pair", "x.jpg"], "'pair' is not a run: it holds no manifest.json"),
        (["predict", "nowhere", "x.jpg"], "'nowhere' is not a run"),
        (["predict", "pair", "x.jpg", "--out", "no/a.csv"], "there is no folder 'no'"),
        (["report", "nowhere"], "'nowhere' is not a run"),
        (["report", "nowhere", "--language", "de"], "no report in the language 'de'. Accepted: en"),
        (["report", "nowhere", "--out", "pair"], "'pair' is a folder, so no file can be written"),
        (["sources", "--show", "bundled/nothing"], "Source 'bundled/nothing' is unknown"),
    ],
)
def test_what_is_at_fault_is_said(arguments, message, tmp_path, monkeypatch):
    lay_out_faults(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = in_process(*arguments)
    assert isinstance(done.exception, HeadstartError), done.output
    assert message in str(done.exception)
    assert done.output == ""
    assert sorted(tmp_path.rglob("*")) == before


def lay_out_faults(folder):
    from PIL import Image

    for name in ("single/a", "emptied/a", "emptied/b", "broken/a", "broken/b", "pair/a", "pair/b"):
        (folder / name).mkdir(parents=True)
    (folder / "hollow").mkdir()
    (folder / "flat").mkdir()
    places = ["flat/1.png", "single/a/1.png", "emptied/a/1.png", "pair/a/1.png", "pair/b/1.png"]
    for number, place in enumerate(places):
        Image.new("RGB", (9, 9), (number, 0, 0)).save(folder / place)
    for place in ("broken/a/1.png", "broken/b/1.png"):
        (folder / place).write_bytes(b"")
    (folder / "bare.csv").write_text("path\nflat/1.png\n")
    for name in ("notes.txt", "notes.md"):
        (folder / name).write_text("not a table")
    (folder / "odd.json").write_text('{"source": "x"}')
    source = "bundled/efficientnet-lite0"
    nose = {"source": source, "stages": [{"name": "nose", "mode": "train"}]}
    (folder / "nose.json").write_text(json.dumps(nose))
    stages = [{"name": "a", "mode": "train"}, {"name": "b", "init": "random"}]
    (folder / "below.json").write_text(json.dumps({"source": source, "stages": stages}))


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (
            ["fit", "pair", "--source", "timm/resnet8"],
            r"headstart: Source 'timm/resnet8' is unknown\. Close matches: .*resnet.*\. See: "
            r"headstart sources --search resnet\d*",
        ),
        (["fit", "single"], r"headstart: There is only one class, 'a', with 1 samples; .*"),
    ],
)
def test_what_is_at_fault_is_one_message_and_status_two(arguments, pattern, tmp_path):
    lay_out_faults(tmp_path)
    done = headstart_process(*arguments, cwd=tmp_path, check=2)
    assert done.stdout == ""
    assert re.fullmatch(pattern + "\n", done.stderr), done.stderr


def test_arguments_that_do_not_exist_are_status_two(tmp_path):
    for arguments in (["fit"], ["fit", "x", "--nonsense"], ["fit", "x", "--seed", "y"], ["dance"]):
        done = in_process(*arguments)
        assert done.exit_code == 2
        assert "Traceback" not in done.output
    assert "Usage" in in_process("fit").output
