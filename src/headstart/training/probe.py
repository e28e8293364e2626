"""The linear probe: which stages it reads and how strongly it is penalised, by cross-validation.

Everything works on stored vectors, so trying a stage costs milliseconds. The last stage is taken
unless another choice is better by more than the standard error of the difference. Sparse vectors
are no stages of a network, of which the last has seen the others: of these all are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.evidence import Decision
from headstart.metrics.standard_error import standard_error
from headstart.plan import HeadPlan
from headstart.training.features import is_sparse, joined
from headstart.training.held_out import HeldOut
from headstart.training.linear_head import LinearHead
from headstart.training.objective import HeadPath, Objective

#: Inverse penalties a feature: few while stages are compared, more for the stages that won.
FEW = (10.0, 1000.0)
MANY = tuple(float(value) for value in 10.0 ** np.arange(-1.0, 5.0))
#: Stages are compared on at most this many samples.
_SAMPLES_FOR_STAGES = 600
_DEFAULT = 10.0
#: Numbers in all vectors above which a second thread pays.
_SIZE_FOR_THREADS = 2_000_000

Folds = Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True)
class Habit:
    """What is taken where the samples do not tell.

    Parameters
    ----------
    joined : int
        So many of the last stages side by side, at least 1.
    inverse_penalty : float or None
        One of :data:`MANY`, unless another is better by more than a standard error. None: whichever
        has the lowest loss.
    errors : float
        Standard errors by which other stages have to be better.
    fewest : int
        With fewer samples held out stages are not compared at all.
    """

    joined: int = 1
    inverse_penalty: float | None = None
    errors: float = 1.0
    fewest: int = 0

    def usual(self, stages: Sequence[str]) -> tuple[str, ...]:
        """Of all stages those that are read unless others are better."""
        return tuple(stages)[-self.joined :]

    @property
    def few(self) -> tuple[float, ...]:
        """Inverse penalties under which stages are compared."""
        usual = self.inverse_penalty
        return FEW if usual is None else (usual, 100.0 * usual)


@dataclass(frozen=True)
class Samples:
    """What a probe learns from.

    Parameters
    ----------
    features : mapping of str to ndarray or csr_matrix of shape (n_samples, n_features)
        Pooled vectors of each stage, from the first stage to the last; or frequencies of n-grams.
    targets : ndarray of shape (n_samples,) or (n_samples, n_labels)
        As the task encodes them.
    objective : Objective
        The linear model and what it is judged by.
    folds : sequence of (train_rows, valid_rows)
        For cross-validation; empty when there are too few samples.
    habit : Habit
        What is taken where they do not tell.
    """

    features: Mapping[str, NDArray[Any]]
    targets: NDArray[Any]
    objective: Objective
    folds: Folds
    habit: Habit = field(default_factory=Habit)

    def joined(self, stages: Sequence[str]) -> NDArray[Any]:
        """Vectors of the stages side by side: (n_samples, sum of n_features)."""
        return joined([self.features[stage] for stage in stages])

    @property
    def usual(self) -> tuple[str, ...]:
        """The stages that are read unless others are clearly better."""
        names = tuple(self.features)
        sparse = any(map(is_sparse, self.features.values()))
        return names if sparse else self.habit.usual(names)


@dataclass(frozen=True)
class Probe:
    """A fitted probe, what it was decided on, and what it said of samples it had not seen.

    Parameters
    ----------
    head : LinearHead
        Learned from all samples.
    plan : HeadPlan
        Its stages and its inverse penalty.
    decisions : tuple of Decision
        Which stages, how strong a penalty.
    cv_score, cv_loss : float or None
        Mean merit and loss of the objective on the folds (accuracy and log loss, say); None when
        there were none.
    held_out : HeldOut or None
        Out-of-fold scores, which those two are means of; likewise.
    """

    head: LinearHead
    plan: HeadPlan
    decisions: tuple[Decision, ...]
    cv_score: float | None
    cv_loss: float | None
    held_out: HeldOut | None = None


@dataclass(frozen=True)
class _Trial:
    """Out-of-fold losses and scores of one choice of stages, at its best penalty."""

    stages: tuple[str, ...]
    inverse_penalty: float
    losses: NDArray[Any]
    merits: NDArray[Any]
    scores: NDArray[Any]
    rows: NDArray[np.intp]

    @property
    def loss(self) -> float:
        return float(self.losses.mean())

    @property
    def label(self) -> str:
        return " + ".join(self.stages)


def fit_probe(samples: Samples, plan: HeadPlan | None = None) -> Probe:
    """Choose what ``plan`` leaves open, fit on all samples, and calibrate.

    Parameters
    ----------
    samples : Samples
        What is learned from.
    plan : HeadPlan or None
        Stages or penalty that are not to be chosen.

    Returns
    -------
    Probe
        Calibrated on out-of-fold scores, where its objective knows how.
    """
    # It brings scipy's own linear algebra, which can be limited only once it is there.
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(None if _pays_for_threads(samples) else 1):
        return _fit_probe(samples, HeadPlan() if plan is None else plan)


def _pays_for_threads(samples: Samples) -> bool:
    """On small matrices the linear algebra would spend its time waking threads up.

    So it does on sparse ones of any size, whose products are computed by one thread: 6,600 texts
    took eight times as long with two.
    """
    blocks = samples.features.values()
    sparse = any(map(is_sparse, blocks))
    return not sparse and sum(block.size for block in blocks) >= _SIZE_FOR_THREADS


def _fit_probe(samples: Samples, plan: HeadPlan) -> Probe:
    if not samples.folds:
        return _without_folds(samples, HeadPlan(plan.stages or samples.usual, plan.inverse_penalty))
    stages, decisions = _choose_stages(samples, plan)
    values = MANY if plan.inverse_penalty is None else (plan.inverse_penalty,)
    trials = _trials(samples, stages, values)
    best = _penalised(trials, samples.habit)
    head = _fit(samples, stages, best.inverse_penalty)
    head = samples.objective.calibrated(head, best.scores, samples.targets[best.rows])
    decisions = (*decisions, _penalty_decision(samples.objective, trials, best))
    chosen = HeadPlan(stages, best.inverse_penalty)
    held_out = HeldOut(best.rows, best.scores)
    return Probe(head, chosen, decisions, float(best.merits.mean()), best.loss, held_out)


def _without_folds(samples: Samples, plan: HeadPlan) -> Probe:
    value = plan.inverse_penalty or _DEFAULT
    head = _fit(samples, plan.stages, value)
    return Probe(head, HeadPlan(plan.stages, value), (), None, None)


def _fit(samples: Samples, stages: Sequence[str], value: float) -> LinearHead:
    return _path(samples, samples.joined(stages), np.arange(len(samples.targets))).fit(value)


def _choose_stages(
    samples: Samples, plan: HeadPlan
) -> tuple[tuple[str, ...], tuple[Decision, ...]]:
    names = tuple(samples.features)
    if plan.stages or len(names) == 1:
        return plan.stages or names, ()
    fewer = _at_most(samples, _SAMPLES_FOR_STAGES)
    habit = samples.habit
    if sum(len(valid) for _, valid in fewer.folds) < habit.fewest:
        return samples.usual, ()
    trials = [_lowest(_trials(fewer, stages, habit.few)) for stages in _candidates(names)]
    chosen = _prefer(trials, samples.usual, habit.errors)
    return chosen.stages, (_stage_decision(samples, trials, chosen),)


def _candidates(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Each stage alone, and the last two, three and four joined."""
    alone = [(name,) for name in names]
    return alone + [names[-count:] for count in (2, 3, 4) if count <= len(names)]


