"""Models that say where something is: from a run to answers, pages and other programs."""

from __future__ import annotations

import csv
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image
from tests.journeys.commands import headstart, headstart_process
from tests.journeys.pages import CONTRAST, serious_findings
from tests.place_runs import TASKS
from tests.serving import running

from headstart.runs import load

SCREENS = [("light", 1280), ("dark", 1280), ("light", 400)]


@pytest.fixture(scope="module")
def here(place_runs):
    return place_runs["detection"].parent


@pytest.fixture
def pictures(here):
    return [f"detection-data/images/{number}.png" for number in range(8, 12)]


def test_boxes_on_the_screen_in_tables_and_on_pictures(here, pictures, tmp_path):
    out, drawn = tmp_path / "found.csv", tmp_path / "drawn"
    said = headstart("predict", "detection", *pictures, "--out", out, "--draw", drawn, cwd=here)
    lines = said.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[:4]] == pictures
    assert lines[4:] == [f"Written to {out}.", f"Drawn in {drawn}."]
    assert said.stderr == ""
    with out.open() as file:
        rows = list(csv.DictReader(file))
    found = [row for row in rows if row["box"] != "0"]
    assert len(found) == sum(
        len(line.split("\t")) - 1 for line in lines[:4] if "nothing" not in line
    )
    label, score, *_ = lines[0].split("\t")[1].split()
    assert (rows[0]["label"], f"{float(rows[0]['score']):.3f}") == (label, score)
    assert sorted(path.name for path in drawn.iterdir()) == sorted(
        f"{number}.jpg" for number in range(8, 12)
    )


def test_boxes_as_json_and_coco(here, pictures, tmp_path):
    out = tmp_path / "found.json"
    said = headstart(
        "predict", "detection", *pictures, "--json", "--out", out, "--threshold", "0.1", cwd=here
    )
    predictions = json.loads(said.stdout)["predictions"]
    coco = json.loads(out.read_bytes())
    assert [one["file_name"] for one in coco["images"]] == pictures
    assert [one["name"] for one in coco["categories"]] == ["blue", "red"]
    assert len(coco["annotations"]) == sum(len(one["boxes"]) for one in predictions) > 4


def test_masks_as_pictures(here, pictures, tmp_path):
    said = headstart("predict", "segmentation", *pictures, "--out", tmp_path / "m", cwd=here)
    assert "%" in said.stdout
    mask = np.asarray(Image.open(tmp_path / "m" / "8.png"))
    truth = np.asarray(Image.open(here / "segmentation-data" / "masks" / "8.png"))
    assert mask.shape == truth.shape == (60, 80)
    assert (mask == truth).mean() > 0.85
    again = headstart(
        "predict", "segmentation", *pictures, "--out", tmp_path / "m", cwd=here, check=2
    )
    assert "is not empty, and nothing in it is written over" in again.stderr


def test_what_cannot_be_read_is_told(here, pictures, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("hello")
    said = headstart("predict", "localisation", bad, pictures[0], cwd=here)
    first, second = said.stdout.splitlines()
    assert first.endswith("cannot be read: not a picture: starts with b'hello'")
    assert second.startswith(pictures[0])
    headstart("predict", "localisation", bad, "--out", tmp_path / "x.json", cwd=here, check=2)
    assert json.loads((tmp_path / "x.json").read_bytes())["images"] == []


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["compare", "detection", "localisation"], "of different tasks: detection is one of"),
        (["compare", "detection", "detection"], "1 run is given; accepted: two or more"),
        (["label-next", "segmentation", "a.png"], "headstart label-next accepts runs whose"),
        (["report", "detection", "--explain"], "--explain is about models whose answer is a label"),
        (["export", "detection", "--format", "huggingface"], "Accepted: onnx, openvino."),
        (["predict", "detection", "a.png", "--out", "."], "boxes are written to one file"),
        (["predict", "detection"], "There is nothing to predict"),
        (["predict", "segmentation", "a.png", "--threshold", "0.5"], "about boxes with scores"),
    ],
)
def test_what_a_run_of_places_cannot_do_is_told(here, command, message):
    said = headstart(*command, cwd=here, check=2)
    assert message in " ".join(said.stderr.split())
    assert said.stdout == ""
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("task", TASKS)
def test_runs_are_compared_on_their_test_pictures(here, task, tmp_path):
    shutil.copytree(here / task, tmp_path / "again")
    said = headstart("compare", task, tmp_path / "again", "--json", cwd=here)
    compared = json.loads(said.stdout)
    assert (compared["task"], compared["first"]) == (task, task)
    assert [run["run"] for run in compared["runs"]] == [task, "again"]
    against = compared["runs"][1]["against_first"]
    assert (against["shared"], against["value"]) == (4, 0.0)
    table = headstart_process("compare", task, tmp_path / "again", cwd=here).stdout
    assert "on 4 test pictures; above 0 it is better." in table.splitlines()[-1]


