"""``headstart advise``, and a fit that chooses among several sources."""

from __future__ import annotations

import json

import pytest
from safetensors.torch import save_file
from tests.journeys.commands import headstart, headstart_process

from headstart.backbones.catalogue import load_network
from headstart.data import write_demo

BUNDLED = "bundled/efficientnet-lite0@96"
OTHER = "timm/test_resnet"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A part of the demo, and a file of weights that nobody trained."""
    here = tmp_path_factory.mktemp("advise")
    train, _ = write_demo(here / "demo")
    for folder in train.iterdir():
        (here / "photos" / folder.name).mkdir(parents=True)
        for path in sorted(folder.iterdir())[::3]:
            path.rename(here / "photos" / folder.name / path.name)
    network, _ = load_network(OTHER, init="random")
    tensors = {name: one.contiguous() for name, one in network.state_dict().items()}
    save_file(tensors, here / "other.safetensors")
    return here


@pytest.fixture(scope="module")
def advice(place):
    sources = ["--source", BUNDLED, "--source", f"{OTHER}=other.safetensors"]
    return headstart("advise", "photos", *sources, "--out", "plan.json", cwd=place).stdout


def test_each_question_is_answered_in_words(advice):
    for question in ("Should I transfer? yes.", f"Which source? {BUNDLED}.", "How much to"):
        assert question in advice
    assert "2 sources compared; nothing was trained" in advice
    assert "<- best" in advice


def test_the_next_command_works_as_it_is_printed(place, advice):
    (line,) = [one for one in advice.splitlines() if one.startswith("Next: headstart fit")]
    words = line.removeprefix("Next: headstart ").split()
    assert "plan.json" in words
    done = headstart(*words, "--out", "advised", "--json", cwd=place)
    assert json.loads(done.stdout)["source"] == BUNDLED


def test_a_fit_compares_sources_and_shows_why(place):
    sources = ["--source", BUNDLED, "--source", f"{OTHER}=other.safetensors"]
    done = headstart("fit", "photos", *sources, "--out", "chosen", "--json", cwd=place)
    assert json.loads(done.stdout)["source"] == BUNDLED
    decisions = json.loads((place / "chosen" / "evidence.json").read_bytes())["decisions"]
    (which,) = [one for one in decisions if one["question"] == "which source"]
    assert {row["source"] for row in which["measurements"]} == {BUNDLED, OTHER}
    assert OTHER in (place / "chosen" / "report.html").read_text("utf-8")


def test_one_source_that_cannot_be_had_is_told(place):
    sources = ["--source", BUNDLED, "--source", "timm/nothing_like_it"]
    told = headstart("advise", "photos", *sources, "--json", cwd=place).stdout
    assert "is unknown" in json.loads(told)["refused"]["timm/nothing_like_it"]


def test_embeddings_get_a_clear_answer(place):
    (place / "table.csv").write_text("a,b,label\n1,2,x\n3,4,y\n")
    done = headstart_process("advise", "table.csv", cwd=place, check=2)
    assert "Traceback" not in done.stderr