def _prefer(trials: Sequence[_Trial], stages: tuple[str, ...], errors: float) -> _Trial:
    """The trial with the lowest loss if it clearly beats the usual one."""
    usual = next(trial for trial in trials if trial.stages == stages)
    best = _lowest(trials)
    gains = usual.losses - best.losses
    clear = gains.mean() > errors * standard_error(gains)
    return best if clear else usual


def _lowest(trials: Sequence[_Trial]) -> _Trial:
    return min(trials, key=lambda trial: trial.loss)


def _penalised(trials: Sequence[_Trial], habit: Habit) -> _Trial:
    """The penalty with the lowest loss, if the usual one is clearly worse."""
    best = _lowest(trials)
    usual = [one for one in trials if one.inverse_penalty == habit.inverse_penalty]
    if not usual:
        return best
    losses = usual[0].losses - best.losses
    return best if losses.mean() > standard_error(losses) else usual[0]


def _trials(samples: Samples, stages: tuple[str, ...], values: Sequence[float]) -> list[_Trial]:
    """Go from the strongest penalty to the weakest until the out-of-fold loss rises."""
    vectors = samples.joined(stages)
    rows = np.concatenate([valid for _, valid in samples.folds])
    paths = [_path(samples, vectors, train) for train, _ in samples.folds]
    trials: list[_Trial] = []
    for value in sorted(values):
        folds = zip(paths, samples.folds, strict=True)
        scores = np.concatenate(
            [path.fit(value).scores(vectors[valid]) for path, (_, valid) in folds]
        )
        targets = samples.targets[rows]
        losses = samples.objective.losses(scores, targets)
        merits = samples.objective.merits(scores, targets)
        trials.append(_Trial(stages, value, losses, merits, scores, rows))
        if len(trials) > 1 and trials[-1].loss > trials[-2].loss:
            break
    return trials


