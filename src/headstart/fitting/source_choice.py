"""Which of several sources: one decoding pass, vectors of all of them, and what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.classical import CLASSICAL_SOURCE
from headstart.activations.converted import ConvertedBackbone
from headstart.activations.preparation import Request, prepare
from headstart.advice.combination import combine
from headstart.advice.experience import Outcome, recall, remember
from headstart.advice.halving import halve
from headstart.advice.prior import packaged_seed
from headstart.advice.quick_probe import StageFigures, probe_stages
from headstart.advice.ranking import Ranked, Ranking, in_order
from headstart.advice.source_evidence import SourceEvidence, weigh
from headstart.data.dataset import Dataset
from headstart.data.growing import fewest_to_hold_out, growing_order
from headstart.errors import HeadstartError, InputError, SourceError
from headstart.evidence import Decision
from headstart.fitting.candidate_vectors import CandidateVectors
from headstart.fitting.ranking_time import RankingTime
from headstart.fitting.settings import Settings
from headstart.fitting.sides import folds_of, held_out, labels_of
from headstart.fitting.source_modality import check_modality
from headstart.fitting.vectors import import_what_follows
from headstart.fitting.watch import Watch
from headstart.progress import Progress
from headstart.tasks.registry import task_named
from headstart.tasks.task import Task
from headstart.training.features import joined
from headstart.training.objective import objective_for
from headstart.training.probe import Folds

#: Networks that are converted at the same time: each takes a process and its memory.
_CONVERTED_AT_ONCE = 2
#: On fewer samples sources cannot be told apart well enough for other targets to learn from it.
_WORTH_REMEMBERING = 30


@dataclass(frozen=True)
class Labelled:
    """Samples of one round: what every source is judged by."""

    fingerprints: Sequence[bytes]
    targets: NDArray[Any]
    task: Task
    folds: Folds


@dataclass
class SourceChoice:
    """Compares sources on labelled samples, each with one pass at most.

    Parameters
    ----------
    dataset : Dataset
        The training side: the choice never sees a test sample.
    settings : Settings
        Task and seed.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.

    Attributes
    ----------
    failures : dict of bytes to str
        Fingerprint to reason for each picture that could not be read.
    converted : dict of str to ConvertedBackbone
        The sources that can be used.
    labelled : Labelled
        The samples of the last round.
    """

    dataset: Dataset
    settings: Settings
    progress: Progress
    watch: Watch
    failures: dict[bytes, str] = field(default_factory=dict)
    converted: dict[str, ConvertedBackbone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kind = task_named(self.settings.task)
        self._judged: dict[str, tuple[SourceEvidence, int]] = {}
        self._standing: list[Ranked] = []
        self._earlier = recall()
        self._time = RankingTime(self.settings.budget, self.watch)

    def run(self, requests: Sequence[Request]) -> Ranking:
        """Rank sources; those that cannot be had stand aside with their reason.

        Raises
        ------
        SourceError
            If none can be had.
        """
        with self.watch.step("prepare the sources"):
            refused = self._prepare(requests)
        requests_by_name = {request.source: request for request in requests}
        self.vectors = CandidateVectors(self.converted, requests_by_name, self.progress)
        if len(self.converted) > 1:
            self.vectors.find_families(len(self.dataset))
        strata = self.kind.strata(labels_of(self.dataset))
        self._order = growing_order(strata, self.settings.seed)
        self._time.flops = {name: _flops(one) for name, one in self.converted.items()}
        fewest, n_samples = fewest_to_hold_out(strata[self._order]), len(self.dataset)
        rounds = halve(list(self.converted), n_samples, self._judge, fewest, self._time.reach)
        spared = self.vectors.passes_saved(rounds[-1].entrants)
        ranking = Ranking(in_order(self._standing), refused, rounds, spared, n_samples)
        self._remember(ranking)
        return ranking

    def without_transfer(self) -> StageFigures:
        """The best linear model on classical features, on the samples of the last round."""
        of = self.labelled
        features = self.vectors.features(CLASSICAL_SOURCE, of.fingerprints)
        both = {" + ".join(features): joined(list(features.values()))}
        objective = objective_for(of.task, of.targets)
        figures = probe_stages({**features, **both}, of.targets, objective, of.folds)
        return min(figures, key=lambda one: one.loss)

    def _prepare(self, requests: Sequence[Request]) -> dict[str, str]:
        """Convert what the cache does not hold, beside the import of what scores."""
        with ThreadPoolExecutor(_CONVERTED_AT_ONCE, thread_name_prefix="prepare") as pool:
            futures = {
                request.source: pool.submit(_had, request, self.dataset.modality)
                for request in requests
            }
            import_what_follows()
            self._await(list(futures.values()))
        self.progress("prepare the sources", len(futures), len(futures))
        refused = {}
        for name, future in futures.items():
            found = self._time.reason if future.cancelled() else future.result()
            if isinstance(found, ConvertedBackbone):
                self.converted[name] = found
            else:
                refused[name] = str(found)
        if not self.converted:
            raise SourceError(
                "None of the sources can be used. "
                + " ".join(f"{name}: {reason}" for name, reason in refused.items())
            )
        return refused

    def _await(self, futures: Sequence[Future[ConvertedBackbone | HeadstartError]]) -> None:
        """Until all are there; those not begun when time is up are cancelled, if one is there."""
        while pending := [future for future in futures if not future.done()]:
            ended = len(futures) - len(pending)
            self.progress("prepare the sources", ended, len(futures))
            left = self._time.left_for_preparing
            over = [one for one in futures if one.done() and not one.cancelled()]
            if left <= 0 and any(isinstance(one.result(), ConvertedBackbone) for one in over):
                pending = [future for future in pending if not future.cancel()]
            wait(pending, left if 0 < left < float("inf") else None, FIRST_COMPLETED)

    def _judge(self, names: Sequence[str], n_samples: int) -> Mapping[str, float]:
        """Encode so many samples, and score the sources on them."""
        with self._time.learning(names, n_samples):
            return self._judged_by(names, n_samples)

    def _judged_by(self, names: Sequence[str], n_samples: int) -> Mapping[str, float]:
        with self.watch.step("encode"):
            self.labelled = self._encode(names, n_samples)
        with self.watch.step("score the sources"):
            for name in names:
                self.progress(f"score {name}", 0, None)
                of = self.labelled
                features = self.vectors.features(name, of.fingerprints)
                evidence = weigh(name, features, of.targets, of.task, of.folds)
                self._judged[name] = (evidence, n_samples)
        self._standing = self._ranked()
        standing = {one.source: one.expected.total for one in self._standing}
        return {name: standing[name] for name in names}

    def _encode(self, names: Sequence[str], n_samples: int) -> Labelled:
        """Of the first samples in the growing order, those that could be read."""
        some = self.dataset.take(np.sort(self._order[:n_samples]))
        failures = self.vectors.encode(some, names)
        self.failures.update({some.fingerprints[row]: why for row, why in failures.items()})
        some = some.set_aside(failures)
        self.kind.check(some)
        task = self.kind.from_labels(labels_of(some))
        targets = task.encode(labels_of(some))
        ids = some.fingerprints
        folds = folds_of(task, targets, ids, self.settings.seed)
        if not folds:
            raise InputError(
                f"With {len(some)} samples none can be held out, so sources cannot be compared. "
                "Accepted: at least two different samples of a class. Add samples, or name one "
                "source."
            )
        return Labelled(ids, targets, task, folds)

    def _ranked(self) -> list[Ranked]:
        """Everybody that was judged, each by the samples of its last round."""
        measures = {name: one.measures for name, (one, _) in self._judged.items()}
        seed, here = packaged_seed(), _digest(self.labelled.fingerprints)
        # What is remembered of these very samples is no experience with others.
        earlier = [one for one in self._earlier.outcomes if one.target != here]
        known = (*seed.outcomes, *earlier)
        expected = combine(measures, known, seed.standings).expectations
        return [Ranked(one, *self._judged[one.source]) for one in expected]

    def _remember(self, ranking: Ranking) -> None:
        """How the sources stood here, for the prior of other targets.

        The probe's own figure is no evidence for itself: measures are left out, so that nobody
        learns how well they predict from this.
        """
        whole = [one for one in ranking.ranked if one.n_samples == ranking.best.n_samples]
        if len(whole) < 2 or len(self.labelled.targets) < _WORTH_REMEMBERING:
            return
        target = _digest(self.labelled.fingerprints)
        remember(Outcome(target, one.source, -one.evidence.best.loss) for one in whole)


def _flops(converted: ConvertedBackbone) -> float:
    return sum(stage.flops for stage in converted.stages)


def _digest(fingerprints: Sequence[bytes]) -> str:
    """A name for the samples that tells nothing of them."""
    return hashlib.blake2b(b"".join(sorted(fingerprints)), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Chosen:
    """What a fit goes on with once its source is chosen.

    Parameters
    ----------
    train, test : Dataset
        Both sides: the test side was not looked at.
    settings : Settings
        With one source.
    decision : Decision
        Which source, and why.
    """

    train: Dataset
    test: Dataset
    settings: Settings
    decision: Decision


def choose_source(
    train: Dataset,
    test: Dataset | None,
    settings: Settings,
    progress: Progress,
    watch: Watch,
) -> Chosen:
    """Compare the sources on the training side alone; without a test set, one is held back first.

    Raises
    ------
    SourceError
        If none of the sources can be had.
    """
    if test is None:
        train, test = held_out(train, settings)
    requests = settings.requests
    ranking = SourceChoice(train, settings, progress, watch).run(requests)
    best = request_of(ranking.best.source, requests)
    settings = replace(settings, candidates=(), source=best.source, weights=best.weights)
    return Chosen(train, test, settings, ranking.decision())


def request_of(source: str, requests: Sequence[Request]) -> Request:
    """The request for a source, which is one of those."""
    return next(one for one in requests if one.source == source)


def _had(request: Request, modality: str) -> ConvertedBackbone | HeadstartError:
    """The converted form, or why it cannot be had."""
    try:
        found = prepare(request)
        check_modality(found.source, modality)
        return found
    except HeadstartError as error:
        return error
