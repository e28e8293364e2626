from __future__ import annotations

from dataclasses import replace

from headstart.report import render_markdown, report_contents


def _tables(markdown: str) -> list[list[str]]:
    blocks = [block.splitlines() for block in markdown.split("\n\n")]
    return [block for block in blocks if block[0].startswith("|")]


def test_markdown_says_what_the_page_says(result, evidence, predictions):
    text = render_markdown(report_contents(result, evidence, predictions))
    for said in (
        "**About 94 of 100 new pictures",
        "**Transfer helps.**",
        "| Accuracy | 94.0\u00a0% (89.0 to 97.0\u00a0%) |".replace("\u00a0", " "),
        "| ants | 64 | 6 |",
        "| val/0.jpg | ants | bees | 100% |",
        "| blocks.0 + blocks.1 | 93.0 % | chosen |",
        "- train/empty.jpg: the file is empty",
        "- 3 stages: pretrained, kept as they came",
    ):
        assert said in text


def test_names_can_break_out_of_neither_table_nor_list(result, evidence, predictions):
    hostile = replace(
        result, classes=("a | b\nc", "<b>*x*"), notes=("# [l](javascript:x)\n\n| y |",)
    )
    rows = [{**row, "label": "a | b\nc"} for row in predictions]
    text = render_markdown(report_contents(hostile, evidence, rows))
    for table in _tables(text):
        widths = {line.replace("\\|", "").count("|") for line in table}
        assert len(widths) == 1, table
    assert "<b>" not in text
    assert "- \\# \\[l\\](javascript:x) \\| y \\|" in text


def test_markdown_of_a_run_that_measured_nothing(bare_result, evidence):
    text = render_markdown(report_contents(bare_result, evidence))
    assert "How good is it?" not in text
    assert "was not measured" in text


def test_markdown_can_be_written_whatever_the_names(result, evidence):
    text = render_markdown(report_contents(replace(result, notes=("\udcff",)), evidence))
    assert "\\udcff" in text
    text.encode("utf-8")
