"""One network for several targets, one for each, and which of them answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headstart.advice.grouping import Groups
from headstart.advice.transfer_choice import is_clearly_worse
from headstart.evaluation.several_targets import Served, Sharing, sharing_verdict
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.snapshots import Snapshots, in_memory
from headstart.fitting.target_settings import GROUPS, TargetSettings
from headstart.fitting.target_sides import Rows, TargetSides
from headstart.training.objective import objective_for

if TYPE_CHECKING:
    from headstart.fitting.shared_course import FirstHead, Samples, SharedCourse, Trained
    from headstart.training.affinity import Affinities

#: Fewer held-out samples cannot show that sharing hurts.
_FEWEST = 20
_SHARED = "shared"
_CHOICES: Mapping[Served, str] = {
    "shared": "the shared one",
    "own": "its own",
    "group": "that of its group",
}
_REASONS: Mapping[Served, str] = {
    "shared": "No training samples that were held out show that sharing hurts.",
    "own": "On training samples that were held out, a network of its own had a lower loss than the "
    "shared one by more than the standard error.",
    "group": "On training samples that were held out, the network of its group had a lower loss "
    "than the shared one by more than the standard error, and than one of its own.",
}


@dataclass(frozen=True)
class Way:
    """How a target is answered, and what is known of the alternatives."""

    fitted: Fitted
    served_by: Served = "shared"
    sharing: Sharing | None = None
    log_variance: float | None = None
    group: tuple[str, ...] = ()
    grouped: Sharing | None = None


@dataclass(frozen=True)
class Fits:
    """A way for each target, and what the networks cost."""

    ways: Mapping[str, Way]
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    groups: Groups | None = None


def train_ways(
    first: SharedCourse,
    samples: Samples,
    parts: Sequence[TargetSides],
    asked: TargetSettings,
    snapshots: Snapshots = in_memory,
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
    snapshots : callable
        Gives those of a training by its digest.
    """
    first.open(len(samples.learner) + len(samples.tester))
    first.store_views(samples)
    rows = first.rows(samples, parts)
    heads = [first.first_head(one, *rows) for one in parts]
    training = _Training(first, samples, heads, rows, asked, snapshots)
    shared, groups = training.shared() if asked.grouping != "separate" else (None, None)
    own = training.own() if asked.grouping != "joint" and _can_choose(parts, asked) else {}
    grouped = {} if groups is None else training.of_groups(groups)
    seed = asked.fit.seed
    ways = {
        one.name: _way(one, shared, own.get(one.name), grouped.get(one.name), seed) for one in parts
    }
    seconds = {} if shared is None else {_SHARED: shared.seconds}
    seconds |= {name: one.seconds for name, one in own.items()}
    seconds |= {_named(one): one.seconds for one in grouped.values()}
    return Fits(ways, seconds, groups=groups)


def _can_choose(parts: Sequence[TargetSides], asked: TargetSettings) -> bool:
    return len(parts) > 1 or asked.grouping == "separate"


def _named(trained: Trained) -> str:
    return " + ".join(trained.fitted)


@dataclass(frozen=True)
class _Training:
    """What every network of a fit learns from."""

    first: SharedCourse
    samples: Samples
    heads: list[FirstHead]
    rows: tuple[Rows, Rows]
    asked: TargetSettings
    snapshots: Snapshots

    def shared(self) -> tuple[Trained, Groups | None]:
        """One network for all and, where that is wanted, groups by what it was like to train."""
        self.first.progress("train the shared network", 0, None)
        if self.asked.grouping != GROUPS:
            return self._learned(self.first, self.heads), None
        from headstart.training.affinity import Affinities

        record = Affinities()
        trained = self._learned(self.first, self.heads, record)
        names = [one.part.name for one in self.heads]
        trained = replace(trained, seconds=trained.seconds - record.seconds)
        return trained, Groups.by(names, record.mean(), record.seconds)

    def own(self) -> dict[str, Trained]:
        """A network for each target."""
        found = {}
        for one in self.heads:
            self.first.progress(f"train the network of {one.part.name}", 0, None)
            found[one.part.name] = self._learned(self.first.again(self.samples), [one])
        return found

    def of_groups(self, groups: Groups) -> dict[str, Trained]:
        """A network for each group that is neither one target nor all; by target."""
        found: dict[str, Trained] = {}
        for group in groups.to_train:
            self.first.progress(f"train the network of {' and '.join(group)}", 0, None)
            some = [one for one in self.heads if one.part.name in group]
            trained = self._learned(self.first.again(self.samples), some)
            found |= dict.fromkeys(group, trained)
        return found

    def _learned(
        self, course: SharedCourse, heads: Sequence[FirstHead], record: Affinities | None = None
    ) -> Trained:
        weights = [self.asked.weight(one.part.name) for one in heads] if len(heads) > 1 else [1.0]
        return course.learn(self.samples, heads, self.rows, weights, record, self.snapshots)


def _way(
    part: TargetSides,
    shared: Trained | None,
    own: Trained | None,
    grouped: Trained | None,
    seed: int,
) -> Way:
    """The best of the networks, or the one that there is."""
    alone = None if own is None else own.fitted[part.name]
    if shared is None:
        if alone is None:
            raise RuntimeError(f"no network was trained for {part.name}")
        return Way(alone, "own")
    fitted, learned = shared.fitted[part.name], shared.log_variances.get(part.name)
    if alone is None:
        return Way(fitted, log_variance=learned)
    if grouped is None:
        return better(part, fitted, {"own": alone}, learned, seed)
    others: dict[Served, Fitted] = {"own": alone, "group": grouped.fitted[part.name]}
    return replace(better(part, fitted, others, learned, seed), group=tuple(grouped.fitted))


def better(
    part: TargetSides,
    shared: Fitted,
    others: Mapping[Served, Fitted],
    log_variance: float | None,
    seed: int,
) -> Way:
    """The shared network, unless training samples held out say that another is better.

    Of several that are, the one with the lowest loss there.
    """
    compared = {kind: _compared(part, shared, one, seed) for kind, one in others.items()}
    losses = {
        kind: one.held_out["own_loss"]
        for kind, (one, hurts) in compared.items()
        if hurts and one.held_out is not None
    }
    served: Served = min(losses, key=lambda kind: losses[kind]) if losses else "shared"
    chosen = others.get(served, shared)
    rows = tuple(one.held_out for one, _ in compared.values() if one.held_out is not None)
    decision = Decision("which network answers", _CHOICES[served], _REASONS[served], rows)
    fitted = replace(chosen, decisions=(*chosen.decisions, decision))
    grouped = compared["group"][0] if "group" in compared else None
    return Way(fitted, served, compared["own"][0], log_variance, grouped=grouped)


def _compared(part: TargetSides, shared: Fitted, other: Fitted, seed: int) -> tuple[Sharing, bool]:
    """The shared network beside another, and whether held-out samples say that it is worse."""
    halves, task = part.halves, part.halves.task
    held_out, hurts = held_out_comparison(part, shared, other, seed)
    if not len(halves.tester):
        return Sharing({}, {}, held_out=held_out), hurts
    targets = halves.tester.targets
    one, another = (task.outputs(each.head, each.test_vectors) for each in (shared, other))
    difference = task.difference(targets, one, another, seed)
    figures = [task.figures(targets, each, seed) for each in (one, another)]
    verdict = sharing_verdict(difference)
    return Sharing(figures[0], figures[1], difference, verdict, held_out), hurts


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
