"""Threads wait for each other where torch has one state for the whole process."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from torch import nn

from headstart.backbones import catalogue, load_backbone
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source

FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


class Crowd:
    """How many threads are inside at once, at most."""

    def __init__(self):
        self.inside, self.most, self.entered, self._lock = 0, 0, 0, Lock()

    def visit(self):
        with self._lock:
            self.inside += 1
            self.entered += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)  # the other thread comes in meanwhile, if it may
        with self._lock:
            self.inside -= 1


class SlowToTrace(nn.Module):
    def __init__(self, crowd):
        super().__init__()
        self.crowd = crowd
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2),
            nn.ReLU(),
            nn.Conv2d(4, 4, 3, stride=2),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 3),
        )

    def forward(self, pictures):
        self.crowd.visit()
        return self.layers(pictures)


@pytest.fixture
def crowd(monkeypatch):
    crowd = Crowd()

    class Provider:
        def names(self):
            return ["net"]

        def describe(self, name):
            return {"name": f"slow/{name}"}

        def build(self, name, weights=None, init="pretrained", seed=0):
            return SlowToTrace(crowd), Source(
                "slow/net", "image", "net", FACTS, "MIT", "random-0", 3, None, "test"
            )

    monkeypatch.setitem(catalogue.PROVIDERS, "slow", Provider())
    return crowd


def test_two_threads_never_trace_at_once(crowd):
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(load_backbone, ["slow/net"] * 4))
    assert {len(one.stages) for one in found} == {len(found[0].stages)}
    assert crowd.entered >= 4
    assert crowd.most == 1
