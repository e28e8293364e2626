"""How many labels will be needed: foretold from a quarter of the data, held against the truth.

The truth is measured with many repetitions on all training samples of a data set: the error after
learning from a quarter, a half, three quarters and all of what the folds may learn from. A case is
one of the three larger numbers of labels, for probes with or without transfer, where the error
falls from the quarter on by half a point and by two standard errors at least; flat curves need any
number of labels, and are counted apart.

Three questions are asked of the law that is fitted up to a quarter:

*gain*: a quarter of the samples is drawn and nothing else is known. How many labels lower the error
by as much as it truly falls? This is what "about N more labels for +1 point" answers.
*level*: the same, but for the true error itself. The quarter's own samples say how high the curve
lies, so that a hundred of them leave it uncertain by several points.
*shared*: for the true error, where the curve up to a quarter is judged on the samples that judge
the truth, as one does to compare ways of extrapolating.

An answer is right when it is within a factor of 1.5 of the true number. No test set is looked at.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import Row
from fits import say
from machine import json_argument, report
from others import Others

if TYPE_CHECKING:
    import numpy as np

    from headstart.evaluation.curve_result import Curve
    from headstart.training.probe import Samples

FACTOR, REQUIRED = 1.5, 0.8
LEAST_GAIN = 0.005
SHARES = (0.25, 0.5, 0.75, 1.0)
FOLDERS = {
    "ants_bees": "ants_bees/train",
    "cats": "cats/train",
    "chest_xray": "chest_xray/train",
    "faces": "faces",
}
ARRAYS = {"mnist": "digits/mnist_train.npz", "usps": "digits/usps_train.npz"}
KINDS = {"source": "with transfer", "classical": "without transfer"}
QUESTIONS = ("gain", "level", "shared")


@dataclass(frozen=True)
class Pool:
    """All that is known of one kind of features of a data set."""

    name: str
    samples: Samples
    strata: np.ndarray
    fingerprints: Sequence[bytes]
    guess: float


@dataclass(frozen=True)
class Truth:
    """Errors at the four numbers of labels, and whether they differ from the first."""

    sizes: list[int]
    errors: np.ndarray
    is_clear: list[bool]


@dataclass(frozen=True)
class Answer:
    """What was foretold in one case."""

    pool: str
    question: str
    is_clear: bool
    ratio: float
    is_covered: bool


def main() -> None:
    options = _parser().parse_args()
    given = options.data or os.environ.get("HEADSTART_DATA")
    if not given:
        names = ", ".join((*FOLDERS, *ARRAYS))
        sys.exit(f"Name the folder that holds {names}: --data, or HEADSTART_DATA.")
    others = Others()
    answers: list[Answer] = []
    for name in options.data_sets:
        for pool in pools(Path(given).resolve(), name):
            found = list(answers_of(pool, options.draws))
            answers += found
            for question in QUESTIONS:
                say(told(pool.name, question, found))
    rows = [row for question in QUESTIONS for row in rows_of(question, answers)]
    rows += [
        row for pool in dict.fromkeys(a.pool for a in answers) for row in by_pool(pool, answers)
    ]
    report("learning_curve", [*rows, *others.rows()], options.json)


def pools(data: Path, name: str) -> Iterator[Pool]:
    """A pool for each kind of features."""
    import numpy as np

    from headstart.data import read_any, read_images
    from headstart.fitting import Settings, Watch
    from headstart.fitting.vectors import gather
    from headstart.progress import silent
    from headstart.tasks.classification import ClassificationTask
    from headstart.training.objective import objective_for
    from headstart.training.probe import Samples

    if name in ARRAYS:
        with np.load(data / ARRAYS[name]) as arrays:
            dataset = read_images(list(arrays["x"]), arrays["y"])
    else:
        dataset = read_any(data / FOLDERS[name])
    vectors = gather(dataset, Settings(), silent, Watch())
    features = vectors.of(dataset)
    task = ClassificationTask.from_labels(np.asarray(dataset.labels))
    targets = task.encode(np.asarray(dataset.labels))
    guess = 1.0 - float(np.bincount(targets).max()) / len(targets)
    for kind, said in KINDS.items():
        # One stage or one set of features: which stages are read is not what this is about.
        chosen = features[kind] if kind == "classical" else dict([list(features[kind].items())[-1]])
        joined = np.concatenate(list(chosen.values()), axis=1)
        samples = Samples({"all": joined}, targets, objective_for(task, targets), ())
        yield Pool(f"{name}, {said}", samples, targets, dataset.fingerprints, guess)


def answers_of(pool: Pool, draws: int | None) -> Iterator[Answer]:
    """All questions, for every draw of a quarter."""
    import numpy as np

    from headstart.evaluation.curve_result import Curve
    from headstart.evaluation.learning_curve import curve_sizes, measure_curve, nested_order

    truth = truth_of(pool)
    quarter = truth.sizes[0]
    n_samples = len(pool.samples.targets)
    for seed in range(draws or (10 if n_samples < 1000 else 4)):
        order = nested_order(np.arange(n_samples), pool.strata, 1000 + seed)
        part = taken(pool, order[:quarter])
        folds = dealt(part, 2 if quarter > 200 else 8, seed)
        samples = with_folds(part.samples, folds[0])
        measured = measure_curve(samples, part.strata, folds, seed=seed)
        curve = Curve.of("", measured, part.guess, seed)
        yield from judged(pool, truth, curve, ("gain", "level"))
    least = len(np.unique(pool.strata))
    for seed in range(3):
        folds = dealt(pool, 2, 500 + 10 * seed)
        samples = with_folds(pool.samples, folds[0])
        sizes = curve_sizes(quarter, least)
        measured = measure_curve(samples, pool.strata, folds, sizes, seed=seed)
        yield from judged(pool, truth, Curve.of("", measured, pool.guess, seed), ("shared",))


def truth_of(pool: Pool) -> Truth:
    """Errors at the four numbers of labels, from many repetitions."""
    import numpy as np

    from headstart.evaluation.learning_curve import measure_curve

    n_samples = len(pool.samples.targets)
    folds = dealt(pool, min(max(5000 // n_samples, 3), 20), 77)
    most = min(len(train) for one in folds for train, _ in one)
    sizes = [round(share * most) for share in SHARES]
    samples = with_folds(pool.samples, folds[0])
    measured = measure_curve(samples, pool.strata, folds, sizes, seed=7)
    by_repeat = measured.errors.mean(axis=2)
    gains = by_repeat[:, :1] - by_repeat
    error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    clear = gains.mean(axis=0) >= np.maximum(2 * error, LEAST_GAIN)
    return Truth(sizes, by_repeat.mean(axis=0), clear.tolist())


def judged(pool: Pool, truth: Truth, curve: Curve, questions: Sequence[str]) -> Iterator[Answer]:
    """What the law says of the three larger numbers of labels."""
    from headstart.evaluation.power_law import label_count

    quarter = truth.sizes[0]
    for place in range(1, len(truth.sizes)):
        size, error = truth.sizes[place], float(truth.errors[place])
        for question in questions:
            wanted: Any = error
            if question == "gain":
                wanted = curve.law.errors(quarter) - (float(truth.errors[0]) - error)
            count = label_count(curve.law.labels(wanted))
            ratio = float("inf") if count.value is None else max(count.value, 1) / size
            low = float("inf") if count.low is None else count.low
            high = float("inf") if count.high is None else count.high
            is_covered = low <= size <= high
            yield Answer(pool.name, question, truth.is_clear[place], ratio, is_covered)


def taken(pool: Pool, rows: np.ndarray) -> Pool:
    """The pool as if there were only these samples."""
    from dataclasses import replace

    import numpy as np

    rows = np.sort(rows)
    samples = pool.samples
    features = {name: vectors[rows] for name, vectors in samples.features.items()}
    targets = samples.targets[rows]
    guess = 1.0 - float(np.bincount(targets).max()) / len(targets)
    ids = [pool.fingerprints[row] for row in rows]
    chosen = replace(samples, features=features, targets=targets)
    return Pool(pool.name, chosen, pool.strata[rows], ids, guess)


def dealt(pool: Pool, repeats: int, seed: int) -> list[Any]:
    """Folds, a list a repetition."""
    from headstart.data import stratified_folds

    return [
        stratified_folds(pool.strata, pool.fingerprints, 5, seed + one) for one in range(repeats)
    ]


def with_folds(samples: Samples, folds: Any) -> Samples:
    from dataclasses import replace

    return replace(samples, folds=folds)


def share_right(answers: Sequence[Answer]) -> float:
    right = [1 / FACTOR <= one.ratio <= FACTOR for one in answers]
    return sum(right) / max(len(right), 1)


def share_covered(answers: Sequence[Answer]) -> float:
    return sum(one.is_covered for one in answers) / max(len(answers), 1)


def told(pool: str, question: str, answers: Sequence[Answer]) -> str:
    of = [one for one in answers if one.question == question]
    clear = [one for one in of if one.is_clear]
    return (
        f"{pool}, {question}: {share_right(clear):.2f} within {FACTOR:g}, "
        f"{share_covered(clear):.2f} covered, {len(clear)} of {len(of)} answers"
    )


def rows_of(question: str, answers: Sequence[Answer]) -> list[Row]:
    """Shares of answers that are right and that are covered."""
    of = [one for one in answers if one.question == question]
    clear = [one for one in of if one.is_clear]
    right = share_right(clear)
    needed = REQUIRED if question == "gain" else None
    return [
        row(f"{question}: within a factor of {FACTOR:g}", right, len(clear), needed),
        row(f"{question}: within that factor, flat curves too", share_right(of), len(of)),
        row(f"{question}: true number in the 95 % interval", share_covered(clear), len(clear)),
    ]


def by_pool(pool: str, answers: Sequence[Answer]) -> list[Row]:
    of = [one for one in answers if one.pool == pool and one.is_clear]
    return [
        row(f"{pool}: {question}", share_right(some), len(some))
        for question in QUESTIONS
        if (some := [one for one in of if one.question == question])
    ]


def row(what: str, value: float, runs: int, at_least: float | None = None) -> Row:
    return {
        "what": what,
        "value": round(value, 3),
        "unit": "",
        "min": None,
        "max": None,
        "runs": runs,
        "required": None if at_least is None else f">= {at_least:g}",
        "reached": None if at_least is None else value >= at_least,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*FOLDERS, *ARRAYS]
    parser.add_argument("--data", type=Path, help="holds the data sets; or HEADSTART_DATA")
    parser.add_argument("--data-sets", nargs="+", choices=names, default=names)
    parser.add_argument("--draws", type=int, help="quarters drawn (default: 4 or 10)")
    json_argument(parser, "learning_curve")
    return parser


if __name__ == "__main__":
    main()
