"""Choosing the cut: stored states and early dropping against trying every cut without a cache.

``headstart fit --plan freeze:auto --epochs 5`` tries cuts from the last to the first on stored
states, drops a trial that falls behind, and stops when earlier cuts no longer help. The sweep
trains at every cut for all epochs, with the same code for the suffix, the same start, seeds and
held-out samples, while pictures are decoded and the frozen stages run in torch in each epoch, as a
trainer without a cache does it; then it takes the latest cut within one standard error of the best.

Claims, on ants and bees and on chest X-rays: the search's cut is within one standard error of the
sweep's best, by the sweep's own figures, in at most a tenth of the time. Each side runs in a fresh
process with an empty cache; its clock starts when the libraries are loaded and stops before the
chosen network is converted. A second sweep runs the frozen stages by our own engine; it is there
for information.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from figures import Row, figure_row, seconds_row, truth_row
from fits import SIDES, Sides, data_argument, say, sides_of
from machine import json_argument, print_table, report
from others import Others
from processes import keep_to_cores, run_timed

TIMES_FASTER = 10
SEARCH, SWEEP, RECOMPUTED = "search", "sweep", "sweep-recomputed"
Answer = dict[str, Any]


def main() -> None:
    options = _parser().parse_args()
    if options.side is not None:
        print(json.dumps(SIDE_BY_NAME[options.side](options)))
        return
    keep_to_cores(options.cores)
    others = Others()
    rows: list[Row] = []
    for name in options.data_sets:
        sides = sides_of(options.data, name)
        kinds = [SWEEP] if options.without_recomputed else [SWEEP, RECOMPUTED]
        # The search before and after the sweeps: the machine's pace drifts.
        searches = [run_side(SEARCH, sides, options)]
        sweeps = {kind: run_side(kind, sides, options) for kind in kinds}
        searches.append(run_side(SEARCH, sides, options))
        rows += rows_of(name, searches, sweeps)
    report("choose_cut", [*rows, *others.rows()], options.json)


def run_side(side: str, sides: Sides, options: argparse.Namespace) -> Answer:
    """What one side prints in a Python and with a cache of its own."""
    command = [sys.executable, __file__, "--side", side, "--train", str(sides.train)]
    command += ["--epochs", str(options.epochs), "--seed", str(options.seed)]
    if options.cuts is not None:
        command += ["--cuts", *map(str, options.cuts)]
    with tempfile.TemporaryDirectory(prefix="headstart-choose-cut-") as cache:
        done = run_timed(command, {"HEADSTART_CACHE": cache})
    answer: Answer = {**json.loads(done.stdout.splitlines()[-1]), "process": done.seconds}
    say(f"\n{sides.name}, {side}: {answer['chosen']} in {answer['seconds']:.1f} s")
    print_table(answer["trials"])
    return answer


def rows_of(name: str, searches: Sequence[Answer], sweeps: dict[str, Answer]) -> list[Row]:
    """Times, choices, and whether the search's choice is good enough for the sweep."""
    taken = [one["seconds"] for one in searches]
    rows = [
        seconds_row(f"{name}: search on stored states", taken),
        said_row(f"{name}: the search takes", searches[0]["chosen"]),
    ]
    for kind, sweep in sweeps.items():
        apart = {one["plan"]: one["behind_best"] for one in sweep["trials"]}
        error = {one["plan"]: one["error_of_that"] for one in sweep["trials"]}
        rows += [
            seconds_row(f"{name}: {kind}", [sweep["seconds"]]),
            said_row(f"{name}: the {kind} takes", sweep["chosen"]),
        ]
        for chosen in dict.fromkeys(one["chosen"] for one in searches):
            if chosen not in apart:
                continue  # where only some cuts were swept
            is_within = apart[chosen] <= error[chosen]
            what = (
                f"{name}: {chosen} is within a standard error of the {kind}'s best "
                f"({apart[chosen]:.4f} behind, error {error[chosen]:.4f})"
            )
            rows.append(truth_row(what, is_within))
        rate = figure_row(
            f"{name}: {kind} / search",
            [sweep["seconds"] / one for one in taken],
            "x",
            TIMES_FASTER if kind == SWEEP else None,
        )
        rows.append(rate)
    return rows


def said_row(what: str, value: str) -> Row:
    """A name, of which nothing is required."""
    blank = {"unit": "", "min": None, "max": None, "runs": 1, "required": None, "reached": None}
    return {"what": what, "value": value, **blank}


