"""The report in a real browser: nothing fetched, no complaint, readable in any light."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.journeys.pages import CONTRAST, serious_findings

from headstart.data.thumbnails import thumbnail
from headstart.evaluation.result import BaselineFigures, NearDuplicate, Result
from headstart.evidence import Decision, Evidence
from headstart.explanations import TextExplanation
from headstart.metrics.figure import Figure
from headstart.plan import HeadPlan, frozen_plan
from headstart.report import Exhibits, render_html, report_contents
from headstart.runs.kept_samples import KeptSamples

_CLASSES = ("ants", "<script>alert(1)</script>", *(f"class with a long name {n}" for n in range(8)))


def _figures(accuracy: float) -> dict[str, Figure]:
    return {
        "accuracy": Figure(accuracy, accuracy - 0.05, accuracy + 0.03),
        "log_loss": Figure(0.2, 0.1, 0.3),
    }


def _result() -> Result:
    plan = frozen_plan("bundled/x", ("stem", "blocks.0")).with_head(HeadPlan(("blocks.0",), 0.1))
    places = range(len(_CLASSES))
    return Result(
        task="classification",
        modality="image",
        classes=_CLASSES,
        n_train=244,
        n_test=153,
        source="bundled/x",
        plan=plan.to_dict(),
        test=_figures(0.94),
        baselines=(BaselineFigures("majority class", _figures(0.54)),),
        compared_with="majority class",
        verdict="transfer helps",
        difference=Figure(0.4, 0.3, 0.5),
        confusion=tuple(tuple(9 if row == column else 1 for column in places) for row in places),
        calibration=({"confidence": 0.6, "accuracy": 0.5, "count": 9},),
        duplicates=("train/same.jpg",),
        near_duplicates=(NearDuplicate("val/" + "long" * 40 + ".jpg", "train/b.jpg", 0.987),),
        quarantined=({"input": "train/caf\udce9.jpg", "reason": "the file is empty"},),
        notes=("Class folder wasps holds no pictures.",),
        seconds={"read": 0.2, "encode": 1.9},
    )


def _predictions() -> list[dict[str, Any]]:
    return [
        {
            "input": f"val/{place}.jpg",
            "label": "ants",
            "predicted": _CLASSES[1],
            "correct": False,
            "confidence": 0.9,
            "probabilities": {"ants": place / 100},
        }
        for place in range(3)
    ]


def _evidence() -> Evidence:
    row = {"stages": "blocks.0", "cv_accuracy": 0.9, "standard_error": 0.02, "chosen": True}
    source = {"source": "bundled/x", "score": 0.9, "chosen": True, "stage_scores": [0.5, 0.9]}
    plan = {"plan": "probe", "score": 0.9, "seconds": 1.0, "chosen": True, "what_happened": "done"}
    return Evidence(
        (
            Decision("which source", "bundled/x", "It is ahead.", (source,)),
            Decision("how much to transfer", "probe", "It is the simplest.", (plan,)),
            Decision("which stages", "blocks.0", "Best.", (row,)),
        )
    )


def _exhibits() -> Exhibits:
    picture = thumbnail(Image.linear_gradient("L").convert("RGB"))
    vectors = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float16)
    names = tuple(f"train/{row}.jpg" for row in range(40))
    training = KeptSamples(names, ("cat", "dog") * 20, vectors, (), (picture,) * 40)
    nearest = {"val/0.jpg": training.nearest(vectors[0], 3)}
    words = TextExplanation("cat", (("so ", -0.2), ("slow ", 0.1), ("and dull", 0.3)))
    told = {"val/1.jpg": words}
    return Exhibits({"val/0.jpg": picture}, {}, nearest, told, training)


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    contents = report_contents(_result(), _evidence(), _predictions(), _exhibits())
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render_html(contents), encoding="utf-8")
    return file


@dataclass
class Visit:
    """An open page, what it asked for and what it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 400)], ids=str)
def visit(browser: Any, report_file: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    visit = Visit(context.new_page())
    visit.page.on("request", lambda asked: visit.requests.append(asked.url))
    visit.page.on("console", lambda message: visit.complaints.append(message.text))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.goto(report_file.as_uri())
    yield visit
    if folder := os.environ.get("HEADSTART_SCREENSHOTS"):
        visit.page.screenshot(path=f"{folder}/report-{scheme}-{width}.png", full_page=True)
    context.close()


def test_the_page_asks_for_nothing_and_complains_about_nothing(visit: Visit, report_file: Path):
    fetched = [url for url in visit.requests if not url.startswith("data:")]
    assert fetched == [report_file.as_uri()]
    assert visit.complaints == []


def test_nothing_hinders_those_who_use_other_means_to_read_it(visit: Visit):
    assert serious_findings(visit.page) == []


def test_the_answer_and_every_section_can_be_seen(visit: Visit):
    assert visit.page.get_by_role("heading", level=1).inner_text().startswith("About 94 of 100")
    headings = visit.page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:3] == ["What to do next", "How good is it?", "What does it mix up?"]
    assert len(headings) == 13


def test_nothing_sticks_out_of_the_window_and_the_pictures_are_there(visit: Visit):
    width = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert visit.page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


def test_every_text_has_the_contrast_of_wcag_aa(visit: Visit):
    """Formula: W3C, 2018, Web Content Accessibility Guidelines 2.1, contrast ratio."""
    assert visit.page.evaluate(CONTRAST) == []


def test_wide_tables_can_be_scrolled_from_the_keyboard(visit: Visit):
    wide = "[...document.querySelectorAll('.scroll')].every(box => box.tabIndex === 0)"
    assert visit.page.evaluate(wide)
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"


def test_dark_is_dark_and_light_is_light(visit: Visit):
    background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = visit.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    brightest = max(int(part) for part in background[4:-1].split(","))
    assert (brightest < 64) if dark else (brightest > 192)
