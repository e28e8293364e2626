"""Replace the last layer: a pretrained network as a fixed feature extractor, cat or not.

You learn the first exercise of every course on transfer learning: take a network off the shelf,
throw its last layer away (ResNet-18: 512 -> 1000 classes), put a small one in its place (512 -> 2),
and learn nothing but that: 512 x 2 + 2 = 1,026 numbers of more than eleven million.
Weights of ResNet-18 have to be downloaded, so it is taken apart with random weights, and the model
is learned on a source that needs no download. With `--source torchvision/resnet18`, or with
`--weights FILE` beside it, it is the classical exercise to the letter. Without `--data` it tells
photographs of brick, grass and gravel apart, which come with the package.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from data_folder import data_argument, find_data


def main() -> None:
    options = _parser().parse_args()
    data = find_data(options.data, "cats/train", "cats/test")
    take_apart("torchvision/resnet18", n_classes=2)
    with tempfile.TemporaryDirectory() as folder:
        learn(*pictures(data, Path(folder)), options)


def take_apart(name: str, n_classes: int) -> None:
    """Stages, the layer that is replaced, and what is learned."""
    import torch
    from torch import nn

    from headstart.backbones.assembly import load_assembled

    assembled = load_assembled(name, init="random")
    backbone = assembled.backbone
    print(f"{name}, with random weights, stage by stage:")
    for stage in backbone.stages:
        shape = " x ".join(map(str, stage.state_shape))
        print(f"  {stage.name:<10} {_count(stage.module):>10,} numbers  -> {shape}")
    features = backbone.stages[-1].feature_size
    old, new = backbone.head, nn.Linear(features, n_classes)
    print(f"  old head   {_count(old):>10,} numbers  -> {backbone.source.n_classes}")
    print(f"  new head   {_count(new):>10,} numbers  -> {n_classes}")
    backbone.head = new
    rows, columns = backbone.source.preprocessing.size
    scores = backbone(torch.zeros(1, 3, rows, columns))
    print(f"A picture goes in, {scores.shape[1]} scores come out. To be learned: ", end="")
    print(f"{features} x {n_classes} + {n_classes} = {_count(new):,} numbers; ", end="")
    print(f"{_count(backbone.pieces):,} stay as they are.\n")


def learn(train: Path, test: Path, options: argparse.Namespace) -> None:
    """All stages frozen, a head on the last one: the plan that is called "probe"."""
    from headstart import HeadPlan, TransferClassifier
    from headstart.backbones.catalogue import load_backbone
    from headstart.plan import frozen_plan

    stages = load_backbone(options.source, init="random").stage_names
    # "probe" alone would choose the stages by cross-validation; the exercise takes the last one.
    plan = frozen_plan(options.source, stages).with_head(HeadPlan(stages[-1:]))
    # The head is what is looked at, also where a model without transfer would do better.
    classifier = TransferClassifier(plan=plan, weights=options.weights, fallback=False)
    model = classifier.fit(train, test=test)
    head, result = model.model_.head, model.result_
    (features, classes), accuracy = head.weights.shape, result.test["accuracy"]
    numbers = head.weights.size + head.bias.size
    print(f"Learned on {result.source}, {result.n_train} pictures: {', '.join(result.classes)}.")
    print(f"The new head: {features} x {classes} + {classes} = {numbers:,} numbers.")
    print(f"Accuracy on {result.n_test} test pictures: {accuracy.value:.2f} ", end="")
    print(f"(95 % interval {accuracy.low:.2f} to {accuracy.high:.2f}).")
    for one in result.baselines:
        print(f"  without transfer, {one.name}: {one.test['accuracy'].value:.2f}")
    print(f"Verdict: {result.verdict}.")


def _count(module: object) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def pictures(data: Path | None, folder: Path) -> tuple[Path, Path]:
    """Training and test pictures: those of cats, or else the demo's."""
    if data is not None:
        return data / "cats" / "train", data / "cats" / "test"
    from headstart.data import write_demo

    return write_demo(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser, "cats/{train,test}/{cat,noncat}")
    parser.add_argument(
        "--source", default="bundled/efficientnet-lite0", help="to learn on (default %(default)s)"
    )
    parser.add_argument("--weights", help="a file of weights for that source")
    return parser


if __name__ == "__main__":
    main()
