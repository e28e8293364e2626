"""Two networks whose states are maps, and pictures with something in them, small enough for tests.

The network of convolutions takes any canvas; the transformer, which has a class token and learned
positions, that of its own size alone.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.data.items import PictureItem
from headstart.data.masks import ArrayMask
from headstart.data.object_arrays import as_objects

FACTS = Preprocessing((64, 64), 0.9, "bilinear", (0.5, 0.4, 0.3), (0.25, 0.25, 0.25))
CONVOLUTIONS, TOKENS = "places/convolutions", "places/tokens"
SOURCES = (CONVOLUTIONS, TOKENS)
COLOURS = {"red": (220, 40, 40), "blue": (40, 40, 220)}
CANVAS = (64, 64)


class PlaceProvider:
    """Weights by seed; "pretrained" ones are those of a seed that nobody else takes."""

    def names(self):
        return ["convolutions", "tokens", "vectors"]

    def describe(self, name):
        return source_of(name).to_dict()

    def build(self, name, weights=None, init="pretrained", seed=0):
        from headstart.backbones.providers.seeding import seeded

        with seeded(seed if init == "random" else 99):
            network = {"convolutions": convolutions, "tokens": tokens, "vectors": vectors}[name]()
            for module in network.modules():
                if hasattr(module, "running_mean"):
                    module.running_mean.normal_(0.0, 0.1)
                    module.running_var.uniform_(0.5, 1.5)
        return network, source_of(name)


def source_of(name):
    given = (f"places/{name}", "image", name, FACTS, "MIT", "random-99", 5, None, "test")
    return Source(*given)


def convolutions():
    """Strides of 4, 8, 16 and 32; the last stage is a vector."""
    from torch import nn

    def block(before, after, stride=2):
        return nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
        )

    stem = nn.Sequential(nn.Conv2d(3, 12, 4, 4), nn.BatchNorm2d(12), nn.ReLU())
    end = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 5))
    return nn.Sequential(stem, block(12, 16), block(16, 20), block(20, 24), block(24, 24, 1), *end)


def tokens():
    """A stride of 16, after a token that stands for no place."""
    import torch
    from torch import nn

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.own, self.back = nn.LayerNorm(24), nn.Linear(24, 48), nn.Linear(48, 24)

        def forward(self, x):
            y = self.norm(x)
            y = y + y.mean(1, keepdim=True)
            return x + self.back(nn.functional.gelu(self.own(y)))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 24, 16, 16)
            self.first = nn.Parameter(torch.randn(1, 1, 24))
            self.positions = nn.Parameter(torch.randn(1, 17, 24) * 0.3)
            self.layers = nn.Sequential(Layer(), Layer(), Layer())
            self.last = nn.Linear(24, 5)

        def forward(self, x):
            x = self.patches(x).flatten(2).transpose(1, 2)
            x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
            return self.last(self.layers(x)[:, 0])

    return Transformer()


def vectors():
    """Nothing but the mean of the picture."""
    from torch import nn

    def layer(before, after):
        return nn.Sequential(nn.Linear(before, after), nn.ReLU())

    start = (nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*start, layer(3, 8), layer(8, 8), nn.Linear(8, 5))


def scene(seed, size=(64, 64), count=1, classes=("red",)):
    """A picture with coloured boxes on noise: (picture, corners, names)."""
    random = np.random.default_rng(seed)
    width, height = size
    pixels = random.integers(90, 150, (height, width, 3))
    corners, names = [], []
    for number in range(count):
        w, h = random.integers(width // 3, width // 2), random.integers(height // 3, height // 2)
        x, y = random.integers(0, width - w), random.integers(0, height - h)
        name = classes[(seed + number) % len(classes)]
        pixels[y : y + h, x : x + w] = np.array(COLOURS[name]) + random.integers(-20, 20, (h, w, 3))
        corners.append((x, y, x + w, y + h))
        names.append(name)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), corners, names


def label_of(task, size, corners, names, classes=("red",)):
    """What the task is given for a scene; in a mask 0 is what no box covers."""
    if task != "segmentation":
        return Boxes.of(corners, names, size)
    codes = np.zeros((size[1], size[0]), dtype=np.uint8)
    for (x, y, right, bottom), name in zip(corners, names, strict=True):
        codes[y:bottom, x:right] = 1 + classes.index(name)
    return ArrayMask(codes)


def scenes(task, seeds, size=(64, 64), classes=("red",), counts=None):
    """A data set of a task of places."""
    items, labels = [], []
    for place, seed in enumerate(seeds):
        count = 1 if counts is None else counts[place]
        picture, corners, names = scene(seed, size, count, classes)
        items.append(PictureItem.of(picture, f"scene {seed}"))
        labels.append(label_of(task, size, corners, names, classes))
    return Dataset("image", items=items, labels=as_objects(labels))
