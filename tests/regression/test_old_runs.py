"""Runs that earlier versions wrote keep loading and keep saying the same.

The scripts ``make_..._run.py`` tell how they were made. A new format gets a
new folder; none of the folders is ever written again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.place_runs import CLASSES, SIZE
from tests.tiny_places import scene

from headstart import load
from headstart.cli.run_report import contents_of
from headstart.report import render_markdown, report_contents
from headstart.report.several_targets import render_several_markdown, several_contents

RUNS = Path(__file__).parent / "runs"
CORNERS = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [1.0, 1.0]])


def test_there_are_runs():
    names = [path.name for path in sorted(RUNS.iterdir())]
    assert names == [
        *("v1-detection", "v1-embeddings", "v1-localisation", "v1-numbers"),
        *("v1-segmentation", "v1-several"),
    ]


def test_v1_predicts_what_it_did():
    model = load(RUNS / "v1-embeddings")
    assert model.classes_.tolist() == ["Käfer", "ant, red", "bee"]
    assert model.predict(CORNERS).tolist() == ["ant, red", "bee", "Käfer", "ant, red"]
    expected = [
        [0.008139, 0.971092, 0.020769],
        [0.000206, 0.004347, 0.995447],
        [0.995749, 0.004110, 0.000141],
        [0.228085, 0.497506, 0.274410],
    ]
    assert model.predict_proba(CORNERS) == pytest.approx(np.array(expected), abs=1e-6)


def test_v1_remembers_its_figures():
    model = load(RUNS / "v1-embeddings")
    assert (model.result_.n_train, model.result_.n_test) == (48, 12)
    assert model.result_.test["accuracy"].value == 0.75
    assert model.result_.verdict == "no measurable difference"
    assert [decision.question for decision in model.evidence.decisions] == ["how strong a penalty"]
    assert len(model.predictions) == 12
    assert sum(row.correct for row in model.predictions) == 9
    assert model.predictions[0].label == "Käfer"


def test_v1_can_be_reported():
    model = load(RUNS / "v1-embeddings")
    rows = [row.to_dict() for row in model.predictions]
    page = render_markdown(report_contents(model.result_, model.evidence, rows, {}, {}))
    assert "ant, red" in page


def test_v1_can_be_saved_by_this_version(tmp_path):
    model = load(RUNS / "v1-embeddings")
    again = load(model.save(tmp_path / "run"))
    assert np.array_equal(again.predict_proba(CORNERS), model.predict_proba(CORNERS))
    assert again.predictions == model.predictions


def test_v1_numbers_are_predicted_as_they_were():
    model = load(RUNS / "v1-numbers")
    expected = [9.944221, 15.999230, 0.921721, 8.955057]
    assert model.predict(CORNERS) == pytest.approx(expected, abs=1e-6)
    assert model.result_.test["mean_absolute_error"].value == pytest.approx(0.381844, abs=1e-6)
    assert model.result_.verdict == "transfer helps"
    assert model.predictions[0].error == pytest.approx(0.178638, abs=1e-6)


def test_v1_numbers_can_be_reported_and_saved_by_this_version(tmp_path):
    model = load(RUNS / "v1-numbers")
    rows = [row.to_dict() for row in model.predictions]
    page = render_markdown(report_contents(model.result_, model.evidence, rows, {}, {}))
    assert "off by about 0.3818" in page
    again = load(model.save(tmp_path / "run"))
    assert np.array_equal(again.predict(CORNERS), model.predict(CORNERS))
    assert again.predictions == model.predictions


def test_v1_several_targets_are_answered_reported_and_saved_as_they_were(tmp_path):
    model = load(RUNS / "v1-several")
    corners = np.array([[1.0, 0.5], [-1.0, 0.5], [1.0, -1.0], [-0.5, -2.0]])
    answers, shares = model.predict(corners), model.predict_proba(corners)
    assert answers["side, left"].tolist() == ["Käfer", "bee", "Käfer", "bee"]
    assert answers["height"] == pytest.approx([2.249996, 2.249997, -0.749993, -2.749985], abs=1e-6)
    assert answers["tags"].tolist() == [("a", "b"), ("b",), ("a",), ()]
    assert shares["tags"][0] == pytest.approx([0.999813, 0.998072], abs=1e-6)
    assert [one.result.n_train for one in model.result_.targets] == [73, 55, 60]
    assert model.result_.of("tags").result.verdict == "transfer helps"
    assert model.predictions[0].answers["tags"].label == "a;b"
    assert "| side, left | classification | 17 | 100.0 % " in render_several_markdown(
        several_contents(model.result_)
    )
    again = load(model.save(tmp_path / "run"))
    assert np.array_equal(again.predict_proba(corners)["tags"], shares["tags"])
    assert again.predictions == model.predictions


@pytest.mark.parametrize("task", ["detection", "localisation"])
def test_v1_boxes_are_found_reported_and_saved_as_they_were(task, tmp_path):
    model = load(RUNS / f"v1-{task}")
    written = model.predictions
    assert len(written) == 4
    again = load(model.save(tmp_path / "run"))
    for row in written:
        picture, _, _ = scene(int(Path(row.input).stem), SIZE, 1, CLASSES)
        (found,) = again.predict_rows([picture])
        assert [one.label for one in found.boxes] == [one.label for one in row.boxes]
        for one, other in zip(found.boxes, row.boxes, strict=True):
            # Another processor computes in another precision.
            near = (other.xmin, other.ymin, other.xmax, other.ymax)
            assert (one.xmin, one.ymin, one.xmax, one.ymax) == pytest.approx(near, abs=2.0)
            assert one.score == pytest.approx(other.score, abs=0.05)
    assert again.predictions == written
    assert "red" in render_markdown(contents_of(model)) or task == "localisation"


def test_v1_pixels_are_told_reported_and_saved_as_they_were(tmp_path):
    model = load(RUNS / "v1-segmentation")
    again = load(model.save(tmp_path / "run"))
    assert len(model.predictions) == 4
    for row in model.predictions:
        picture, _, _ = scene(int(Path(row.input).stem), SIZE, 1, CLASSES)
        (found,) = again.predict_rows([picture])
        assert dict(found.shares) == pytest.approx(dict(row.shares), abs=0.02)
    assert again.predictions == model.predictions
    assert "background" in render_markdown(contents_of(model))
