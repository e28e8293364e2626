"""The converted form is found in the cache or made, here or in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from headstart.activations import preparation
from headstart.activations.conversion import FACTS
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.activations.preparation import Request, find_converted, main, make_converted, prepare
from headstart.errors import MissingDependencyError, SourceError

TINY = Request("tiny/net", init="random", seed=3)


def test_the_digest_depends_on_the_content_of_the_weights_not_their_name(tmp_path):
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    one.write_bytes(b"weights")
    two.write_bytes(b"weights")
    digest = Request("s", str(one)).digest
    assert Request("s", str(two)).digest == digest
    two.write_bytes(b"others")
    assert Request("s", str(two)).digest != digest
    assert Request("s").digest != digest


def test_the_seed_counts_only_for_random_weights():
    assert Request("s", seed=1).digest == Request("s", seed=2).digest
    random = Request("s", init="random", seed=1)
    assert random.digest != replace(random, seed=2).digest
    assert random.digest != Request("s", seed=1).digest


def test_other_versions_of_the_libraries_have_other_networks(monkeypatch):
    before = Request("s").digest
    monkeypatch.setattr(preparation, "version", lambda name: "999")
    assert Request("s").digest != before


def test_weights_that_cannot_be_read_are_told(tmp_path):
    with pytest.raises(SourceError, match=r"missing.safetensors.*--weights"):
        find_converted(Request("s", str(tmp_path / "missing.safetensors")))


def test_it_is_made_once(tiny_provider, monkeypatch):
    assert find_converted(TINY) is None
    made = prepare(TINY)
    assert made.source.name == "tiny/net"
    monkeypatch.setattr(preparation, "make_converted", None)
    monkeypatch.setattr(preparation, "_make_elsewhere", None)
    assert prepare(TINY) == made == find_converted(TINY)


@pytest.mark.parametrize("name", [MODEL, WEIGHTS, FACTS])
def test_a_cut_short_folder_is_made_again(tiny_provider, name):
    made = prepare(TINY)
    path = made.folder / name
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[: whole // 2])
    assert find_converted(TINY) is None
    again = prepare(TINY)
    assert again.constants == made.constants
    if name != MODEL:  # names of operations in the XML count on
        assert path.stat().st_size == whole
    assert [folder.name for folder in made.folder.parent.iterdir()] == [TINY.digest]


def answering(monkeypatch, output, status=0, error_output=""):
    """Let the other process end so, and see how it was called; this one has no torch, it says."""
    calls = []

    def run(command, **options):
        calls.append((command, options))
        return subprocess.CompletedProcess(command, status, output, error_output)

    monkeypatch.setattr(preparation.subprocess, "run", run)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    return calls


def test_errors_of_the_other_process_come_back_as_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    for kind in (SourceError, MissingDependencyError):
        answer = {"error": kind.__name__, "message": "what is wrong"}
        calls = answering(monkeypatch, f"something a library prints\n{json.dumps(answer)}\n")
        with pytest.raises(kind, match=r"^what is wrong$"):
            prepare(TINY)
        ((command, options),) = calls
        assert json.loads(command[-1])["source"] == "tiny/net"
        assert options["stdin"] == subprocess.DEVNULL


def test_a_defect_in_the_other_process_is_a_defect_here(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    answering(monkeypatch, "", 1, "Traceback: the cause")
    with pytest.raises(RuntimeError, match=r"status 1:\nTraceback: the cause"):
        prepare(TINY)


def test_a_process_that_was_killed_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    answering(monkeypatch, "", -9)
    with pytest.raises(SourceError, match=r"signal 9.*memory ran out"):
        prepare(TINY)


def test_the_answer_of_the_other_process_is_read(monkeypatch, tiny_provider):
    made = make_converted(TINY)
    monkeypatch.setattr(preparation, "find_converted", lambda request: None)
    answering(monkeypatch, json.dumps({"folder": str(made.folder)}))
    assert prepare(TINY) == made


def test_the_other_process_answers_with_errors_by_name(tiny_provider):
    assert main(json.dumps({"source": "tiny/unknown"}))["error"] == "SourceError"
    answer = main(json.dumps({"source": "tiny/net", "init": "random", "seed": 3}))
    assert os.path.basename(answer["folder"]) == TINY.digest


def test_the_other_process_is_a_real_one(tmp_path):
    """An unknown source is told before anything heavy is imported, so this is quick."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "headstart.activations.preparation",
            '{"source": "bundled/nothing"}',
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "HEADSTART_CACHE": str(tmp_path)},
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["error"] == "SourceError"
    assert "bundled/nothing" in answer["message"]
