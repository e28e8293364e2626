"""A source small enough to fit on pictures in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.remembered_probes import remembered_probes

from headstart.activations.preparation import Request, make_converted
from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source

NAME = "fitting/net"
OTHER = "fitting/other"
FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


class FittingProvider:
    def names(self):
        return ["net", "other"]

    def describe(self, name):
        return {"name": f"fitting/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn

        from headstart.backbones.providers.seeding import seeded

        with seeded(seed + (name == "other")):
            network = nn.Sequential(
                nn.Conv2d(3, 8, 3, stride=2),
                nn.ReLU(),
                nn.Conv2d(8, 8, 3, stride=2),
                nn.ReLU(),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(8, 5),
            )
        return network, Source(
            f"fitting/{name}", "image", name, FACTS, "MIT", "random-0", 5, None, "test"
        )


@pytest.fixture(scope="package", autouse=True)
def probes() -> Iterator[None]:
    """Fitted once for the same samples."""
    with remembered_probes():
        yield


@pytest.fixture(scope="session")
def tiny_sources(tiny_source) -> list[str]:
    """Two that differ in their weights."""
    make_converted(Request(OTHER))
    return [NAME, OTHER]


@pytest.fixture(scope="session")
def tiny_source() -> Iterator[str]:
    """Converted once, so that each fit finds it in the cache of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.PROVIDERS, "fitting", FittingProvider())
        make_converted(Request(NAME))
        yield NAME


COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200)}


def picture(colour: str, seed: int, size: int = 20) -> Image.Image:
    noise = np.random.default_rng(seed).integers(-25, 25, (size, size, 3))
    return Image.fromarray((np.array(COLOURS[colour]) + noise).clip(0, 255).astype(np.uint8))


def write_photos(folder: Path) -> Path:
    for colour in COLOURS:
        (folder / colour).mkdir(parents=True)
        for number in range(10):
            picture(colour, number).save(folder / colour / f"{number}.png")
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Ten red and ten blue pictures in class folders."""
    return write_photos(tmp_path / "photos")


@pytest.fixture(scope="session")
def same_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same pictures, for tests that change none."""
    return write_photos(tmp_path_factory.mktemp("same") / "photos")


@pytest.fixture
def make_picture():
    return picture
