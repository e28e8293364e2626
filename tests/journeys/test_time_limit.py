"""A fit in a time limit, and one that is interrupted while it tries plans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headstart import load
from headstart.data import write_demo

#: The ordinary command, for a source that takes little time; it stops where it is told to.
COMMAND = """
import os, pathlib, time

import torch  # then the source is prepared in this process, which alone knows it
from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source


class Provider:
    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": f"limited/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn
        from headstart.backbones.providers.seeding import seeded

        with seeded(5):
            network = nn.Sequential(
                nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(),
                nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5),
            )
        facts = Preprocessing((32, 32), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
        return network, Source(
            "limited/net", "image", name, facts, "MIT", "random-5", 5, None, "test"
        )


catalogue.PROVIDERS["limited"] = Provider()
waits_in = os.environ.get("WAIT_IN")
if waits_in:
    from headstart.fitting.plan_trials import PlanTrials

    judged = PlanTrials._judged

    def slow(self, trial, tried):
        if trial.name == waits_in:
            pathlib.Path(os.environ["BEACON"]).touch()
            time.sleep(60)
        return judged(self, trial, tried)

    PlanTrials._judged = slow
from headstart.cli import main

main()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A part of the demo."""
    train, test = write_demo(tmp_path_factory.mktemp("data"))
    for folder in (*train.iterdir(), *test.iterdir()):
        for path in sorted(folder.iterdir())[16:]:
            path.unlink()
    return train, test


@pytest.fixture
def start(demo, tmp_path):
    """Begin a fit that tries plans."""

    def begin(limit, *arguments, **environment):
        train, test = map(str, demo)
        options = ["--source", "limited/net", "--epochs", "2", "--time-limit", str(limit)]
        options += ["--out", str(tmp_path / "run"), "--json", *arguments]
        ours = {"HEADSTART_CACHE": str(tmp_path / "cache"), "BEACON": str(tmp_path / "beacon")}
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "fit", train, "--test", test, *options],
            env={**os.environ, **ours, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


def interrupt(process: subprocess.Popen, beacon: Path) -> None:
    while not beacon.exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)


def trials(run):
    (told,) = [
        one for one in load(run).evidence.decisions if one.question == "how much to transfer"
    ]
    return told


def test_ctrl_c_while_plans_are_tried_saves_the_best_so_far(start, tmp_path):
    process = start(3000, WAIT_IN="bias")
    interrupt(process, tmp_path / "beacon")
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    result = json.loads(out)
    assert result["notes"] == [
        "Interrupted while plans were tried: the best model so far was kept."
    ]
    assert [row["plan"] for row in trials(tmp_path / "run").measurements] == ["probe", "freeze:-1"]
    assert 0.0 <= result["test"]["accuracy"]["value"] <= 1.0
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_limit_that_is_too_short_gives_the_probe(start, tmp_path):
    process = start(0.5)
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert json.loads(out)["notes"] == []
    told = trials(tmp_path / "run")
    assert told.answer == "probe"
    assert told.reason == "In the time limit of 0.5 s, no other plan could be tried."
    assert "In the time limit of 0.5 s" in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_a_limit_for_a_plan_that_is_known(start):
    process = start(60, "--plan", "full")
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    assert errors.startswith(
        "headstart: The time limit is 60.0, but the plan 'full' leaves nothing"
    )
    assert errors.count("\n") == 1
