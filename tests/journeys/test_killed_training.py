"""A training that is killed, interrupted or out of room goes on with --resume to the same end."""

from __future__ import annotations

import json
import os
import shutil
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
import os, pathlib, resource, time

from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source


class Provider:
    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": f"journey/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn
        from headstart.backbones.providers.seeding import seeded

        def block(before, after):
            return nn.Sequential(
                nn.Conv2d(before, before, 3, 1, 1, groups=before),
                nn.BatchNorm2d(before),
                nn.ReLU(),
                nn.Conv2d(before, after, 1),
            )

        with seeded(5):
            network = nn.Sequential(
                nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), block(16, 24), nn.ReLU(), block(24, 32),
                nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5),
            )
        facts = Preprocessing((32, 32), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
        return network, Source(
            "journey/net", "image", name, facts, "MIT", "random-5", 5, None, "test"
        )


catalogue.PROVIDERS["journey"] = Provider()


def watch_training():
    from headstart.training.loop import Trainer

    wait_at, fill_at = os.environ.get("WAIT_AT"), os.environ.get("FILL_AT")
    step, write = Trainer.step, Trainer.keep
    count = [0]

    def watched_step(self, *arguments):
        count[0] += 1
        here = f"{self.checkpoints.newest().epoch + 1}.{count[0]}"
        loss = step(self, *arguments)
        if here == wait_at:
            pathlib.Path(os.environ["BEACON"]).touch()
            time.sleep(60)
        return loss

    def watched_keep(self, history):
        count[0] = 0
        if os.environ.get("TOLD"):
            with open(os.environ["TOLD"], "a") as told:
                print(history[-1].epoch, file=told)
        if str(history[-1].epoch) == fill_at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
        write(self, history)

    Trainer.step, Trainer.keep = watched_step, watched_keep


if {"WAIT_AT", "FILL_AT", "TOLD"} & set(os.environ):
    watch_training()
from headstart.cli import main

main()
"""
EPOCHS = 3


class Place:
    """A cache and a run folder."""

    def __init__(self, folder: Path, data: tuple[Path | str, ...]) -> None:
        self.cache, self.run, self.beacon = folder / "cache", folder / "run", folder / "beacon"
        self.data = data
        self.cache.mkdir()

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        given = ["fit", *map(str, self.data)]
        options = ["--source", "journey/net", "--plan", "freeze:1", "--epochs", str(EPOCHS)]
        options += ["--learning-rate", "0.01", "--seed", "3", "--out", str(self.run), "--json"]
        ours = {"HEADSTART_CACHE": str(self.cache), "BEACON": str(self.beacon)}
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *given, *options, *arguments],
            env={**os.environ, **ours, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, *arguments: str) -> dict:
        process = self.start(*arguments)
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        assert errors == ""
        return json.loads((self.run / "result.json").read_bytes())

    def stop_when(self, ready, number, *arguments: str, **environment: str) -> tuple[int, str]:
        """Send a signal when it is time; status and standard error."""
        process = self.start(*arguments, **environment)
        while not ready():
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.001)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        self.beacon.unlink(missing_ok=True)
        return process.returncode, errors

    def markers(self) -> list[str]:
        return sorted(path.name for path in self.cache.glob("checkpoints/*/epoch-*.json"))

    def trained_weights(self) -> bytes:
        return (self.run / "backbone" / "network.safetensors").read_bytes()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A part of the demo."""
    train, test = write_demo(tmp_path_factory.mktemp("data"))
    for folder in (*train.iterdir(), *test.iterdir()):
        for path in sorted(folder.iterdir())[16:]:
            path.unlink()
    return train, "--test", test


@pytest.fixture(scope="module")
def whole(tmp_path_factory, data):
    """A fit that nobody stopped, and its figures."""
    place = Place(tmp_path_factory.mktemp("whole"), data)
    return place, place.finish()


@pytest.fixture
def place(tmp_path, data, whole):
    """With the ways of computing that the whole fit chose by measuring."""
    place = Place(tmp_path, data)
    choices = "kernel-choices.json"
    shutil.copyfile(whole[0].cache / choices, place.cache / choices)
    return place


def figures(result):
    return {key: value for key, value in result.items() if key != "seconds"}


def history(run):
    (decision,) = [one for one in load(run).evidence.decisions if one.question == "which weights"]
    return [
        {key: value for key, value in row.items() if key != "seconds"}
        for row in decision.measurements
    ]


def assert_same_end(place, result, whole):
    expected, expected_result = whole
    assert figures(result) == figures(expected_result)
    assert history(place.run) == history(expected.run)
    assert place.trained_weights() == expected.trained_weights()
    assert place.markers() == []


def test_a_training_that_was_stopped_goes_on_to_the_same_end(place, whole):
    status, _ = place.stop_when(lambda: "epoch-0001.json" in place.markers(), signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert not place.run.exists()
    # In the middle of the second epoch.
    ready = place.beacon.exists
    place.stop_when(ready, signal.SIGKILL, "--resume", WAIT_AT="2.1")
    assert "epoch-0001.json" in place.markers()
    assert "epoch-0002.json" not in place.markers()
    status, errors = place.stop_when(ready, signal.SIGINT, "--resume", WAIT_AT="3.1")
    assert status == 130
    assert errors.splitlines() == [
        "headstart: interrupted. What was encoded is kept: the same command goes on from there, "
        "and with --resume a training too."
    ]
    assert "epoch-0002.json" in place.markers()
    assert not place.run.exists()
    assert_same_end(place, place.finish("--resume"), whole)


def test_a_full_disk_is_one_message_and_earlier_epochs_are_kept(place, whole):
    process = place.start(FILL_AT="2")
    out, errors = process.communicate()
    assert (process.returncode, out) == (2, "")
    (line,) = errors.splitlines()
    assert line.startswith("headstart: The checkpoint of epoch 2 cannot be written to ")
    assert ": File too large. Those of earlier epochs are kept. Free some room" in line
    assert line.endswith("then run the same command with --resume.")
    assert place.markers() == ["epoch-0000.json", "epoch-0001.json"]
    assert_same_end(place, place.finish("--resume"), whole)


@pytest.fixture
def several(tmp_path, data):
    """A table of two numbers a picture, of which a head is found at once."""
    pictures = sorted(data[0].glob("*/*.png"))[::3]
    lines = [f"{path},{number}.5,{number % 2}.5" for number, path in enumerate(pictures)]
    table = tmp_path / "two.csv"
    table.write_text("\n".join(["path,far,near", *lines]) + "\n", encoding="utf-8")
    return Place(tmp_path, (table, "--targets", "far,near", "--grouping", "separate"))


def test_with_several_targets_only_what_is_missing_is_trained(several):
    def begun():
        """Epochs of the second network, which has no outcome yet."""
        folders = several.cache.glob("checkpoints/*/")
        unfinished = [one for one in folders if not (one / "outcome.json").exists()]
        return sorted(path.name for one in unfinished for path in one.glob("epoch-*.json"))

    def second_network_has_begun():
        return any(several.cache.glob("checkpoints/*/outcome.json")) and any(begun())

    status, _ = several.stop_when(second_network_has_begun, signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert not several.run.exists()
    last = int(begun()[-1].removeprefix("epoch-").removesuffix(".json"))
    told = several.cache / "told"
    process = several.start("--resume", TOLD=str(told))
    out, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert list(json.loads(out)["training_seconds"]) == ["far", "near"]
    assert told.read_text().split() == [str(number) for number in range(last + 1, EPOCHS + 1)]
    assert not list(several.cache.glob("checkpoints/*"))
