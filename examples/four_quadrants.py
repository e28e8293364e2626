"""The four quadrants of transfer learning, measured: how much data, and how like the source's.

You learn what the table that every course draws is worth on real pictures. It recommends how much
of a pretrained network to keep by two questions: is there little data or much, and is it like what
the network has seen (here ImageNet)? Ants and bees are like it, chest X-rays are not. "Small" is a
handful a class; "large" is all there is, which is still only some hundred pictures.
Each quadrant tries four strategies on the same test pictures: probe (all stages frozen), freeze
(the early ones frozen), full (all trained on), scratch (random weights, all trained). Beside them
stands what the table recommends, and its accuracy less that of the best of the row, with the 95 %
interval: where that holds 0, there is no measurable difference. (The best was picked on the test
pictures, which flatters it.) The defaults take minutes; scratch would need many more epochs.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

from data_folder import data_argument, find_data

#: What is like the source and what is not: folder, and its two parts.
SETS = {"similar": ("ants_bees", "train", "val"), "dissimilar": ("chest_xray", "train", "test")}
#: The table of the courses.
RECOMMENDED = {
    ("small", "similar"): "probe",
    ("small", "dissimilar"): "freeze",
    ("large", "similar"): "full",
    ("large", "dissimilar"): "scratch",
}


def main() -> None:
    options = _parser().parse_args()
    folders = [f"{name}/{part}" for name, *parts in SETS.values() for part in parts]
    data = find_data(options.data, *folders)
    if data is None:
        sys.exit(
            "Name the folder that holds ants_bees/ and chest_xray/: --data, or HEADSTART_DATA."
        )
    print(
        f"{'data':<7}{'source':<12}{'n':>4}",
        *(f"{plan:<17}" for plan in strategies(options)),
        end="",
    )
    print("  table says  less the best")
    for (size, likeness), advice in RECOMMENDED.items():
        if options.only not in (None, size, likeness):
            continue
        name, train, test = SETS[likeness]
        few = options.per_class if size == "small" else None
        pictures = draw(data / name / train, few, options.seed)
        models = {
            plan: fit(pictures, data / name / test, plan, epochs, options)
            for plan, epochs in strategies(options).items()
        }
        cells = [f"{told(model.result_.test['accuracy']):<17}" for model in models.values()]
        print(f"{size:<7}{likeness:<12}{len(pictures):>4}", *cells, end="  ")
        print(f"{advice:<12}{compared(models, advice)}", flush=True)


def strategies(options: argparse.Namespace) -> dict[str, int | None]:
    """The plans and how many epochs each is given."""
    frozen = f"freeze:{options.freeze}"
    tuned = options.epochs
    return {"probe": None, frozen: tuned, "full": tuned, "scratch": options.scratch_epochs}


def draw(folder: Path, per_class: int | None, seed: int) -> list[Path]:
    """The same number of each class, or all."""
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    shuffled = [random.Random(seed).sample(found, len(found)) for found in map(_files, classes)]
    return [path for found in shuffled for path in found[:per_class]]


def fit(
    pictures: list[Path], test: Path, plan: str, epochs: int | None, options: argparse.Namespace
) -> Any:
    from headstart import TransferClassifier

    labels = [path.parent.name for path in pictures]
    model = TransferClassifier(
        options.source,
        plan,
        epochs=epochs,
        weights=options.weights,
        random_state=options.seed,
        fallback=False,  # each plan is to be seen, also one that hurts
    )
    return model.fit(pictures, labels, test=test)


def compared(models: dict[str, Any], advice: str) -> str:
    """Accuracy of what is recommended less that of the best, or that none is better."""
    from headstart.metrics import paired_difference

    right = {
        plan.partition(":")[0]: [one.correct for one in model.model_.predictions]
        for plan, model in models.items()
    }
    best = max(right, key=lambda plan: (sum(right[plan]), plan == advice))
    if best == advice:
        return "none is better"
    difference = told(paired_difference(right[advice], right[best]), "+")
    return f"{difference} ({best})"


def told(figure: Any, sign: str = "") -> str:
    return f"{figure.value:{sign}.2f} [{figure.low:{sign}.2f}, {figure.high:{sign}.2f}]"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser, "ants_bees/{train,val} and chest_xray/{train,test}")
    parser.add_argument("--source", default="auto", help="default: the bundled one")
    parser.add_argument("--weights", help="a file of weights for that source")
    parser.add_argument("--per-class", type=int, default=20, help="of small data (default 20)")
    parser.add_argument("--freeze", default="5", help="stages that freeze keeps (default 5)")
    parser.add_argument("--epochs", type=int, default=3, help="of freeze and full (default 3)")
    parser.add_argument("--scratch-epochs", type=int, default=5, help="of scratch (default 5)")
    parser.add_argument(
        "--only", choices=["small", "large", "similar", "dissimilar"], help="two of the quadrants"
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
