"""The README's first screen is true: its Python runs as written, its commands exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SHELL_BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    shlex.split(line, comments=True)[1]
    for block in SHELL_BLOCKS
    for line in block.splitlines()
    if line.startswith("headstart ")
]


def run(code: str, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_screen_holds_the_two_commands_and_the_python() -> None:
    first_screen = "\n".join(README.splitlines()[:30])
    assert "make demo" in first_screen
    assert "make test" in first_screen
    assert "```python" in first_screen


def test_the_python_is_short() -> None:
    (block,) = PYTHON_BLOCKS
    assert 7 <= len([line for line in block.splitlines() if line]) <= 15


def test_the_python_runs_and_prints_a_number_and_a_verdict(tmp_path: Path) -> None:
    accuracy, verdict, labels = run(PYTHON_BLOCKS[0], tmp_path).splitlines()
    value, low, high = map(float, re.findall(r"\b[01]\.\d\d\b", accuracy))
    assert 0.5 < low <= value <= high <= 1
    assert verdict in {"transfer helps", "no measurable difference"}
    assert labels.count("brick") >= 2


def test_commands_were_found() -> None:
    assert set(COMMANDS) == {
        *("fit", "predict", "advise", "curve", "label-next", "pretrain"),
        *("report", "compare", "serve", "export", "sources", "cache", "demo"),
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_command_exists(command: str, tmp_path: Path) -> None:
    code = "from headstart.cli import main; main()"
    assert "Usage" in run(code, tmp_path, command, "--help")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README))))
def test_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def links(text: str) -> set[str]:
    return set(re.findall(r"\]\(([^)#]+)\)", text))


@pytest.mark.parametrize("link", sorted(links(README) | links(CHINESE)))
def test_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def code_of(text: str) -> list[str]:
    """Blocks in fences and indented ones."""
    fenced = re.findall(r"^```\w+\n.*?^```$", text, re.MULTILINE | re.DOTALL)
    return [*fenced, *re.findall(r"^    \S.*$", text, re.MULTILINE)]


def test_the_chinese_readme_has_the_same_code_and_leads_to_the_same_places() -> None:
    assert code_of(CHINESE) == code_of(README)
    assert len(code_of(README)) > 5
    assert links(CHINESE) - {"README.md"} == links(README) - {"README.zh-CN.md"}


def test_the_chinese_readme_has_the_same_sections_and_tables() -> None:
    def outline(text: str) -> list[str]:
        return re.findall(r"^#+(?= )|^\|.*?\||^\d\.|^-(?= )", text, re.MULTILINE)

    def signs(text: str) -> list[str]:
        return [line if line[0] != "|" else "|" for line in outline(text)]

    assert signs(CHINESE) == signs(README)


def test_the_readmes_point_at_each_other_at_the_top() -> None:
    assert "(README.zh-CN.md)" in "\n".join(README.splitlines()[:4])
    assert "(README.md)" in "\n".join(CHINESE.splitlines()[:4])
