"""Planted harmful sources: is `transfer helps` ever claimed of them, and is real harm noticed?

A source that learned nothing of use (random weights, or runs that another script trained on noise
or on shuffled labels: ``--zoo FOLDER``) is given to the fit as if it were a good one. Every source
sees every target once; a trial draws some pictures of one target to learn from and to test on, as a
fit would, and goes through the fit's own functions: probe, baselines, comparison, verdict,
fallback. The pictures that are left say what is true.

Claims, over all trials: `transfer helps` is claimed in at most 1 %; where the model with transfer
is truly worse by more than 2 points of accuracy, that is flagged (the verdict is `transfer hurts`,
or the model without transfer is saved) in at least 95 %.

A probe on random weights is sometimes truly better than the classical features. So a fit compares
sources that nobody vouches for (runs, files of weights) with their random twin too, the same
architecture with weights of another seed, and they have to be clearly better on held-out training
samples to be kept. The table says too what would be claimed and flagged without either, as of a
source of the catalogue.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from figures import Row
from fits import say
from machine import json_argument, report

#: Random weights of these stand for harmful sources where no zoo is given.
ARCHITECTURES = ("timm/resnet10t",)
SEEDS = (1, 2, 3)
TWIN_SEED = 7
FOLDERS = {
    "ants_bees": ("train", "val"),
    "cats": ("train", "test"),
    "chest_xray": ("train", "test"),
}
DIGITS = ("mnist", "usps")
MOST_DIGITS = 1000
TRAIN_SIZES = (50, 100, 200)
#: The last stages of a source are those that a probe may read here, so that a trial takes seconds.
STAGES = 2
TEST_SHARE = 0.25  # of the training samples: a fifth of both
HARM = 0.02
MOST_CLAIMED, LEAST_FLAGGED = 0.01, 0.95


@dataclass(frozen=True)
class Pool:
    """All pictures of a target: a data set, and vectors by kind (classical) or source."""

    name: str
    dataset: Any
    features: dict[str, dict[str, Any]]


def main() -> None:
    options = _parser().parse_args()
    data = options.data or os.environ.get("HEADSTART_DATA")
    if not data:
        sys.exit("Name the folder that holds the data sets: --data, or HEADSTART_DATA.")
    requests = dict(_requests(options.zoo, options.architectures))
    pools = [_encoded(name, one, requests) for name, one in _datasets(Path(data), options.targets)]
    sources = [name for name in requests if not name.startswith("twin of ")]
    trials = list(_trials(pools, sources, options))
    if options.trials_json is not None:
        options.trials_json.write_text(json.dumps(trials, indent=1) + "\n", encoding="utf-8")
    trusted = [{**one, **one["as of the catalogue"]} for one in trials]
    rows = [*_rows(trials), *_rows(trusted, "as of the catalogue")]
    rows += [*_rows_by(trials, "target"), *_rows_by(trials, "source")]
    report("harmful_sources", rows, options.json)


def _requests(zoo: Path | None, architectures: Sequence[str]) -> Iterator[tuple[str, Any]]:
    from headstart.activations.preparation import Request

    if zoo is not None:
        for run in sorted(path.parent for path in zoo.glob("*/manifest.json")):
            yield run.name, Request(f"run:{run}")
            yield f"twin of {run.name}", Request(f"run:{run}", init="random", seed=TWIN_SEED)
        return
    for name in architectures:
        twin = Request(name, init="random", seed=TWIN_SEED)
        for seed in SEEDS:
            label = f"{name}, random {seed}"
            yield label, Request(name, init="random", seed=seed)
            yield f"twin of {label}", twin


def _datasets(data: Path, wanted: Sequence[str]) -> Iterator[tuple[str, Any]]:
    import numpy as np

    from headstart.data import read_any
    from headstart.fitting.sides import together

    for name in wanted:
        if name in FOLDERS:
            sides = [read_any(data / name / side) for side in FOLDERS[name]]
            yield name, together(*sides)
        else:
            with np.load(data / "digits" / f"{name}_train.npz") as file:
                pictures, labels = file["x"][:MOST_DIGITS], file["y"][:MOST_DIGITS]
            colours = np.repeat(pictures[..., None], 3, axis=3)
            yield name, read_any(list(colours), labels.astype(str))


def _encoded(name: str, dataset: Any, requests: dict[str, Any]) -> Pool:
    """One pass of each source over the whole target."""
    from headstart.activations.classical import ClassicalEncoder
    from headstart.activations.encoding import encode
    from headstart.activations.openvino_engine import OpenVinoEncoder
    from headstart.activations.preparation import prepare
    from headstart.activations.store import ActivationStore

    say(f"{name}: {len(dataset)} pictures")
    encoders: dict[str, Any] = {"classical": ClassicalEncoder()}
    made: dict[Any, Any] = {}
    for label, request in requests.items():
        encoders[label] = made.setdefault(request, OpenVinoEncoder(prepare(request)))
    distinct = list(dict.fromkeys(encoders.values()))
    tables, lost = encode(dataset.items, distinct, ActivationStore())
    good = dataset.set_aside(lost)
    by_encoder = dict(zip(distinct, tables, strict=True))
    features = {
        label: {
            stage: by_encoder[encoder].read(good.fingerprints, stage)
            for stage in encoder.key.outputs[-STAGES:]
        }
        for label, encoder in encoders.items()
    }
    return Pool(name, good, features)


def _trials(
    pools: Sequence[Pool], sources: Sequence[str], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    import numpy as np

    random = np.random.default_rng(options.seed)
    cases = [(pool, source) for pool in pools for source in sources]
    for number in range(options.trials):
        pool, source = cases[number % len(cases)]
        size = min(int(random.choice(TRAIN_SIZES)), len(pool.dataset) // 2)
        trial = _trial(pool, source, size, int(random.integers(2**31)))
        say(f"{number + 1}/{options.trials} {json.dumps(trial)}")
        yield trial


def _trial(pool: Pool, source: str, size: int, seed: int) -> dict[str, Any]:
    """One fit on some pictures, and what the others say of it."""
    from headstart.fitting import Settings
    from headstart.fitting.settling import settle
    from headstart.fitting.vectors import Vectors

    drawn = _drawn(pool, size, seed)
    # Vectors that are never read: they tell a stand-in where its features come from.
    vectors = Vectors({"classical": ((), None)})  # type: ignore[dict-item]
    kinds = {"source": source, "classical": "classical", "random": f"twin of {source}"}
    halves = drawn.halves(kinds)
    fitted = _probed(halves, source)
    settings = Settings(f"run:{source}", seed=seed)
    contest, choice = settle(halves, fitted, vectors, settings)
    known, trusting = _as_of_the_catalogue(halves, contest, seed)
    own = drawn.accuracy(source, fitted.plan.head.stages, fitted.head)
    return {
        "target": pool.name,
        "source": source,
        "size": size,
        **_said(choice, own - _accuracy_of(drawn, contest.rival, kinds)),
        "as of the catalogue": _said(trusting, own - _accuracy_of(drawn, known.rival, kinds)),
    }


def _as_of_the_catalogue(halves: Any, contest: Any, seed: int) -> tuple[Any, Any]:
    """What is compared and chosen where the weights are vouched for: there is no twin then."""
    from headstart.fitting.comparison import compare_in_test, compare_in_training
    from headstart.fitting.transfer_choice import TransferChoice

    known = tuple(one for one in contest.baselines if one.features != "random")
    contest = replace(contest, baselines=known)
    rival = contest.rival
    choice = TransferChoice(
        rival,
        compare_in_training(halves, contest.fitted, rival, seed),
        compare_in_test(halves, contest.outputs, rival, seed),
    )
    return contest, choice


def _said(choice: Any, gain: float) -> dict[str, Any]:
    seen = choice.in_training
    return {
        "verdict": choice.verdict,
        "fell back": choice.falls_back,
        "in training": None if seen is None else seen.row(),
        "true gain": gain,
    }


@dataclass(frozen=True)
class Drawn:
    """Rows of a pool: to learn from, to test on, and the rest, which says what is true."""

    pool: Pool
    task: Any
    train: Any
    test: Any
    rest: Any
    seed: int

    def halves(self, kinds: dict[str, str]) -> Any:
        """Both sides as a fit has them, from kinds of features to where they come from."""
        from headstart.fitting.sides import Split, folds_of

        learner = self._side(self.train, kinds)
        ids = learner.dataset.fingerprints
        folds = folds_of(self.task, learner.targets, ids, self.seed)
        return Split(learner, self._side(self.test, kinds), self.task, folds)

    def _side(self, rows: Any, kinds: dict[str, str]) -> Any:
        from headstart.fitting.sides import Side, labels_of

        features = {
            kind: {stage: table[rows] for stage, table in self.pool.features[name].items()}
            for kind, name in kinds.items()
        }
        dataset = self.pool.dataset.take(rows)
        return Side(dataset, self.task.encode(labels_of(dataset)), features)

    def accuracy(self, features: str, stages: Sequence[str], head: Any) -> float:
        """On the rest."""
        import numpy as np

        tables = self.pool.features[features]
        vectors = np.concatenate([tables[stage][self.rest] for stage in stages], axis=1)
        return self._share_right(head.scores(vectors).argmax(axis=1))

    def accuracy_of_guess(self, code: int) -> float:
        """On the rest, of one answer for all."""
        import numpy as np

        return self._share_right(np.full(len(self.rest), code))

    def _share_right(self, codes: Any) -> float:
        from headstart.fitting.sides import labels_of

        labels = labels_of(self.pool.dataset)[self.rest]
        return float((self.task.classes[codes] == labels).mean())


def _accuracy_of(drawn: Drawn, rival: Any, kinds: dict[str, str]) -> float:
    if rival.probe is None:
        return drawn.accuracy_of_guess(int(rival.outputs[0].argmax()))
    features = kinds[rival.features]
    return drawn.accuracy(features, rival.probe.plan.stages, rival.probe.head)


def _drawn(pool: Pool, size: int, seed: int) -> Drawn:
    import numpy as np

    from headstart.data import stratified_split
    from headstart.fitting.sides import labels_of
    from headstart.tasks.classification import ClassificationTask

    labels, ids = labels_of(pool.dataset), pool.dataset.fingerprints
    n_test = max(round(TEST_SHARE * size), 10)
    rest, both = stratified_split(labels, ids, (size + n_test) / len(labels), seed)
    some = [ids[row] for row in both]
    train, test = stratified_split(labels[both], some, n_test / len(both), seed)
    train, test = both[train], both[test]
    task = ClassificationTask.from_labels(labels[train])
    test, rest = (rows[np.isin(labels[rows], task.classes)] for rows in (test, rest))
    return Drawn(pool, task, train, test, rest, seed)


def _probed(halves: Any, source: str) -> Any:
    """As a frozen plan is fitted, by vectors alone."""
    import numpy as np

    from headstart.fitting.course import Fitted
    from headstart.fitting.measuring import samples_of
    from headstart.plan import frozen_plan
    from headstart.training.probe import fit_probe

    probe = fit_probe(samples_of(halves, "source"))
    plan = frozen_plan(source, tuple(halves.learner.features["source"])).with_head(probe.plan)
    features = halves.tester.features["source"]
    vectors = np.concatenate([features[stage] for stage in probe.plan.stages], axis=1)
    return Fitted(plan, probe.head, vectors, probe.decisions, held_out=probe.held_out)


def _rows(trials: Sequence[dict[str, Any]], of: str = "") -> list[Row]:
    """What is claimed, and what is noticed; nothing is required of a part of the trials."""
    helps, name = "transfer helps", f" ({of})" if of else ""
    claimed = [one for one in trials if one["verdict"] == helps]
    harmed = [one for one in trials if one["true gain"] < -HARM]
    flagged = [one for one in harmed if one["fell back"] or one["verdict"] == "transfer hurts"]
    untrue = [one for one in claimed if one["true gain"] <= 0]
    most, least = (None, None) if of else (MOST_CLAIMED, LEAST_FLAGGED)
    return [
        _share(f"`{helps}` is claimed{name}", len(claimed), len(trials), at_most=most),
        _share(f"it is claimed, and not true of the probe{name}", len(untrue), len(trials)),
        _share(f"real harm is flagged{name}", len(flagged), len(harmed), at_least=least),
    ]


def _rows_by(trials: Sequence[dict[str, Any]], key: str) -> list[Row]:
    values = list(dict.fromkeys(one[key] for one in trials))
    return [
        row for value in values for row in _rows([t for t in trials if t[key] == value], str(value))
    ]


def _share(
    what: str, count: int, total: int, at_most: float | None = None, at_least: float | None = None
) -> Row:
    """A share of trials with its 95 % interval."""
    from headstart.metrics import wilson_interval

    share = count / total if total else float("nan")
    low, high = wilson_interval(count, total) if total else (None, None)
    required, reached = None, None
    if at_most is not None:
        required, reached = f"<= {at_most:g}", share <= at_most
    if at_least is not None:
        required, reached = f">= {at_least:g}", share >= at_least
    return {
        "what": what,
        "value": round(share, 4),
        "unit": f"{count} of {total}",
        "min": None if low is None else round(float(low), 4),
        "max": None if high is None else round(float(high), 4),
        "runs": total,
        "required": required,
        "reached": reached,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    targets = [*FOLDERS, *DIGITS]
    parser.add_argument("--data", type=Path, help="holds the targets; or HEADSTART_DATA")
    parser.add_argument("--zoo", type=Path, help="folder of run folders, all of them harmful")
    parser.add_argument("--targets", nargs="+", choices=targets, default=targets)
    parser.add_argument(
        "--architectures", nargs="+", default=ARCHITECTURES, help="given random weights, no zoo"
    )
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trials-json", type=Path, help="where to write each trial")
    json_argument(parser, "harmful_sources")
    return parser


if __name__ == "__main__":
    main()