def test_predicting_reporting_and_serving_need_no_torch(here, pictures):
    import subprocess
    import sys

    code = (
        "import sys\nfrom headstart.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    command = [sys.executable, "-c", code, "predict", "detection", *pictures]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    loaded = done.stdout.splitlines()[-1].split()
    assert "openvino" in loaded
    assert not {"torch", "torchvision", "sklearn", "pycocotools"} & set(loaded)


def test_the_export_answers_as_the_run(here, tmp_path):
    said = headstart(
        "export", "segmentation", "--format", "openvino", "--out", tmp_path / "out", cwd=here
    )
    first, *_, last = said.stdout.splitlines()
    assert first.startswith("Checked on 4 test inputs of the run: largest difference of an output")
    assert first.endswith("(both in float32; the same answer for all)")
    assert last == f"Export: {tmp_path / 'out'}"
    told = headstart(
        *("export", "segmentation", "--format", "openvino", "--json", "--out", tmp_path / "out"),
        cwd=here,
    )
    assert json.loads(told.stdout)["checked"]["same"] == 4


@pytest.fixture
def visit(browser, request):
    """Opens a page; gives it, and what it asked for and complained about."""
    contexts = []

    def visit(address, scheme="light", width=1280):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        contexts.append(context)
        page, told = context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda asked: told.append(asked.url))
        page.goto(address)
        return page, told

    yield visit
    for number, context in enumerate(contexts):
        if folder := os.environ.get("HEADSTART_SCREENSHOTS"):
            name = request.node.name.replace("/", "-")
            context.pages[0].screenshot(path=f"{folder}/{name}-{number}.png", full_page=True)
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_shows_test_pictures(here, visit, tmp_path, task, language):
    file = tmp_path / "report.html"
    headstart("report", task, "--out", file, "--language", language, cwd=here)
    for scheme, width in SCREENS:
        page, told = visit(file.as_uri(), scheme, width)
        assert [one for one in told if not one.startswith("data:")] == [file.as_uri()]
        assert page.locator("#places .cards > li").count() == 4
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(CONTRAST) == []
        assert serious_findings(page) == []


@pytest.mark.browser
def test_the_boxes_lie_on_the_picture(here, visit, tmp_path):
    file = tmp_path / "report.html"
    headstart("report", "localisation", "--out", file, cwd=here)
    page, _ = visit(file.as_uri())
    picture = page.locator(".places-picture").first
    assert picture.get_attribute("viewBox") == "0 0 80 60"
    assert picture.locator(".box-there").count() == 1
    ground, box = (picture.locator(one).first.bounding_box() for one in ("image", ".box-there"))
    assert ground["x"] <= box["x"] + 1
    assert box["x"] + box["width"] <= ground["x"] + ground["width"] + 1
    assert ground["width"] / ground["height"] == pytest.approx(80 / 60, rel=0.05)


@pytest.mark.browser
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 380)])
def test_the_page_of_the_service_draws_the_answer(here, visit, pictures, task, scheme, width):
    with running(load(here / task), name=task) as service:
        page, told = visit(f"http://127.0.0.1:{service.port}", scheme, width)
        page.set_input_files("#file", str(here / pictures[0]))
        page.wait_for_selector("#result:not([hidden])")
        (answer,) = service.post(
            "/predict", (here / pictures[0]).read_bytes(), {"Content-Type": "image/png"}
        ).json["predictions"]
        if task == "segmentation":
            page.wait_for_function("document.getElementById('mask').width === 80")
            assert page.locator("#answer").inner_text().startswith("Mostly background, ")
        else:
            assert page.locator("#boxes rect.box").count() == len(answer["boxes"])
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(CONTRAST) == []
        assert serious_findings(page) == []
        assert not any("explain" in one for one in told)
        assert [one for one in told if not one.startswith(("http://127", "data:", "blob:"))] == []
