"""An epoch after a cached prefix against the same epoch without a cache, at every cut.

For EfficientNet-Lite0 and ResNet-18 (random weights, which cost the same) on the training pictures
of ants and bees, with the trainer that a fit uses, an epoch is timed

* cached: the states at the cut are read from the store;
* recomputed: pictures are decoded and the frozen stages run by the engine that filled the store, as
  with ``--states recompute``;
* ordinary: pictures are decoded by threads and the frozen stages run in torch in the same batches,
  as a trainer without a cache does it.

Claims: either way the cache makes it faster by at least 0.8 times the ratio of the work, which is
(prefix forward + suffix forward, backward and step) / (suffix alone), all timed on what lies in
memory, the prefix by the engine of the epoch without a cache; and at least 10 times at the end of
the last block. Where all stages are frozen the head alone is trained, on the vectors.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import Row, figure_row
from fits import data_argument, say, sides_of
from machine import json_argument, report
from others import Others
from processes import NO_GPU, keep_to_cores

#: By name: the weights, and the stage that ends with the last block.
NETWORKS = {
    "bundled/efficientnet-lite0": ("pretrained", "blocks.6"),
    "torchvision/resnet18": ("random", "layer4"),
}
SHARE, AT_LAST_BLOCK = 0.8, 10
CACHED, RECOMPUTED, ORDINARY = "cached s", "recomputed s", "ordinary s"
SUFFIX, OPENVINO, TORCH = "suffix s", "prefix s, OpenVINO", "prefix s, torch"
#: What is timed for a cut: by name, from the number of the repetition to seconds.
Timed = dict[str, Callable[[int], float]]


def main() -> None:
    options = _parser().parse_args()
    sides = sides_of(options.data, "ants_bees")
    keep_to_cores(options.cores)
    os.environ.update(NO_GPU)
    rows: list[Row] = []
    times: list[dict[str, Any]] = []
    others = Others()
    with tempfile.TemporaryDirectory(prefix="headstart-cached-prefix-") as folder:
        os.environ["HEADSTART_CACHE"] = folder
        for source in options.networks:
            for one in times_of_network(source, sides.train, options):
                times.append(one)
                rows += rows_of_cut(one)
                say(str(one))
    report("cached_prefix", [*rows, *others.rows()], options.json)
    parts = options.json.with_name(f"{options.json.stem}-times.json")
    report("seconds of an epoch and of its parts", times, parts)


def rows_of_cut(one: dict[str, Any]) -> list[Row]:
    """Speed-ups, and which share of the ratio of the work they are."""
    name, after = one["network"].partition("/")[2], one["frozen up to"]
    is_last = after == NETWORKS[one["network"]][1]
    rows = []
    for against, prefix in ((RECOMPUTED, OPENVINO), (ORDINARY, TORCH)):
        ratio = (one[prefix] + one[SUFFIX]) / one[SUFFIX]
        faster = one[against] / one[CACHED]
        what = f"{name}, freeze:{after}: {against[:-2]} / cached"
        bound = AT_LAST_BLOCK if is_last else None
        rows.append(figure_row(f"{what} epoch", [faster], "x", bound))
        share = f"{what}, share of the ratio of the work ({ratio:.3g})"
        # A head alone is no stage: it is fitted otherwise, and its work is next to nothing.
        rows.append(figure_row(share, [faster / ratio], "", SHARE if one["trained"] else None))
    return rows


def times_of_network(
    source: str, train: Path, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """One row a cut, from the last to the first, of medians over the repetitions."""
    from headstart.activations.store import ActivationStore
    from headstart.backbones.assembly import load_assembled
    from headstart.fitting.reading import read_sides

    dataset, _ = read_sides(train)
    if options.pictures is not None:
        dataset = dataset.take(range(0, len(dataset), max(1, len(dataset) // options.pictures)))
    init: Any = NETWORKS[source][0]
    backbone = load_assembled(source, init=init).backbone
    names = backbone.stage_names
    for cut in options.cuts or range(len(names), 0, -1):
        others = Others()
        taken: dict[str, list[float]] = {}
        with timed_parts(backbone, dataset, cut) as parts:
            for repetition in range(options.epochs):
                for name, part in parts.items():
                    taken.setdefault(name, []).append(part(repetition))
        beside = others.rows()
        yield {
            "network": source,
            "frozen up to": names[cut - 1],
            "trained": len(names) - cut,
            **{name: statistics.median(seconds) for name, seconds in taken.items()},
            "epochs": options.epochs,
            "others %": beside[0]["value"] if beside else None,
        }
        shutil.rmtree(ActivationStore().folder)  # all cuts together would fill a small disk


@contextmanager
def timed_parts(backbone: Any, dataset: Any, cut: int) -> Iterator[Timed]:
    """Trainers that are warm, and the states and pixels of an epoch in memory."""
    from dataclasses import replace

    import numpy as np
    from training_pieces import as_users_train, decoded_states, suffix_network, uncached

    from headstart.activations.states import ComputedStates, StateEncoders, StoredStates
    from headstart.activations.store import ActivationStore
    from headstart.training.job import make_fabric
    from headstart.training.loop import Trainer

    job = job_for(backbone, dataset, cut)
    views = list(job.plan.training.views)
    encoders = StateEncoders(backbone, cut)
    tables, _ = encoders.store(dataset.items, views, ActivationStore())
    stored = StoredStates(tables, encoders.output, dataset.fingerprints)
    computed = ComputedStates([encoders.encoder(view) for view in views], dataset.items)
    decoded = decoded_states(backbone, dataset, views)
    pixels = decoded.read(np.arange(len(dataset)), np.zeros(len(dataset), dtype=np.intp))
    fabric = make_fabric(job)

    def trainer(states: Any, network: Any) -> Any:
        learning = replace(job.learning, states=states)
        return Trainer(fabric, network, job.plan, learning, job.checkpoints)

    suffix = suffix_network(backbone, job.plan, job.head)
    whole = uncached(backbone, job.plan, job.head)  # its prefix is copied before anything changes
    cached = trainer(stored, suffix)
    recomputed = trainer(computed, suffix_network(backbone, job.plan, job.head))
    ordinary = trainer(decoded, whole)
    with as_users_train(suffix, replace(job, learning=cached.learning)):
        for one in (cached, recomputed, ordinary):
            warm_up(one)
        yield {
            CACHED: lambda number: cached.epoch(number).seconds,
            RECOMPUTED: lambda number: recomputed.epoch(number).seconds,
            ORDINARY: lambda number: ordinary.epoch(number).seconds,
            SUFFIX: lambda number: suffix_seconds(cached, number),
            OPENVINO: lambda _: openvino_seconds(encoders.encoder(views[0]), pixels),
            TORCH: lambda number: torch_seconds(ordinary, whole.prefix, pixels, number),
        }


def job_for(backbone: Any, dataset: Any, cut: int) -> Any:
    """All pictures are learned from and none judges, so that an epoch is training and no more."""
    from dataclasses import replace

    import numpy as np

    from headstart.fitting.plan_settling import settled
    from headstart.plan import HeadPlan, TrainingPlan
    from headstart.strategies import PlanName
    from headstart.tasks.registry import task_named
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.job import TrainingJob
    from headstart.training.linear_head import zero_head
    from headstart.training.loop import Learning
    from headstart.training.losses import loss_for

    names = backbone.stage_names
    plan = settled(PlanName("freeze", str(cut)).plan(backbone.source.name, names))
    if plan.training is None:
        plan = replace(plan, head=HeadPlan(names[-1:]), training=TrainingPlan(epochs=5))
    task = task_named("classification").from_labels(dataset.labels)
    targets = task.encode(dataset.labels)
    head = zero_head(backbone.stages[-1].feature_size, task.guess(targets), True)
    rows, none = np.arange(len(dataset)), np.arange(0)
    loss = loss_for(task, targets, plan.training)
    views = tuple(range(len(plan.training.views)))
    states: Any = None  # each trainer has its own
    learning = Learning(states, targets, rows, none, loss, views=views)
    return TrainingJob(plan, head, learning, MemoryCheckpoints())


def warm_up(trainer: Any) -> None:
    """One step, so that nothing is compiled or first touched in an epoch that is timed."""
    batch = epoch_batches(trainer, 0)[0]
    trainer.step(batch, trainer.read(batch))


def epoch_batches(trainer: Any, number: int) -> Any:
    from headstart.training.batches import batches_of_epoch

    learning = trainer.learning
    size = trainer.training.batch_size
    return batches_of_epoch(len(learning.train_rows), size, learning.views, learning.seed, number)


def suffix_seconds(trainer: Any, number: int) -> float:
    """Forward, backward and step of an epoch whose states have been read."""
    from headstart.training.modes import set_modes

    set_modes(trainer.network, trainer.plan, number)
    read = [(batch, trainer.read(batch)) for batch in epoch_batches(trainer, number)]
    start = time.perf_counter()
    for batch, rows in read:
        trainer.step(batch, rows)
    return time.perf_counter() - start


def openvino_seconds(encoder: Any, pixels: Any) -> float:
    """The prefix alone, by the engine that fills the store."""
    prepared = [encoder.prepare(row) for row in pixels]
    start = time.perf_counter()
    for one in prepared:
        encoder.start(one, lambda state: None)
    encoder.finish()
    return time.perf_counter() - start


def torch_seconds(trainer: Any, prefix: Any, pixels: Any, number: int) -> float:
    """The prefix alone, in batches and in the precision of the training."""
    import torch

    batches = epoch_batches(trainer, number)
    start = time.perf_counter()
    for batch in batches:
        with trainer.fabric.autocast():
            prefix(torch.from_numpy(pixels[batch.places]))
    return time.perf_counter() - start


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data_argument(parser)
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--cuts", type=int, nargs="+", help="frozen stages (default: all cuts)")
    parser.add_argument("--epochs", type=int, default=2, help="timed for each, after a warm-up")
    parser.add_argument("--pictures", type=int, help="about so many (default: all)")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "cached_prefix")
    return parser


if __name__ == "__main__":
    main()
