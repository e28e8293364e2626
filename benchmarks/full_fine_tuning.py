"""Full fine-tuning of EfficientNet-Lite0 on ants and bees, beside fastai.

Claims: an epoch is at least 3 times faster than fastai's with the same weights and image size,
and the accuracy after five epochs is not lower. fastai learns from all pictures that fill whole
batches and judges on the test set; headstart holds a part back to judge its epochs. So seconds are
compared for 100 pictures that are learned from: headstart's with the pass over the samples that
judge, fastai's without it. That ratio is the one to be reached.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from figures import Row, figure_row, seconds_row, truth_row
from fits import FinishedFit, Sides, data_argument, fit_process, say, sides_of
from machine import json_argument, report
from others import Others
from peers.environment import (
    DEFAULT_FOLDER,
    SHARED_WITH_FASTAI,
    PeerUnavailableError,
    ready_environment,
)
from processes import keep_to_cores, run_timed

PEER = Path(__file__).parent / "peers" / "fastai_full.py"
TIMES_FASTER = 3


def main() -> None:
    options = _parser().parse_args()
    sides = sides_of(options.data, "ants_bees")
    keep_to_cores(options.cores)
    python, note = _peer(options)
    say(f"fastai with {note}")
    others = Others()
    ours: list[FinishedFit] = []
    theirs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="headstart-full-") as folder:
        for seed in options.seeds:
            # fastai stands in the middle: the machine's pace drifts.
            ours.append(fit_full(sides, seed, options, Path(folder) / f"{seed}-before"))
            theirs.append(run_fastai(python, sides, seed, options))
            ours.append(fit_full(sides, seed, options, Path(folder) / f"{seed}-after"))
        rows = rows_of(ours, theirs, options)
    report("full_fine_tuning", [*rows, *others.rows()], options.json)


def fit_full(sides: Sides, seed: int, options: argparse.Namespace, folder: Path) -> FinishedFit:
    words = ["--plan", "full", "--epochs", str(options.epochs), "--seed", str(seed)]
    one = fit_process(sides, words, folder / "run", folder / "cache")
    epoch = statistics.median(epoch["seconds"] for epoch in one.epochs)
    say(f"headstart, seed {seed}: {epoch:.2f} s an epoch, accuracy {one.accuracy:.4f}")
    return one


def run_fastai(
    python: Path, sides: Sides, seed: int, options: argparse.Namespace
) -> dict[str, Any]:
    """What the peer printed, with the seconds of its whole process."""
    command = [str(python), str(PEER), str(sides.train), str(sides.test)]
    command += ["--epochs", str(options.epochs), "--seed", str(seed)]
    if options.fastai_learning_rate is not None:
        command += ["--learning-rate", str(options.fastai_learning_rate)]
    if options.fastai_layerwise:
        command.append("--layerwise")
    done = run_timed(command)
    answer = {**json.loads(done.stdout.splitlines()[-1]), "process": done.seconds}
    say(f"fastai, seed {seed}: {json.dumps(answer)}")
    return answer


def rows_of(
    ours: list[FinishedFit], theirs: list[dict[str, Any]], options: argparse.Namespace
) -> list[Row]:
    """Seconds of epochs as they are and for 100 pictures, and the accuracies."""
    first = theirs[0]
    us, them = "headstart --plan full", f"fastai {first['fastai']} fit_one_cycle, unfrozen"
    our_epochs = [epoch["seconds"] for one in ours for epoch in one.epochs]
    hundreds = [100 * epoch["seconds"] / n_trained(one) for one in ours for epoch in one.epochs]
    whole = [epoch["seconds"] for one in theirs for epoch in one["epochs"]]
    training = [epoch["train_seconds"] for one in theirs for epoch in one["epochs"]]
    their_hundreds = [
        100 * epoch["train_seconds"] / epoch["pictures"]
        for one in theirs
        for epoch in one["epochs"]
        if epoch["pictures"]
    ]
    if not their_hundreds:
        sys.exit(f"fastai learned from nothing: its batches are of {first['batch_size']} pictures.")
    middle = statistics.median
    fair = middle(their_hundreds) / middle(hundreds)
    our_accuracies = [one.accuracy for one in ours]
    their_accuracies = [answer["accuracy"] for answer in theirs]
    lower = statistics.mean(our_accuracies) - statistics.mean(their_accuracies)
    epochs = options.epochs
    return [
        seconds_row(f"{us}, an epoch with its validation", our_epochs),
        seconds_row(f"{us}, 100 pictures learned from, validation included", hundreds),
        seconds_row(f"{them}, an epoch with its validation", whole),
        seconds_row(f"{them}, an epoch without it", training),
        seconds_row(f"{them}, 100 pictures learned from, without validation", their_hundreds),
        figure_row("fastai / headstart, for 100 pictures", [fair], "x", TIMES_FASTER),
        figure_row(
            "fastai / headstart, epochs as they are", [middle(whole) / middle(our_epochs)], "x"
        ),
        figure_row(f"{us}, test accuracy after {epochs} epochs", our_accuracies),
        figure_row(f"{them}, test accuracy after {epochs} epochs", their_accuracies),
        truth_row(f"mean accuracy is not lower (headstart less fastai: {lower:+.4f})", lower >= 0),
        seconds_row(f"{us}, whole process", [one.seconds for one in ours]),
        seconds_row(f"{them}, whole process", [answer["process"] for answer in theirs]),
    ]


def n_trained(one: FinishedFit) -> int:
    """Pictures that were learned from; the plan says which share was held back."""
    share = one.result["plan"]["training"]["validation"]
    return round(one.result["n_train"] * (1 - share))


def _peer(options: argparse.Namespace) -> tuple[Path, str]:
    try:
        return ready_environment(options.peers / "fastai", ["fastai"], SHARED_WITH_FASTAI)
    except PeerUnavailableError as error:
        sys.exit(f"fastai cannot be installed, so there is nothing to compare with.\n{error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--fastai-learning-rate", type=float, help="default: fastai's own")
    parser.add_argument(
        "--fastai-layerwise", action="store_true", help="its first layers at a hundredth of that"
    )
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    parser.add_argument(
        "--peers",
        type=Path,
        default=DEFAULT_FOLDER,
        help="where the peer's environment lies between runs (default %(default)s)",
    )
    json_argument(parser, "full_fine_tuning")
    return parser


if __name__ == "__main__":
    main()
