"""Several answers a picture: as a person runs it."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart

#: Pictures with a side of 48 pixels are not trained on at 224.
TRAINED = ("--source", "bundled/efficientnet-lite0@64", "--plan", "freeze:-1", "--epochs", 1)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Pictures in two colours and two brightnesses, and a table with gaps."""
    folder = tmp_path_factory.mktemp("scenes")
    (folder / "images").mkdir()
    random = np.random.default_rng(0)
    lines = ["name,split,warm,light,tags"]
    for number in range(40):
        warm, light = number % 2, number % 4 > 1
        base = np.array((150, 80, 70) if warm else (70, 80, 150)) + (60 if light else 0)
        pixels = (base + random.integers(-40, 40, (48, 48, 3))).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"s{number}.png")
        cells = ["" if number % 5 == 0 else str(warm), f"{number % 4}.5", "a|b" if warm else "b"]
        side = "test" if number % 4 == 3 or number % 8 == 0 else "train"
        lines.append(f"s{number},{side},{','.join(cells)}")
    (folder / "scenes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(scenes):
    done = headstart(
        "fit", "scenes.csv", "--targets", "warm,light,tags", "--out", "run", cwd=scenes
    )
    assert done.stderr == ""
    return done


def test_the_summary_names_every_target(run, scenes):
    lines = run.stdout.splitlines()
    assert lines[0].startswith("3 targets, 15 pictures to test on, learned from 25 with bundled/")
    assert [line.split()[0] for line in lines[3:6]] == ["warm", "light", "tags"]
    assert sum(line.startswith("Verdict on ") for line in lines) == 3
    assert any(line.startswith("Note: The column 'split' says which") for line in lines)
    assert lines[-2:] == ["Run: run", "Report: run/report.html"]
    assert "How good is each target?" in (scenes / "run" / "report.html").read_text("utf-8")


def test_new_pictures_are_answered(run, scenes):
    done = headstart(
        "predict", "run", "images/s1.png", "gone.png", "--out", "answers.csv", cwd=scenes
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("images/s1.png\twarm=1 (")
    assert lines[1] == "gone.png\t-\tcannot be read: no such file"
    with (scenes / "answers.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["warm"] == "1"
    assert float(first["light"]) == pytest.approx(1.5, abs=1.5)
    assert first["tags"] == "a;b"
    assert 0.5 <= float(first["warm:probability"]) <= 1.0
    assert float(first["tags:p:a"]) > 0.5
    assert (second["warm"], second["reason"]) == ("", "no such file")
    told = json.loads(headstart("predict", "run", "images/s1.png", "--json", cwd=scenes).stdout)
    assert told["predictions"][0]["targets"]["tags"]["predicted"] == "a;b"
    headstart("predict", "run", "gone.png", cwd=scenes, check=2)


def test_the_report_is_made_again(run, scenes):
    headstart("report", "run", "--out", "report.md", cwd=scenes)
    assert (scenes / "report.md").read_text("utf-8").startswith("# headstart report\n\n**3 targets")
    headstart("report", "run", "--out", "zh.html", "--language", "zh", cwd=scenes)
    assert "每个目标有多好" in (scenes / "zh.html").read_text("utf-8")


def test_a_target_has_a_page_of_its_own(run, scenes):
    headstart("report", "run", "--target", "warm", "--explain", "--out", "warm.json", cwd=scenes)
    page = json.loads((scenes / "warm.json").read_text("utf-8"))
    note = "This page is about the target 'warm' alone, one of 3 of its run."
    assert note in json.dumps(page, ensure_ascii=False)
    assert '"explained": true' in json.dumps(page)
    done = headstart("report", "run", "--explain", cwd=scenes, check=2)
    assert "--explain is about one target. Accepted: 'warm', 'light' (labels and" in done.stderr
    done = headstart("report", "run", "--target", "tags", cwd=scenes, check=2)
    assert "there is no page of 'tags' alone. Accepted: 'warm', 'light'" in done.stderr


def test_sharing_is_measured_and_printed_as_json(run, scenes):
    done = headstart(
        *("fit", "scenes.csv", "--targets", "warm,light=regression", *TRAINED),
        *("--out", "shared", "--json"),
        cwd=scenes,
    )
    plain = json.loads(done.stdout)
    assert plain["task"] == "several targets"
    assert [one["name"] for one in plain["targets"]] == ["warm", "light"]
    for one in plain["targets"]:
        gain = one["sharing"]["difference"]
        assert gain["low"] <= gain["value"] <= gain["high"]
        assert one["sharing"]["verdict"]
    assert plain["cost"] > 0
    assert plain == json.loads((scenes / "shared" / "result.json").read_text("utf-8"))


def test_sharing_is_measured_by_the_number_of_labels(run, scenes):
    arguments = ("scenes.csv", "--targets", "warm,light=regression", *TRAINED)
    done = headstart("curve", *arguments, "--sizes", "12,25", "--json", cwd=scenes)
    (scenes / "curve.json").write_text(done.stdout, "utf-8")
    plain = json.loads(done.stdout)
    assert plain["sizes"] == [12, 25]
    for one in plain["targets"]:
        assert [point["samples"] for point in one["points"]] == [12, 25]
        assert all(point["sharing"]["verdict"] for point in one["points"])
    headstart("report", "run", "--curve", "curve.json", "--out", "curve.md", cwd=scenes)
    assert "## Does sharing help with few labels?" in (scenes / "curve.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sizes", "12"), "--sizes is about several targets"),
        (("--targets", "warm,light", "--sizes", "many"), "The sizes are 'many'"),
        (("--targets", "warm,light", "--target", "0.9"), "--target is a figure to reach with one"),
        (("--targets", "warm,light", "--plan", "probe"), "The plan freezes all stages"),
        (("--targets", "warm,light", "--label-column", "warm"), "--label-column and --task are"),
    ],
)
def test_what_is_wrong_with_a_curve_is_one_message(scenes, arguments, message):
    done = headstart("curve", "scenes.csv", *arguments, cwd=scenes, check=2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--targets", "warm,wheel"), "has no column 'wheel'"),
        (("--targets", "warm", "--label-column", "light"), "--label-column and --task are about"),
        (("--targets", "warm", "--grouping", "both"), "The grouping is 'both'"),
        (("--targets", "warm", "--time-limit", 60), "With several targets one source and one plan"),
    ],
)
def test_what_is_wrong_is_one_message(scenes, arguments, message):
    done = headstart("fit", "scenes.csv", *arguments, cwd=scenes, check=2)
    assert done.stderr.startswith("headstart: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_about_one_target_says_so(run, scenes):
    done = headstart("label-next", "run", "images", cwd=scenes, check=2)
    assert "several targets" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_run_is_compared_with_one_of_a_target_alone(run, scenes):
    headstart("fit", "scenes.csv", "--targets", "warm", "--out", "warm", cwd=scenes)
    done = headstart("compare", "run", "warm", cwd=scenes)
    lines = done.stdout.splitlines()
    assert (done.stderr, lines[0]) == ("", "Target warm")
    assert [line.split()[0] for line in lines[1:4]] == ["run", "run", "warm"]
    assert lines[5].startswith("warm against run: no measurable difference: 0.000 (95 %: ")
    assert lines[-2:] == [
        "Not compared: light. Only run has it.",
        "Not compared: tags. Only run has it.",
    ]
    told = json.loads(headstart("compare", "run", "warm", "--json", cwd=scenes).stdout)
    assert [one["target"] for one in told["targets"]] == ["warm"]
    done = headstart("compare", "run", "run", cwd=scenes, check=2)
    assert "1 run is given" in done.stderr


def test_the_run_is_exported(run, scenes):
    done = headstart("export", "run", "--format", "openvino", cwd=scenes)
    lines = done.stdout.splitlines()
    names = [line.split(": ")[0] for line in lines]
    assert names == ["warm", "tags", "Not in the export", "Export"]
    assert "checked on 15 test inputs of the run" in lines[0]
    assert lines[2].startswith("Not in the export: light, for its model reads small copies of")
    plain = headstart("export", "run", "--format", "openvino", "--json", cwd=scenes).stdout
    told = json.loads(plain)
    assert list(told["targets"]) == ["warm", "tags"]
    assert told["checked"]["samples"] == 15
    done = headstart("export", "run", "--format", "huggingface", cwd=scenes, check=2)
    assert "a model of that format has one head" in done.stderr


def test_a_folder_has_no_columns(scenes):
    done = headstart("fit", "images", "--targets", "warm", cwd=scenes, check=2)
    assert "is a folder, which has no columns" in done.stderr
