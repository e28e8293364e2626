"""The Chinese catalogue knows what headstart says, today and after somebody changes a sentence."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import headstart.report
from headstart.report.language import Language, language_named
from headstart.report.page import page_environment

PACKAGE = Path(headstart.report.__file__).parents[1]
REPORT = PACKAGE / "report"
CATALOGUE = json.loads((REPORT / "languages" / "zh.json").read_text(encoding="utf-8"))
TEMPLATES = ("report.html.jinja", "charts.jinja")

#: They say nothing on a page, or commands alone.
SILENT = {
    REPORT / name
    for name in ("run_comparison.py", "target_comparison.py", "language.py", "fit_command.py")
}
#: Where sentences come from that end in a result or in evidence.
SPEAKERS = sorted(
    {
        *(set(REPORT.glob("*.py")) - SILENT),
        *(
            PACKAGE / name
            for name in (
                "activations/views.py",
                "advice/classical_table.py",
                "advice/gain.py",
                "advice/hopeless.py",
                "advice/ranking.py",
                "advice/similarity.py",
                "advice/source_evidence.py",
                "advice/trials.py",
                "data/checks.py",
                "data/colours.py",
                "data/file_bytes.py",
                "data/folders.py",
                "data/images.py",
                "data/json_lines.py",
                "data/splits.py",
                "data/texts.py",
                "data/walk.py",
                "evaluation/baselines.py",
                "evaluation/place_baselines.py",
                "fitting/comparison.py",
                "fitting/label_evidence.py",
                "fitting/place_source_choice.py",
                "fitting/place_start.py",
                "fitting/place_time.py",
                "fitting/search_course.py",
                "fitting/training_evidence.py",
                "fitting/transfer_choice.py",
                "fitting/unknown_tokens.py",
                "fitting/usual_plan.py",
                "fitting/word_course.py",
                "tasks/detection.py",
                "tasks/localisation.py",
                "tasks/segmentation.py",
                "training/probe.py",
            )
        ),
    }
)
#: What stands in those files and is never shown on a report.
UNSHOWN = {
    # parts of errors that are raised elsewhere
    "at least 2 classes with one sample each",
    "at least 2 samples",
    "inputs were set aside, the first being '",
    "Accepted is a folder with one folder per class, as in photos/cat/1.jpg and photos/dog/2.jpg.",
    "Sort the pictures into class folders, or give a CSV file with the columns path and label.",
    # what others say, and is looked for
    "broken data stream",
    "not enough",
    "starting at",
    # progress, origins of sources, verdicts by name, markup
    "interrupted: the best so far is finished (Ctrl-C again ends at once)",
    "learned by headstart from",
    "texts without labels (skip-gram,",
    "transfer helps",
    "transfer hurts",
    '<span lang="en">{}</span>',
}


def test_every_message_of_the_templates_is_translated() -> None:
    environment = page_environment(Language("en"))
    messages: list[str] = []
    for name in TEMPLATES:
        source = (REPORT / "templates" / name).read_text(encoding="utf-8")
        for _, _, found in environment.extract_translations(source):
            messages += [found] if isinstance(found, str) else filter(None, found)
    assert len(messages) > 100
    assert [message for message in messages if message not in CATALOGUE["page"]] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_hold_no_words_that_are_not_messages(name: str) -> None:
    text = (REPORT / "templates" / name).read_text(encoding="utf-8")
    text = re.sub(r"{%[+-]? *trans.*?{% endtrans [+-]?%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{#.*?#}|{{.*?}}|{%.*?%}", "", text, flags=re.DOTALL)
    spoken = re.findall(r"(?:alt|title|aria-label)=\"([^\"]*)\"", text)
    spoken += [re.sub(r"&\w+;", "", words) for words in re.sub(r"<[^>]*>", "\n", text).split("\n")]
    assert [words for words in spoken if re.search("[A-Za-z]{2}", words)] == []


def messages_said(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))


def test_every_message_of_the_markdown_and_every_heading_is_translated() -> None:
    tree = ast.parse((REPORT / "markdown.py").read_text(encoding="utf-8"))
    page = (REPORT / "page.py").read_text(encoding="utf-8")
    headings = re.findall(r'\("\w+", "([^"]+)"\)', page)
    messages = [*messages_said(tree), *headings]
    assert len(messages) > 50
    assert [message for message in messages if message not in CATALOGUE["page"]] == []


def parts_of_strings(tree: ast.AST) -> Iterator[str]:
    """Constant parts of strings, without documentation and without errors that are raised."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            skipped.update(id(inner) for inner in ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            yield from [node.value] if isinstance(node.value, str) else []