def _path(samples: Samples, vectors: NDArray[Any], rows: NDArray[np.intp]) -> HeadPath:
    return samples.objective.path(vectors[rows], samples.targets[rows])


def _at_most(samples: Samples, limit: int) -> Samples:
    """Folds thinned out evenly by rising target, so that comparing stages stays quick."""
    total = len(samples.targets)
    if total <= limit:
        return samples
    step = total / limit
    # Of samples with several labels at once: by how many they carry.
    order = samples.targets if samples.targets.ndim == 1 else samples.targets.sum(axis=1)

    def thinned(rows: NDArray[np.intp]) -> NDArray[np.intp]:
        by_target = rows[np.argsort(order[rows], kind="stable")]
        return by_target[np.unique(np.arange(0, len(rows), step).astype(np.intp))]

    thin = [(thinned(train), thinned(valid)) for train, valid in samples.folds]
    usable = [(t, v) for t, v in thin if len(v) and len(np.unique(samples.targets[t])) > 1]
    return samples if not usable else replace(samples, folds=usable)


def _stage_decision(samples: Samples, trials: Sequence[_Trial], chosen: _Trial) -> Decision:
    usual = samples.usual
    rows = tuple(
        {
            "stages": trial.label,
            **samples.objective.measurements(trial.merits, trial.losses),
            "standard_error": standard_error(trial.merits.astype(float)),
            "chosen": trial is chosen,
        }
        for trial in trials
    )
    what = "the last stage" if len(usual) == 1 else f"the last {len(usual)} joined"
    if len(usual) == len(samples.features) > 1:
        what = "all of them"
    errors = "the standard error" if samples.habit.errors == 1.0 else "two standard errors"
    reason = (
        f"No other choice beats {what} by more than {errors}."
        if chosen.stages == usual
        else f"It beats {what} by more than {errors} of the difference."
    )
    return Decision("which stages", chosen.label, reason, rows)


def _penalty_decision(objective: Objective, trials: Sequence[_Trial], best: _Trial) -> Decision:
    rows = tuple(
        {
            "inverse_penalty": trial.inverse_penalty,
            **objective.measurements(trial.merits, trial.losses),
            "chosen": trial is best,
        }
        for trial in trials
    )
    reason = f"It has the lowest cross-validated {objective.loss} of those that were tried."
    if best is not _lowest(trials):
        reason = f"No other one has a measurably lower cross-validated {objective.loss}."
    return Decision("how strong a penalty", f"{best.inverse_penalty:g}", reason, rows)