def search(options: argparse.Namespace) -> Answer:
    """As ``headstart fit --plan freeze:auto`` does it, but for its last steps."""
    from training_pieces import course_for, import_all, prepared_halves

    from headstart.fitting.watch import Watch

    import_all()
    settings, watch = _settings(options), Watch()
    start = time.perf_counter()
    course, dataset = course_for(options.train, settings, watch)
    halves = prepared_halves(course, dataset, settings)
    fitted = course.fit(halves)
    seconds = time.perf_counter() - start
    for step in ("convert the trained network", "encode the test samples"):
        seconds -= watch.seconds.get(step, 0.0)
    decision = fitted.decisions[0]
    trials = [dict(row) for row in decision.measurements]
    return {"chosen": decision.answer, "seconds": seconds, "trials": trials}


def sweep(options: argparse.Namespace) -> Answer:
    """Every cut to the end, by an ordinary trainer."""
    from training_pieces import import_all, train_uncached

    import_all()
    return _swept(options, train_uncached)


def sweep_recomputed(options: argparse.Namespace) -> Answer:
    """Every cut to the end, as ``--states recompute`` trains."""
    from training_pieces import import_all, train_recomputed

    import_all()
    return _swept(options, train_recomputed)


SIDE_BY_NAME: dict[str, Callable[[argparse.Namespace], Answer]] = {
    SEARCH: search,
    SWEEP: sweep,
    RECOMPUTED: sweep_recomputed,
}


def _swept(options: argparse.Namespace, train: Callable[..., Any]) -> Answer:
    """The clock runs from building the network to the last trial."""
    from dataclasses import replace

    from training_pieces import course_for, prepared_halves

    from headstart.activations.views import ORIGINAL
    from headstart.advice.trials import Trial, Trials
    from headstart.fitting.plan_settling import assemble_for_search, settled
    from headstart.fitting.training_course import TrainingCourse
    from headstart.fitting.watch import Watch
    from headstart.metrics.standard_error import standard_error
    from headstart.progress import silent
    from headstart.strategies import PlanName
    from headstart.training.checkpoints import MemoryCheckpoints

    settings = replace(_settings(options), states="recompute")
    began = time.perf_counter()
    course, dataset = course_for(options.train, settings)
    halves = prepared_halves(course, dataset, settings)
    assembled = assemble_for_search(settings)
    names = assembled.backbone.stage_names
    weights = {name: one.clone() for name, one in assembled.network.state_dict().items()}
    trials: list[Trial[None]] = []
    for cut in options.cuts or range(len(names) - 1, -1, -1):
        start = time.perf_counter()
        assembled.network.load_state_dict(weights)
        named = PlanName("freeze", str(cut)).plan(assembled.source.name, names, **settings.training)
        one = TrainingCourse(settings, silent, Watch(), assembled, settled(named))
        one.open(len(dataset))
        job = one.job(halves, one.start(halves), MemoryCheckpoints())
        views = [ORIGINAL, *(view for view in one.training.views if view != ORIGINAL)]
        before, after = train(job, assembled, halves.learner.dataset, views)
        if not trials:  # every training starts from the probe
            trials.append(Trial(0, "probe", *before))
        name = f"freeze:{names[cut - 1]}" if cut else "full"
        trials.append(Trial(len(names) - cut, name, *after, time.perf_counter() - start))
        say(f"{name}: {trials[-1].loss:.4f} in {trials[-1].seconds:.1f} s")
    seconds = time.perf_counter() - began
    found = Trials(trials)
    rows = []
    for trial, row in zip(trials, found.rows(), strict=True):
        behind = trial.losses - found.best.losses
        error = 0.0 if trial is found.best else standard_error(behind)
        told = {"behind_best": float(behind.mean()), "error_of_that": error}
        rows.append({**row, **told})
    return {"chosen": found.chosen.name, "seconds": seconds, "trials": rows}


def _settings(options: argparse.Namespace) -> Any:
    from headstart.fitting.settings import Settings
    from headstart.strategies import read_plan_name

    return Settings(
        plan=read_plan_name("freeze:auto"),
        seed=options.seed,
        training={"epochs": options.epochs},
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--data-sets", nargs="+", choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cuts", type=int, nargs="+", help="of the sweep (default: all)")
    parser.add_argument("--without-recomputed", action="store_true", help="one sweep only")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    # How the script calls itself, once for each side.
    parser.add_argument("--side", choices=list(SIDE_BY_NAME), help=argparse.SUPPRESS)
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    json_argument(parser, "choose_cut")
    return parser


if __name__ == "__main__":
    main()