def catalogue_text() -> str:
    """Everything that can be recognised, with a bar wherever something is filled in."""
    forms = [form for form, _ in CATALOGUE["forms"]]
    words = [word for form in forms for word in re.findall(r"\{\w+:([^}]*)\}", form)]
    fixed = [re.sub(r"\{\w+[#]?(?::[^}]*)?\}", "\0", form) for form in forms]
    return "\0".join([*CATALOGUE["page"], *CATALOGUE["exact"], *fixed, *words])


@pytest.mark.parametrize("file", SPEAKERS, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_sentence_that_is_written_somewhere_is_known(file: Path) -> None:
    known = catalogue_text()
    parts = parts_of_strings(ast.parse(file.read_text(encoding="utf-8")))
    sentences = {one.strip() for part in parts for one in re.split("(?<=[.?!]) (?=[A-Z])", part)}
    spoken = {one for one in sentences if re.search("[a-z] [a-z]", one)}
    commands = {one for one in spoken if one.startswith("headstart ")}
    assert {one for one in spoken if one not in known} - commands - UNSHOWN == set()


def test_nothing_is_excused_that_is_not_written() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in SPEAKERS)
    joined = re.sub(r'"\s+f?"', "", written)
    assert {one for one in UNSHOWN if one not in joined} == set()


def test_a_changed_sentence_would_be_found() -> None:
    code = '"""Doc."""\nx = f"It stands {first} by luck alone."'
    parts = list(parts_of_strings(ast.parse(code)))
    assert parts == ["It stands ", " by luck alone."]
    assert parts[1] not in catalogue_text()


def test_translations_fill_in_what_the_messages_do() -> None:
    for message, said in CATALOGUE["page"].items():
        fields = set(re.findall(r"%\((\w+)\)", message))
        assert set(re.findall(r"%\((\w+)\)", said)) == fields, message
        assert re.sub(r"%%|%\(\w+\)[sd]|%\(\w+\)\.3f", "", said).count("%") == 0, message
    for form, said in CATALOGUE["forms"]:
        fields = set(re.findall(r"\{(\w+)", form))
        assert set(re.findall(r"\{(\w+)", said)) <= fields, form


def test_messages_keep_their_markup() -> None:
    for message, said in CATALOGUE["page"].items():
        tags = sorted(re.findall("<[^>]*>", message))
        assert sorted(re.findall("<[^>]*>", said)) == tags, message


def test_no_translation_holds_markup_outside_of_messages() -> None:
    said = [*CATALOGUE["exact"].values(), *(translation for _, translation in CATALOGUE["forms"])]
    assert [text for text in said if re.search("[<>&]", text)] == []


def test_the_first_form_that_fits_is_meant() -> None:
    language = language_named("zh")
    for text, said in (
        ("3 pictures", "3 张图片"),
        ("1,200 texts", "1,200 条文本"),
        ("419, 139 a class", "419 个，每类 139 个"),
        ("94.1\u00a0%", "94.1%"),
        ("4 min 12 s", "4 分 12 秒"),
        ("2, 3 and 4", "2、3 和 4"),
        ("1 stage frozen, 1 trained (5 epochs)", "1 个阶段冻结，1 个训练（5 轮）"),
        ("row 3: no label (row 2 of a.csv)", "row 3: no label（a.csv 的第 2 行）"),
    ):
        assert language.translate(text).text == said
