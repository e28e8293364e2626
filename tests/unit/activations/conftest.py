"""An encoder, items and a network small enough for tests."""

import hashlib
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image

from headstart.activations.key import ActivationKey
from headstart.activations.store import ActivationStore
from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.errors import UnreadableInputError

FACTS = Preprocessing((16, 16), 0.5, "bilinear", (0.5, 0.4, 0.3), (0.25, 0.5, 1.0))


def make_id(number):
    return hashlib.blake2b(str(number).encode(), digest_size=16).digest()


@dataclass
class TinyItem:
    """A picture of one grey value; below zero it cannot be read."""

    value: int
    name: str = "item"
    sides: list = field(default_factory=list)

    @property
    def fingerprint(self):
        return make_id(self.value)

    def open(self, at_least=None):
        self.sides.append(at_least)
        if self.value < 0:
            raise UnreadableInputError(f"broken {self.value}")
        return Image.new("RGB", (4, 4), (self.value % 256,) * 3)


class TinyEncoder:
    """Two outputs: the mean value, and the value in two other scales."""

    sizes = (1, 2)

    def __init__(self, name="tiny", smallest_side=4):
        self.smallest_side = smallest_side
        self.key = ActivationKey(name, name, "none", "test", "f32", ("mean", "scaled"))
        self.seen = []
        self.finished = 0
        self.threads = set()

    def prepare(self, image):
        self.threads.add(threading.current_thread().name)
        return np.asarray(image, dtype=np.float32)

    def start(self, prepared, done):
        value = float(prepared.mean())
        self.seen.append(value)
        done(np.array([value, 2 * value, 10 * value], dtype=np.float32))

    def finish(self):
        self.finished += 1


class Noise:
    """A picture of random pixels."""

    def __init__(self, seed, size=(40, 50)):
        self.name = f"noise {seed}"
        self.fingerprint = make_id(f"noise {seed}")
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
        self.image = Image.fromarray(pixels)
        self.opened = 0

    def open(self, at_least=None):
        self.opened += 1
        return self.image


class TinyProvider:
    """One network of four layers; random weights by seed, or those of a file."""

    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": f"tiny/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn

        from headstart.backbones.providers.seeding import seeded

        with seeded(seed):
            network = nn.Sequential(
                nn.Conv2d(3, 4, 3, stride=2),
                nn.ReLU(),
                nn.Conv2d(4, 6, 3),
                nn.Hardswish(),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(6, 5),
            )
        given = ("tiny/net", "image", "net", FACTS, "MIT", f"random-{seed}", 5, None, "test")
        return network, Source(*given)


@pytest.fixture
def tiny_provider(monkeypatch, tmp_path):
    """A registered provider, and a cache of this test's own."""
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "cache"))
    provider = TinyProvider()
    monkeypatch.setitem(catalogue.PROVIDERS, "tiny", provider)
    return provider


@pytest.fixture
def noise():
    """Pictures of random pixels, by their seeds."""
    return lambda seeds: [Noise(seed) for seed in seeds]


@pytest.fixture
def store(tmp_path):
    return ActivationStore(tmp_path / "store", limit=10**9)


@pytest.fixture
def tiny_encoder():
    return TinyEncoder()


@pytest.fixture
def make_encoder():
    return TinyEncoder


@pytest.fixture
def make_items():
    return lambda values: [TinyItem(value, f"item {place}") for place, value in enumerate(values)]


@pytest.fixture
def ids():
    """Fingerprints of the numbers below ``count``."""
    return lambda count: [make_id(number) for number in range(count)]


@pytest.fixture(scope="session")
def tiny_backbone():
    """A network of four layers with random weights, cut into stages."""
    from headstart.backbones.discovery import cut_into_stages

    return cut_into_stages(*TinyProvider().build("net", seed=3))


def deep_network(kind):
    """Three stages: of convolutions, of tokens, or with channels last."""
    from torch import nn

    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.last = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 5)
            self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x):
            x = self.stem(x).flatten(2).transpose(1, 2)
            return self.last(self.second(self.first(x).relu()).relu().mean(1))

    class ChannelsLast(Tokens):
        def forward(self, x):
            x = self.stem(x).permute(0, 2, 3, 1)
            return self.last(self.second(self.first(x).relu()).relu().mean((1, 2)))

    if kind != "convolutions":
        return Tokens() if kind == "tokens" else ChannelsLast()
    return nn.Sequential(
        *(nn.Conv2d(3, 4, 3, 2), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3, 2)),
        *(nn.Hardswish(), nn.Conv2d(5, 6, 3), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)),
    )


DEEP = ("convolutions", "tokens", "channels last")


def make_deep(kind, seed=0):
    import torch

    from headstart.backbones.discovery import cut_into_stages
    from headstart.backbones.providers.seeding import seeded

    with seeded(seed):
        network = deep_network(kind)
        for name, buffer in network.named_buffers():
            if buffer.is_floating_point():  # fresh statistics would hide that they are forgotten
                centre = 1.0 if name.endswith("var") else 0.0
                buffer.copy_(torch.rand_like(buffer) - 0.5 + centre)
    given = (f"deep/{kind}", "image", kind, FACTS, "MIT", f"random-{seed}", 5, None, "test")
    return cut_into_stages(network, Source(*given))


@pytest.fixture(scope="session", params=DEEP)
def deep_backbone(request):
    """A network of three stages, once for each layout of states."""
    return make_deep(request.param)


@pytest.fixture(scope="session")
def conv_backbone():
    """The one of convolutions."""
    return make_deep("convolutions")


@pytest.fixture(scope="session")
def make_backbone():
    return make_deep


@pytest.fixture(scope="session")
def tiny_converted(tiny_backbone, tmp_path_factory):
    """The same, converted; tests copy the folder before they damage it."""
    from headstart.activations.converted import convert

    return convert(tiny_backbone, tmp_path_factory.mktemp("converted") / "tiny")
