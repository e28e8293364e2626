"""Columns as the command line names them."""

from __future__ import annotations

import pytest
from PIL import Image
from typer.testing import CliRunner

from headstart.cli.app import app
from headstart.cli.fitting_job import DataArguments, read_data
from headstart.errors import InputError
from headstart.progress import silent


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("words,file,stars\na,x.jpg,1\nb,y.jpg,2\n")
    return path


def test_a_text_column_is_read_on_both_sides(table):
    train, test = read_data(
        DataArguments(table, table, label_column="stars", text_column="words"), silent
    )
    assert [item.open() for item in train.items] == ["a", "b"]
    assert test is not None
    assert test.labels.tolist() == ["1", "2"]


def test_a_folder_has_no_text_column(tmp_path):
    with pytest.raises(InputError, match=r"has no columns. Leave out --path-column, --text"):
        read_data(DataArguments(tmp_path, text_column="words"), silent)


@pytest.fixture
def boxes(tmp_path):
    for number in range(4):
        Image.new("RGB", (16, 16), (60 * number, 9, 9)).save(tmp_path / f"{number}.png")
    rows = [f"{number}.png,{'ab'[number % 2]},1,1,9,9" for number in range(4)]
    table = tmp_path / "boxes.csv"
    table.write_text("\n".join(["file,label,xmin,ymin,xmax,ymax", *rows]) + "\n")
    return table


def test_a_table_of_boxes_is_not_guessed_to_label_whole_pictures(boxes):
    with pytest.raises(
        InputError, match=r"columns xmin, ymin, xmax, ymax, which place boxes.*--task detect"
    ):
        read_data(DataArguments(boxes), silent)


def test_whoever_names_the_task_may_label_whole_pictures_by_a_table_of_boxes(boxes):
    train, _ = read_data(DataArguments(boxes, task="classification"), silent)
    assert len(train) == 4


@pytest.mark.parametrize("command", ["fit", "advise", "curve"])
@pytest.mark.parametrize(
    ("text", "label"), [("--text", "--label"), ("--text-column", "--label-column")]
)
def test_both_spellings(monkeypatch, table, command, text, label):
    asked = []

    def read(data, progress):
        asked.append(data)
        raise InputError("enough")

    home = "advice_job" if command == "advise" else "fitting_job"
    monkeypatch.setattr(f"headstart.cli.{home}.read_data", read)
    done = CliRunner().invoke(app, [command, str(table), text, "words", label, "stars"])
    assert isinstance(done.exception, InputError), done.output
    assert (asked[0].text_column, asked[0].label_column) == ("words", "stars")


@pytest.mark.parametrize("command", ["predict", "label-next"])
def test_help_names_sentences_and_stdin(command):
    told = CliRunner().invoke(app, [command, "--help"]).output
    assert "sentences" in told
    assert "--stdin" in told
