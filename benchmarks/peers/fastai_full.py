"""fastai training every weight for some epochs, from the weights that headstart uses.

``vision_learner``, ``unfreeze`` and ``fit_one_cycle``, with fastai's own batch size, workers and
learning rate. Runs in the environment of ``fastai_fine_tune.py``. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from fastai_fine_tune import build_learner, facts, read_pictures


def main() -> None:
    options = _parser().parse_args()
    started = time.perf_counter()
    from fastai.torch_core import set_seed  # the whole script is about fastai, --help is not

    import_seconds = time.perf_counter() - started
    set_seed(options.seed)
    learner = build_learner(read_pictures(options.train, options.test))
    epochs: list[dict[str, float]] = []
    learner.add_cb(epoch_watch(epochs))
    learner.unfreeze()
    rate = options.learning_rate
    if rate is not None and options.layerwise:
        rate = slice(rate / 100, rate)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(options.epochs, rate)
    for epoch, (train_loss, valid_loss, accuracy) in zip(
        epochs, learner.recorder.values, strict=True
    ):
        epoch.update(train_loss=train_loss, valid_loss=valid_loss, accuracy=accuracy)
    answer = {
        "accuracy": learner.recorder.values[-1][-1],
        "epochs": epochs,
        "learning_rate": str(rate or learner.lr),
        "import_seconds": import_seconds,
        **facts(learner),
    }
    print(json.dumps(answer))


def epoch_watch(epochs: list[dict[str, float]]) -> Any:
    """A callback that adds the seconds of each epoch, with and without its validation.

    And the pictures that were learned from: fastai leaves out those that fill no whole batch.
    """
    from fastai.callback.core import Callback

    class EpochWatch(Callback):
        def before_epoch(self) -> None:
            self.began, self.pictures = time.perf_counter(), 0

        def after_batch(self) -> None:
            if self.training:
                self.pictures += len(self.x)

        def after_train(self) -> None:
            self.trained = time.perf_counter()

        def after_epoch(self) -> None:
            seconds = {
                "train_seconds": self.trained - self.began,
                "seconds": time.perf_counter() - self.began,
            }
            epochs.append({"pictures": self.pictures, **seconds})

    return EpochWatch()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, help="folder of class folders")
    parser.add_argument("test", type=Path, help="folder of class folders beside it")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--learning-rate", type=float, help="highest; default: fastai's")
    parser.add_argument(
        "--layerwise", action="store_true", help="first layers at a hundredth of --learning-rate"
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
