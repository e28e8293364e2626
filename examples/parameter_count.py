"""How many numbers are learned: a new last layer against a whole network.

You learn why fifty images can be enough. Feature extraction keeps a pretrained network as it is
and learns a new last layer only: two classes on the 2,048 features of ResNet-50 make
2,048 x 2 weights + 2 biases = 4,098 numbers. Training VGG-16 from scratch learns about 140 million.
Nothing is trained and nothing downloaded here: the networks get random weights and are counted.
"""

from __future__ import annotations

import argparse


def main() -> None:
    options = _parser().parse_args()
    from torch import nn

    from headstart.backbones.assembly import load_assembled

    classes = options.classes
    print(f"{'network':<24}{'numbers':>14}{'features':>10}{f'head of {classes}':>12}{'share':>10}")
    for name in options.networks:
        assembled = load_assembled(name, init="random")
        whole = count(assembled.network)
        features = assembled.backbone.stages[-1].feature_size
        head = count(nn.Linear(features, classes))
        print(f"{name:<24}{whole:>14,}{features:>10,}{head:>12,}{head / whole:>10.4%}")
    print("\nWith all pretrained stages frozen, only the head is learned: ", end="")
    print(f"features x {classes} weights + {classes} biases.")
    print("From scratch, all numbers of the network are learned.")


def count(module: object) -> int:
    """Trainable numbers of a torch module."""
    return sum(parameter.numel() for parameter in module.parameters())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "networks",
        nargs="*",
        default=["torchvision/resnet50", "torchvision/resnet18", "torchvision/vgg16"],
        help="sources, as 'headstart sources' lists them (default: %(default)s)",
    )
    parser.add_argument("--classes", type=int, default=2, help="of the new head (default 2)")
    return parser


if __name__ == "__main__":
    main()
