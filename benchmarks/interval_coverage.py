"""Stated 95 % intervals: in how many simulated repetitions do they hold the truth?

Every figure that carries an interval is computed on many simulated test sets of 50, 150 and 500
samples whose true value is known, for easy and hard problems: accuracies of .6 to .98 with 2 and 5
classes (sure and unsure models), models that agree more or less with their rival, and errors of
regressions that are normal or heavy-tailed.

The difficulty moves a little from repetition to repetition, so that a cell is about its range: the
coverage of any interval of a count jumps from one true share to the next (Brown, Cai and DasGupta,
*Interval estimation for a binomial proportion*, 2001).

Claim: the coverage of each figure, mean over the cells of a size, is 93 to 97 %. Each cell is in
the table too, with the share of intervals that lay above and below the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fits import say
from machine import json_argument, report
from numpy.typing import NDArray

Array = NDArray[Any]

SIZES = (50, 150, 500)
#: True accuracies: a cell draws from one of these ranges.
ACCURACIES = ((0.60, 0.70), (0.70, 0.80), (0.80, 0.90), (0.90, 0.98))
N_CLASSES = (2, 5)
#: Samples that stand for all when a true value is not known by a formula.
MANY = 200_000
#: Difficulties in a range for which it is worked out.
STEPS = 6
LEAST, MOST = 0.93, 0.97


@dataclass(frozen=True)
class Cell:
    """A kind of problem.

    Parameters
    ----------
    name : str
        In words.
    truths : sequence of mapping of str to float
        Metric name to true value, by difficulty.
    figures : callable
        From a difficulty, a size, a generator and a seed to metric name and figure.
    """

    name: str
    truths: Sequence[dict[str, float]]
    figures: Callable[[int, int, np.random.Generator, int], dict[str, Any]]


def main() -> None:
    options = _parser().parse_args()
    random = np.random.default_rng(options.seed)
    rows: list[dict[str, Any]] = []
    for cell in _cells(random, options.only):
        for size in options.sizes:
            rows += list(_covered(cell, size, options.repetitions, random))
            say(f"{cell.name}, {size}: " + ", ".join(f"{r['coverage']:.3f}" for r in rows[-6:]))
    report("interval_coverage", [*_summaries(rows), *rows], options.json)


def _covered(
    cell: Cell, size: int, repetitions: int, random: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """A row for each metric of a cell."""
    found: dict[str, list[tuple[bool, bool, float]]] = {}
    for number in range(repetitions):
        difficulty = number % len(cell.truths)
        for metric, figure in cell.figures(difficulty, size, random, number).items():
            truth = cell.truths[difficulty][metric]
            # Rounding is no miss.
            above, below = figure.low > truth + 1e-12, figure.high < truth - 1e-12
            found.setdefault(metric, []).append((above, below, figure.high - figure.low))
    for metric, ends in found.items():
        above, below, width = np.array(ends, dtype=float).mean(axis=0).tolist()
        coverage = 1 - above - below
        yield {
            "what": metric,
            "samples": size,
            "cell": cell.name,
            "coverage": round(coverage, 4),
            "too high": round(above, 4),
            "too low": round(below, 4),
            "width": round(width, 4),
            "runs": len(ends),
            "required": None,
            "reached": None,
        }


def _summaries(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The mean over the cells of a metric and size, which has to be within the limits."""
    for metric in dict.fromkeys(row["what"] for row in rows):
        for size in dict.fromkeys(row["samples"] for row in rows):
            some = [row for row in rows if (row["what"], row["samples"]) == (metric, size)]
            if not some:
                continue
            mean = {
                key: round(float(np.mean([row[key] for row in some])), 4)
                for key in ("coverage", "too high", "too low", "width")
            }
            least, most = (f([row["coverage"] for row in some]) for f in (min, max))
            yield {
                "what": metric,
                "samples": size,
                "cell": f"all {len(some)}, {least:.3f} to {most:.3f}",
                **mean,
                "runs": sum(row["runs"] for row in some),
                "required": f"{LEAST:g} to {MOST:g}",
                "reached": LEAST <= mean["coverage"] <= MOST,
            }


