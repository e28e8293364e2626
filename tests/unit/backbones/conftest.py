"""A source small enough for tests, from a provider that is registered like any other."""

import pytest

from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source

FACTS = Preprocessing((16, 16), 0.5, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.5, 1.0))


def make_source(n_classes=5):
    return Source("tiny/net", "image", "net", FACTS, "MIT", "random-0", n_classes, None, "test")


class TinyProvider:
    def names(self):
        return ["net", "nest"]

    def describe(self, name):
        return {"name": f"tiny/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn

        from headstart.backbones.providers.seeding import seeded

        with seeded(seed):
            network = nn.Sequential(
                nn.Conv2d(3, 4, 3, stride=2),
                nn.ReLU(inplace=True),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(4, 5),
            )
        return network, make_source()


@pytest.fixture
def tiny_provider(monkeypatch):
    provider = TinyProvider()
    monkeypatch.setitem(catalogue.PROVIDERS, "tiny", provider)
    return provider


@pytest.fixture
def source():
    return make_source()


@pytest.fixture
def source_without_classes():
    return make_source(0)
