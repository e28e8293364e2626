"""One network for several targets, one for each, and which of them answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headstart.advice.transfer_choice import is_clearly_worse
from headstart.evaluation.several_targets import Served, Sharing, sharing_verdict
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.target_sides import TargetSides
from headstart.training.objective import objective_for

if TYPE_CHECKING:
    from headstart.fitting.shared_course import Samples, SharedCourse, Trained

#: Fewer held-out samples cannot show that sharing hurts.
_FEWEST = 20
_SHARED = "shared"


@dataclass(frozen=True)
class Way:
    """How a target is answered, and what is known of the alternatives."""

    fitted: Fitted
    served_by: Served = "shared"
    sharing: Sharing | None = None
    log_variance: float | None = None


@dataclass(frozen=True)
class Fits:
    """A way for each target, and what the networks cost."""

    ways: Mapping[str, Way]
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def train_ways(
    first: SharedCourse, samples: Samples, parts: Sequence[TargetSides], asked: TargetSettings
) -> Fits:
    """One network for all, one for each, or both.

    Parameters
    ----------
    first : SharedCourse
        Whose network has learned nothing yet; it is trained in place.
    samples : Samples
        Of both sides.
    parts : sequence of TargetSides
        The targets.
    asked : TargetSettings
        Grouping and weights of the losses.
    """
    first.open(len(samples.learner) + len(samples.tester))
    first.store_views(samples)
    rows = first.rows(samples, parts)
    heads = [first.first_head(one, *rows) for one in parts]
    shared: Trained | None = None
    own: dict[str, Trained] = {}
    if asked.grouping != "separate":
        first.progress("train the shared network", 0, None)
        weights = [asked.weight(one.name) for one in parts] if len(parts) > 1 else [1.0]
        shared = first.learn(samples, heads, rows, weights)
    if asked.grouping == "separate" or (asked.grouping == "auto" and len(parts) > 1):
        for one in heads:
            first.progress(f"train the network of {one.part.name}", 0, None)
            own[one.part.name] = first.again(samples).learn(samples, [one], rows, [1.0])
    ways = {part.name: _way(part, shared, own.get(part.name), asked.fit.seed) for part in parts}
    seconds = {} if shared is None else {_SHARED: shared.seconds}
    return Fits(ways, seconds | {name: one.seconds for name, one in own.items()})


def _way(part: TargetSides, shared: Trained | None, own: Trained | None, seed: int) -> Way:
    """The better of both networks, or the one that there is."""
    alone = None if own is None else own.fitted[part.name]
    if shared is None:
        if alone is None:
            raise RuntimeError(f"no network was trained for {part.name}")
        return Way(alone, "own")
    fitted, learned = shared.fitted[part.name], shared.log_variances.get(part.name)
    if alone is None:
        return Way(fitted, log_variance=learned)
    return better(part, fitted, alone, learned, seed)


def better(
    part: TargetSides, shared: Fitted, own: Fitted, log_variance: float | None, seed: int
) -> Way:
    """The shared network, unless training samples held out say that it hurts."""
    halves, task = part.halves, part.halves.task
    held_out, hurts = held_out_comparison(part, shared, own, seed)
    targets = halves.tester.targets
    sharing = Sharing({}, {}, held_out=held_out)
    if len(halves.tester):
        one, other = (task.outputs(each.head, each.test_vectors) for each in (shared, own))
        difference = task.difference(targets, one, other, seed)
        figures = [task.figures(targets, each, seed) for each in (one, other)]
        verdict = sharing_verdict(difference)
        sharing = Sharing(figures[0], figures[1], difference, verdict, held_out)
    decision = _decision(hurts, held_out)
    chosen = own if hurts else shared
    fitted = replace(chosen, decisions=(*chosen.decisions, decision))
    return Way(fitted, "own" if hurts else "shared", sharing, log_variance)


def held_out_comparison(
    part: TargetSides, shared: Fitted, own: Fitted, seed: int
) -> tuple[dict[str, Any] | None, bool]:
    """Both on training samples that neither learned from, and whether sharing clearly hurts.

    It does where the loss is higher by more than its standard error, and no more is right.
    """
    if shared.held_out is None or own.held_out is None:
        return None, False
    rows, one, other = shared.held_out.beside(own.held_out)
    if not len(rows):
        return None, False
    learner, task = part.halves.learner, part.halves.task
    targets = learner.targets[rows]
    objective = objective_for(task, learner.targets)
    merits = [objective.merits(scores, targets) for scores in (one, other)]
    losses = [objective.losses(scores, targets) for scores in (one, other)]
    gain = task.difference(targets, one, other, seed)
    row = {
        "samples": "training, held out",
        "count": len(rows),
        "measure": objective.merit,
        "shared": abs(float(merits[0].mean())),
        "own": abs(float(merits[1].mean())),
        "shared_loss": float(losses[0].mean()),
        "own_loss": float(losses[1].mean()),
        "difference": gain.value,
        "low": gain.low,
        "high": gain.high,
    }
    # The loss sees how sure the answers were, where few samples hardly differ in what is right.
    is_worse = is_clearly_worse(-losses[0], -losses[1]) and merits[0].mean() <= merits[1].mean()
    return row, len(rows) >= _FEWEST and bool(is_worse)


def _decision(hurts: bool, held_out: dict[str, Any] | None) -> Decision:
    rows = () if held_out is None else (held_out,)
    reason = (
        "On training samples that were held out, a network of its own had a lower loss than the "
        "shared one by more than the standard error."
        if hurts
        else "No training samples that were held out show that sharing hurts."
    )
    return Decision("which network answers", "its own" if hurts else "the shared one", reason, rows)