def _cells(random: np.random.Generator, only: str | None) -> Iterator[Cell]:
    made = {
        "classes": _class_cells,
        "pairs": _pair_cells,
        "numbers": _number_cells,
        "gains": _gain_cells,
    }
    for name, cells in made.items():
        if only in (None, name):
            yield from cells(random)


# --- classes: targets, and probabilities of a model that is right so often


def _class_cells(random: np.random.Generator) -> Iterator[Cell]:
    for n_classes in N_CLASSES:
        for low, high in ACCURACIES:
            for sureness in (1.0, 2.0):
                yield _class_cell(random, n_classes, (low, high), sureness)


def _class_cell(
    random: np.random.Generator, n_classes: int, accuracies: tuple[float, float], sureness: float
) -> Cell:
    from headstart.metrics import classification_figures

    signals = [_signal(accuracy, n_classes) for accuracy in np.linspace(*accuracies, STEPS)]

    def draw(signal: float, size: int, random: np.random.Generator) -> tuple[Array, Array]:
        targets = random.integers(0, n_classes, size)
        scores = random.normal(size=(size, n_classes))
        scores[np.arange(size), targets] += signal
        scores = np.exp(sureness * signal * scores)  # with 1 its probabilities are true
        return targets, scores / scores.sum(axis=1, keepdims=True)

    truths = [_class_truth(*draw(signal, MANY, random)) for signal in signals]

    def figures(
        difficulty: int, size: int, random: np.random.Generator, seed: int
    ) -> dict[str, Any]:
        return classification_figures(*draw(signals[difficulty], size, random), seed=seed)

    sure = "well calibrated" if sureness == 1.0 else "too sure"
    name = f"{n_classes} classes, {accuracies[0]:g} to {accuracies[1]:g} right, {sure}"
    return Cell(name, truths, figures)


def _class_truth(targets: Array, table: Array) -> dict[str, float]:
    """Values on so many samples that they stand for all; no interval is computed."""
    from sklearn.metrics import f1_score, log_loss, roc_auc_score

    from headstart.metrics.calibration import bin_gaps
    from headstart.metrics.outcomes import outcomes

    predicted = table.argmax(axis=1)
    scores = table[:, 1] if table.shape[1] == 2 else table
    gaps = bin_gaps(outcomes(targets, table)).sum(axis=0)
    return {
        "accuracy": float((predicted == targets).mean()),
        "macro_f1": float(f1_score(targets, predicted, average="macro")),
        "auroc": float(roc_auc_score(targets, scores, multi_class="ovr")),
        "log_loss": float(log_loss(targets, table)),
        "calibration_error": float(np.abs(gaps).sum() / len(targets)),
    }


