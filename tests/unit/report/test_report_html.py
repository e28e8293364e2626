from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from headstart.metrics.figure import Figure
from headstart.report import Exhibits, render_html, report_contents

ATTACK = "<script>alert(1)</script>\"'&"
VOID = {"meta", "link", "img", "line", "circle", "path", "polyline"}


class Page(HTMLParser):
    """The elements of a page; refuses one whose tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def full(result, evidence, predictions):
    pictures = {"val/0.jpg": b"\xff\xd8\xffrest"}
    return report_contents(result, evidence, predictions, Exhibits(pictures))


def test_page_is_well_formed_with_landmarks_and_one_main_heading(full):
    page = Page(render_html(full))
    assert page.all("html")[0]["lang"] == "en"
    for landmark in ("header", "main", "nav", "footer", "h1"):
        assert len(page.all(landmark)) == 1, landmark


def test_page_allows_itself_nothing_but_its_own_style_and_pictures(full):
    page = Page(render_html(full))
    policy = next(row for row in page.all("meta") if "http-equiv" in row)["content"]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert page.all("script") == []
    sources = [row["src"] for row in page.all("img")]
    addresses = sources + [row["href"] for tag in ("a", "link") for row in page.all(tag)]
    assert all(address.startswith(("data:", "#")) for address in addresses)


def test_every_link_and_label_finds_its_target(full):
    page = Page(render_html(full))
    ids = [row["id"] for _, row in page.elements if "id" in row]
    assert len(ids) == len(set(ids))
    for _, row in page.elements:
        for key in ("aria-labelledby", "aria-describedby"):
            assert set((row.get(key) or "").split()) <= set(ids)
        if (row.get("href") or "").startswith("#"):
            assert row["href"][1:] in ids


def test_every_table_header_has_a_scope_and_every_picture_words(full):
    page = Page(render_html(full))
    assert {row.get("scope") for row in page.all("th")} == {"col", "row"}
    assert all(row.get("alt") for row in page.all("img"))
    assert len(page.all("img")) == 1
    assert page.text.count("The picture was not found") == 11


def test_what_the_data_says_is_never_markup(result, evidence, predictions):
    hostile = replace(
        result,
        classes=(ATTACK, "bees"),
        source=ATTACK,
        notes=(ATTACK,),
        duplicates=(ATTACK,),
        quarantined=({"input": ATTACK, "reason": ATTACK},),
        compared_with=ATTACK,
        seconds={ATTACK: 1.0},
    )
    rows = [{**row, "input": ATTACK, "label": ATTACK} for row in predictions]
    contents = report_contents(
        hostile, evidence, rows, Exhibits({ATTACK: b"\xff\xd8\xff"}), {ATTACK: ATTACK}
    )
    page = Page(render_html(contents))
    assert page.all("script") == []
    assert page.text.count(ATTACK) > 10
    assert page.all("img")[0]["alt"] == f"Test picture {ATTACK}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("caf\udce9", r"caf\udce9"),
        ("nul\x00", r"nul\x00"),
        ("turned\u202egpj.exe", r"turned\u202egpj.exe"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_names_no_page_can_hold_are_shown_as_escapes(result, evidence, name, shown):
    html = render_html(report_contents(replace(result, notes=(name,)), evidence))
    assert f"<li>{shown}</li>" in html
    html.encode("utf-8")


def test_page_of_a_run_that_measured_nothing(bare_result, evidence):
    page = Page(render_html(report_contents(bare_result, evidence)))
    assert "how good it is was not measured" in page.text
    sections = [row["id"] for row in page.all("section") if "id" in row]
    assert sections == ["stages", "method", "again"]


def test_embeddings_have_no_places_for_pictures(result, evidence, predictions):
    embedded = replace(result, modality="embedding")
    page = Page(render_html(report_contents(embedded, evidence, predictions)))
    assert "picture was not found" not in page.text
    assert "The hardest test samples" in page.text


def test_scores_without_finite_intervals_are_drawn_as_points(result, evidence):
    nan = float("nan")
    odd = replace(result, test={"accuracy": Figure(0.9, nan, nan)}, baselines=())
    page = Page(render_html(report_contents(odd, evidence)))
    whisker = next(row for row in page.all("line") if row["class"] == "whisker")
    assert whisker["x1"] == whisker["x2"] == "90.00%"


def test_fifty_classes_fit(result, evidence):
    classes = tuple(f"class {place}" for place in range(50))
    confusion = tuple(tuple(9 * (row == column) for column in range(50)) for row in range(50))
    many = replace(result, classes=classes, confusion=confusion)
    page = Page(render_html(report_contents(many, evidence)))
    assert "matrix many" in [row.get("class") for row in page.all("table")]
    assert len([row for row in page.all("td") if row.get("class") == "r6"]) == 50


def test_a_command_that_is_known_is_shown(result, evidence):
    contents = report_contents(
        result, evidence, circumstances={"command": "headstart fit x", "seed": 7}
    )
    page = Page(render_html(contents))
    assert "headstart fit x" in page.text
    assert "TEST_DATA" not in page.text
