"""A fit that is killed loses a few rows at most, and the next one goes on from there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from headstart import load
from headstart.activations.preparation import Request, prepare
from headstart.activations.shard import Shard
from headstart.backbones.catalogue import default_source
from headstart.data import write_demo
from headstart.files import is_temporary

ROWS_A_SHARD = 24
#: The ordinary command; only that rows are stored in smaller parts than usual.
COMMAND = (
    "from headstart.activations import encoding;"
    f"encoding.ROWS_A_SHARD = {ROWS_A_SHARD};"
    "from headstart.cli import main; main()"
)


class Place:
    """A cache that holds the converted network already, and a run folder."""

    def __init__(self, folder: Path, data: tuple[Path, Path]) -> None:
        self.cache, self.run = folder / "cache", folder / "run"
        self.data = data
        converted = prepare(Request(default_source("image"))).folder
        shutil.copytree(converted, self.cache / "converted" / converted.name)

    def start(self) -> subprocess.Popen:
        train, test = map(str, self.data)
        arguments = ["fit", train, "--test", test, "--out", str(self.run), "--json"]
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env={**os.environ, "HEADSTART_CACHE": str(self.cache)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self) -> dict:
        process = self.start()
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        return json.loads((self.run / "result.json").read_bytes())

    def kill_when(self, ready) -> None:
        process = self.start()
        while not ready():
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors.decode()

    def shards(self) -> list[Path]:
        return sorted(self.cache.glob("activations/*/*.safetensors"))

    def rows(self) -> dict:
        """What is stored, by table, fingerprint and output; no row twice."""
        found = {}
        for path in self.shards():
            shard = Shard(path)
            for row, fingerprint in enumerate(shard.fingerprints()):
                place = (path.parent.name, fingerprint)
                assert place not in found, "a finished row was computed again"
                outputs = json.loads((path.parent / "key.json").read_bytes())["outputs"]
                found[place] = [np.array(shard.array(name)[row]) for name in outputs]
        return found

    def saving(self) -> bool:
        return any(is_temporary(path) for path in self.run.parent.iterdir())


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_demo(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory, data):
    """A fit that nobody killed, its figures and its rows."""
    place = Place(tmp_path_factory.mktemp("unkilled"), data)
    return place, place.finish(), place.rows()


def figures(result):
    return {key: value for key, value in result.items() if key != "seconds"}


def assert_among(rows, expected):
    for place, vectors in rows.items():
        for vector, other in zip(vectors, expected[place], strict=True):
            np.testing.assert_array_equal(vector, other)


def test_a_killed_fit_goes_on_where_it_was(tmp_path, data, unkilled):
    _, result, expected = unkilled
    place = Place(tmp_path, data)
    kept = 0
    for n_shards in (1, 9):
        place.kill_when(lambda n_shards=n_shards: len(place.shards()) >= n_shards)
        rows = place.rows()
        assert kept < len(rows) < len(expected)
        assert len(rows) >= ROWS_A_SHARD * n_shards / 2
        assert_among(rows, expected)
        assert not place.run.exists()
        kept = len(rows)
    place.kill_when(place.saving)
    assert not place.run.exists() or load(place.run)
    assert figures(place.finish()) == figures(result)
    assert place.rows().keys() == expected.keys()
    assert_among(place.rows(), expected)
    assert load(place.run).result_.n_test == result["n_test"]


def test_a_run_that_is_written_over_stays_whole(unkilled):
    place, result, _ = unkilled
    place.kill_when(place.saving)
    assert json.loads((place.run / "result.json").read_bytes()) == result
    assert load(place.run).result_.n_test == result["n_test"]