def _signal(accuracy: float, n_classes: int) -> float:
    """How far the true class's score is ahead, so that it is the highest in this share."""
    from statistics import NormalDist

    normal, grid = NormalDist(), np.linspace(-8, 8, 4001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    low, high = 0.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        below = np.array([normal.cdf(one + middle) for one in grid]) ** (n_classes - 1)
        low, high = (middle, high) if (density * below).sum() < accuracy else (low, middle)
    return (low + high) / 2


# --- pairs: two models on the same samples


def _pair_cells(random: np.random.Generator) -> Iterator[Cell]:
    for low, high in ACCURACIES:
        for gain in (0.0, 0.05, 0.15):
            for agreement in (0.0, 0.8):
                yield _pair_cell((low, high), gain, agreement)


def _pair_cell(accuracies: tuple[float, float], gain: float, agreement: float) -> Cell:
    from headstart.metrics import paired_difference

    rivals = np.linspace(*accuracies, STEPS)
    owns = np.minimum(rivals + gain, 0.995)
    truths = [
        {"paired accuracy": float(own - rival)} for own, rival in zip(owns, rivals, strict=True)
    ]

    def figures(
        difficulty: int, size: int, random: np.random.Generator, seed: int
    ) -> dict[str, Any]:
        # The same luck for both models in a share of the samples.
        luck = random.random((2, size))
        luck[1] = np.where(random.random(size) < agreement, luck[0], luck[1])
        own, rival = luck[0] < owns[difficulty], luck[1] < rivals[difficulty]
        return {"paired accuracy": paired_difference(own, rival)}

    shown = f"{accuracies[0]:g} to {accuracies[1]:g} right, {gain:g} more, agreement {agreement:g}"
    return Cell(shown, truths, figures)


# --- numbers: targets and predictions of a regression

Errors = Callable[[np.random.Generator, int], Array]
ERRORS: dict[str, Errors] = {
    "normal": lambda random, size: random.normal(size=size),
    "Laplace": lambda random, size: random.laplace(size=size),
    "Student's t, 5": lambda random, size: random.standard_t(5, size=size),
}
#: Spread of the targets in units of the errors' scale.
SPREADS = (1.0, 3.0)


def _number_cells(random: np.random.Generator) -> Iterator[Cell]:
    for name, errors in ERRORS.items():
        for spread in SPREADS:
            yield _number_cell(name, errors, spread, random)


def _number_cell(name: str, errors: Errors, spread: float, random: np.random.Generator) -> Cell:
    from headstart.metrics import regression_figures

    scales = np.linspace(0.7, 1.3, STEPS)

    def draw(scale: float, size: int, random: np.random.Generator) -> tuple[Array, Array]:
        predictions = spread * random.normal(size=size)
        return predictions + scale * errors(random, size), predictions

    def truth(scale: float) -> dict[str, float]:
        targets, predictions = draw(scale, 20 * MANY, random)
        missed = targets - predictions
        return {
            "r2": float(1 - (missed**2).mean() / targets.var()),
            "mean_absolute_error": float(np.abs(missed).mean()),
            "root_mean_squared_error": float(np.sqrt((missed**2).mean())),
        }

    def figures(
        difficulty: int, size: int, random: np.random.Generator, seed: int
    ) -> dict[str, Any]:
        return regression_figures(*draw(scales[difficulty], size, random))

    return Cell(
        f"errors {name}, targets spread {spread:g}", [truth(one) for one in scales], figures
    )


# --- gains: absolute errors of two models on the same samples


def _gain_cells(random: np.random.Generator) -> Iterator[Cell]:
    for name, errors in ERRORS.items():
        for agreement in (0.0, 0.8):
            for ratio in (1.0, 1.5):
                yield _gain_cell(name, errors, agreement, ratio, random)


def _gain_cell(
    name: str, errors: Errors, agreement: float, ratio: float, random: np.random.Generator
) -> Cell:
    from headstart.metrics import paired_error_difference

    ratios = ratio * np.linspace(0.95, 1.05, STEPS)
    mean = float(np.abs(errors(random, 20 * MANY)).mean())
    truths = [{"paired error": (one - 1) * mean} for one in ratios.tolist()]

    def figures(
        difficulty: int, size: int, random: np.random.Generator, seed: int
    ) -> dict[str, Any]:
        own, rival = errors(random, size), errors(random, size)
        rival = np.where(random.random(size) < agreement, own, rival)
        found = paired_error_difference(np.abs(own), ratios[difficulty] * np.abs(rival))
        return {"paired error": found}

    return Cell(f"errors {name}, agreement {agreement:g}, {ratio:g} times", truths, figures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000, help="of each cell and size")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--only", choices=["classes", "pairs", "numbers", "gains"])
    parser.add_argument("--seed", type=int, default=0)
    json_argument(parser, "interval_coverage")
    return parser


if __name__ == "__main__":
    main()
