"""A run that is not what was written is refused, with the file that is at fault."""

from __future__ import annotations

import json

import pytest

from headstart import load
from headstart.errors import RunError
from headstart.runs.manifest import _digest

FILES = ("model.safetensors", "result.json", "evidence.json", "predictions.csv", "manifest.json")
LISTED = FILES[:-1]


def edit(run, **changes):
    """Change the manifest and make its own hash agree, as only somebody on purpose would."""
    path = run / "manifest.json"
    manifest = {**json.loads(path.read_bytes()), **changes}
    manifest = {key: value for key, value in manifest.items() if value is not ...}
    manifest["digest"] = _digest(manifest)
    path.write_text(json.dumps(manifest))
    return manifest


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_flipped_bit_is_noticed(run, name, place):
    content = bytearray((run / name).read_bytes())
    where = {"first": 0, "middle": len(content) // 2, "last": len(content) - 2}[place]
    content[where] ^= 1
    (run / name).write_bytes(content)
    with pytest.raises(RunError, match=name):
        load(run)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("left", [0, 10, -1])
def test_a_file_cut_short_is_noticed(run, name, left):
    content = (run / name).read_bytes()
    (run / name).write_bytes(content[:left] if name != "manifest.json" else content[: left or 0])
    if name == "manifest.json" and left == -1:
        (run / name).write_bytes(content[:-3])  # the last byte is a line break
    with pytest.raises(RunError, match=name):
        load(run)


@pytest.mark.parametrize("name", LISTED)
def test_a_missing_file_is_named(run, name):
    (run / name).unlink()
    with pytest.raises(RunError, match=f"The file '{name}' of the run .* is missing. Copy the"):
        load(run)


def test_a_folder_in_place_of_a_file_is_noticed(run):
    (run / "result.json").unlink()
    (run / "result.json").mkdir()
    with pytest.raises(RunError, match=r"'result\.json' of the run .* is missing"):
        load(run)


def test_bytes_more_are_noticed(run):
    with (run / "predictions.csv").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(RunError, match=r"'predictions\.csv' .* bytes where \d+ were written"):
        load(run)


@pytest.mark.parametrize("where", ["nowhere", "file", "empty"])
def test_what_is_not_a_run_is_refused(tmp_path, where):
    (tmp_path / "file").write_text("text")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match=r"is not a run: it holds no manifest\.json. Give the"):
        load(tmp_path / where)


def test_an_edited_manifest_is_noticed(run):
    path = run / "manifest.json"
    path.write_text(path.read_text().replace('"cat"', '"cow"'))
    with pytest.raises(RunError, match=r"The manifest\.json of the run .* was changed"):
        load(run)


def test_a_key_more_in_the_manifest_is_noticed(run):
    path = run / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "more": 1}))
    with pytest.raises(RunError, match="was changed"):
        load(run)


@pytest.mark.parametrize("content", ["[]", "1", '{"files": []}', "{}", "[" * 5000, "\xff"])
def test_a_manifest_of_another_kind_is_refused(run, content):
    (run / "manifest.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(RunError, match=r"manifest\.json of the run"):
        load(run)


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_is_refused(run, number):
    edit(run, format=number)
    with pytest.raises(RunError, match=f"has format {number!r}; this version .* reads format 1"):
        load(run)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "a/../../secret", "a//b", "./x", "", "C:\\x", "a\\b"]
)
def test_a_name_that_leads_out_of_the_run_is_refused(run, name):
    (run.parent / "secret").write_text("secret")
    files = json.loads((run / "manifest.json").read_bytes())["files"]
    edit(run, files={**files, name: {"bytes": 6, "sha256": "0"}})
    with pytest.raises(RunError, match="which is not a file inside the run"):
        load(run)


@pytest.mark.parametrize("name", LISTED)
def test_a_file_that_the_manifest_does_not_vouch_for_is_not_read(run, name):
    files = json.loads((run / "manifest.json").read_bytes())["files"]
    del files[name]
    edit(run, files=files)
    with pytest.raises(RunError, match=f"has no file '{name}'"):
        load(run)


@pytest.mark.parametrize("facts", [None, 3, {}, {"bytes": "many"}])
def test_facts_of_a_file_that_say_nothing_are_refused(run, facts):
    files = json.loads((run / "manifest.json").read_bytes())["files"]
    edit(run, files={**files, "result.json": facts})
    with pytest.raises(RunError, match=r"'result\.json' of the run .* has \d+ bytes where"):
        load(run)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ["a", "b", "c"]}, r"a head of shape \(3, 2\) for 3 outputs"),
        ({"classes": ...}, "classes"),
        ({"plan": {"source": "x"}}, "The plan cannot be understood"),
        ({"precision": ...}, "precision"),
        ({"task": ...}, "task"),
        ({"task": "guessing"}, "The task is 'guessing'; accepted: classification, regression"),
        ({"task": "regression"}, r"a head of shape \(3, 2\) for 1 outputs"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(run, changes, message):
    edit(run, **changes)
    with pytest.raises(RunError, match=f"cannot be understood: .*{message}.* make it again"):
        load(run)


def test_a_run_that_calls_itself_one_of_places_is_refused(run):
    edit(run, task="detection")
    with pytest.raises(RunError, match=r"has no file 'network/model\.xml'\. Copy the whole run"):
        load(run)
