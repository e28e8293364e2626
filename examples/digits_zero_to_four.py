"""Learn the digits 0 to 4, carry that over to 5 to 9 with ten images a class.

You learn that a source need not be a large network from elsewhere: a small convolutional network
that you trained yourself on a related task is one too. It learns the digits 0 to 4 from scratch,
its run is kept, and `run:PATH` is the source for the digits 5 to 9, of which it gets ten images a
class: with all stages frozen, the first two frozen, or all trained on. The same network from random
weights gets the same images. Each draws the images anew several times, for with so few of them a
single draw says little.
It also shows how a network of your own becomes a source. Without `--data` the digits are the small
ones of scikit-learn (8 x 8 pixels), so that nothing needs to be there.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from data_folder import data_argument, find_data

PLANS = ("probe", "freeze:2", "full", "scratch")
OWN = "own/digits"


class OwnNetworks:
    """A provider: what the catalogue asks of whoever brings networks. A module would do as well."""

    def names(self) -> list[str]:
        return ["digits"]

    def describe(self, name: str) -> dict[str, Any]:
        return {"name": OWN, "modality": "image", "architecture": "four convolutions"}

    def build(self, name: str, weights: Any = None, init: str = "pretrained", seed: int = 0) -> Any:
        """The network, which ends in scores for some classes, and the facts that go with it."""
        from torch import nn

        from headstart.backbones.preprocessing import Preprocessing
        from headstart.backbones.providers.seeding import seeded
        from headstart.backbones.source import Source

        def block(inputs: int, outputs: int, stride: int) -> nn.Module:
            convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
            return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

        with seeded(seed):
            blocks = block(3, 16, 1), block(16, 32, 2), block(32, 64, 2), block(64, 64, 1)
            top = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
            network = nn.Sequential(*blocks, *top)
        facts = Preprocessing((28, 28), 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)
        none = f"random-{seed}", 10, None, "random weights"
        return network, Source(OWN, "image", "four convolutions", facts, "your own", *none)


def main() -> None:
    options = _parser().parse_args()
    from headstart.backbones.catalogue import PROVIDERS

    PROVIDERS["own"] = OwnNetworks()
    x, y = read_digits(find_data(options.data, "digits/mnist_train.npz", "digits/mnist_test.npz"))
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "zero-to-four"
        first = fit(OWN, "scratch", (x[y < 5], y[y < 5]), None, options.source_epochs)
        first.save(run)
        print(f"0 to 4, from scratch, {first.result_.n_train} images: accuracy {told(first)}\n")
        print(f"5 to 9, {options.per_class} images a class, {options.draws} draws of them:")
        print(f"{'plan':<10}{'source':<16}{'accuracy of each draw':<{7 * options.draws + 3}}mean")
        for plan in PLANS:
            source, name = (OWN, "none") if plan == "scratch" else (f"run:{run}", "run of 0 to 4")
            values = []
            for draw in range(options.draws):
                few, rest = draw_few(y, options.per_class, draw)
                model = fit(source, plan, (x[few], y[few]), (x[rest], y[rest]), options.epochs)
                values.append(model.result_.test["accuracy"].value)
            each = "  ".join(f"{value:.3f}" for value in values)
            print(f"{plan:<10}{name:<16}{each:<{7 * options.draws + 3}}{np.mean(values):.3f}")


def fit(source: str, plan: str, train: Any, test: Any, epochs: int) -> Any:
    """One fit. Images are not mirrored in training: a mirrored digit is no digit."""
    from headstart import TransferClassifier
    from headstart.backbones.catalogue import load_backbone
    from headstart.strategies import read_plan_name

    stages = load_backbone(source, init="random").stage_names
    planned = read_plan_name(plan).plan(source, stages)
    planned = planned.with_training(views=("original",), epochs=epochs)
    # What is asked here is what each plan brings, also where it brings nothing.
    return TransferClassifier(plan=planned, fallback=False).fit(*train, test=test)


def draw_few(y: Any, per_class: int, seed: int) -> tuple[Any, Any]:
    """Rows of some images of each digit from 5 on, and of all others."""
    shuffled = np.random.default_rng(seed).permutation(len(y))
    few = np.concatenate([shuffled[y[shuffled] == digit][:per_class] for digit in range(5, 10)])
    return few, np.setdiff1d(np.flatnonzero(y >= 5), few)


def read_digits(data: Path | None) -> tuple[Any, Any]:
    """Images, uint8 of shape (n, rows, columns), and digits of shape (n,)."""
    if data is None:
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        return (x.reshape(-1, 8, 8) * 15.9).astype(np.uint8), y
    parts = [np.load(data / "digits" / f"mnist_{side}.npz") for side in ("train", "test")]
    return tuple(np.concatenate([part[key] for part in parts]) for key in ("x", "y"))


def told(model: Any) -> str:
    accuracy = model.result_.test["accuracy"]
    return f"{accuracy.value:.3f} ({accuracy.low:.3f} to {accuracy.high:.3f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser, "digits/mnist_{train,test}.npz")
    parser.add_argument("--per-class", type=int, default=10, help="images (default 10)")
    parser.add_argument("--draws", type=int, default=3, help="of these images (default 3)")
    parser.add_argument("--epochs", type=int, default=40, help="on 5 to 9 (default 40)")
    parser.add_argument("--source-epochs", type=int, default=10, help="on 0 to 4 (default 10)")
    return parser


if __name__ == "__main__":
    main()
