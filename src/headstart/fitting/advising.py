"""Advice on labelled samples: whether to transfer, from which source, and how much. No training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from headstart.activations.preparation import Request
from headstart.advice.classical_table import Guess
from headstart.advice.gain import Gain, measure_gain
from headstart.advice.ranking import Ranking
from headstart.advice.similarity import Similarity
from headstart.data.dataset import Dataset, Modality
from headstart.errors import InputError
from headstart.evaluation.baselines import classical_features
from headstart.evidence import Decision, Evidence
from headstart.fitting.first_guess import guess_for
from headstart.fitting.settings import Settings
from headstart.fitting.sides import read_for
from headstart.fitting.similarity import similarity_of
from headstart.fitting.source_choice import SourceChoice, request_of
from headstart.fitting.unknown_tokens import unknown_notes
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.strategies import PlanName
from headstart.tasks.registry import task_named


@dataclass(frozen=True)
class Advice:
    """What was measured, and what follows from it.

    Parameters
    ----------
    task : str
        What is predicted.
    n_samples : int
        That the advice stands on.
    ranking : Ranking
        The sources.
    gain : Gain
        What transfer is worth.
    similarity : Similarity
        Of the best source.
    request : Request
        The best source.
    plan_name : PlanName
        The proposal in a word.
    plan : Plan
        The proposal; it can be edited, and given to a fit.
    evidence : Evidence
        The decisions in their order.
    notes : tuple of str
        Sentences that the user should see.
    quarantined : tuple of mapping
        ``{"input", "reason"}`` of everything that could not be read.
    seconds : mapping of str to float
        Step name to wall-clock seconds.
    modality : {"image", "text"}
        What the samples are.
    """

    task: str
    n_samples: int
    ranking: Ranking
    gain: Gain
    similarity: Similarity
    request: Request
    plan_name: PlanName
    plan: Plan
    evidence: Evidence
    notes: tuple[str, ...] = ()
    quarantined: tuple[Mapping[str, str], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    modality: Modality = "image"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "task": self.task,
            "n_samples": self.n_samples,
            "source": self.ranking.best.source,
            "refused": dict(self.ranking.refused),
            "plan": self.plan.to_dict(),
            **self.evidence.to_dict(),
            "notes": list(self.notes),
            "quarantined": [dict(row) for row in self.quarantined],
            "seconds": dict(self.seconds),
        }


def advise(
    train: Dataset,
    settings: Settings | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> Advice:
    """Compare sources and stages on labelled samples, and propose a plan.

    Parameters
    ----------
    train : Dataset
        Labelled pictures or texts. All of them may be used: no figure of a model is claimed.
    settings : Settings or None
        Candidates, task and seed; without candidates, the sources at hand.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go; one that ran before keeps what it has.

    Returns
    -------
    Advice
        The measurements, and a plan that a fit can carry out.

    Raises
    ------
    InputError
        If the samples make the task impossible, or are ready embeddings.
    SourceError
        If no source can be had.
    """
    settings, watch = settings or Settings(), watch or Watch()
    settings = replace(settings, modality=train.modality)
    train = _checked(train, settings)
    choice = SourceChoice(train, settings, progress, watch)
    requests = settings.requests
    ranking = choice.run(requests)
    best = ranking.best
    request = request_of(best.source, requests)
    similarity = _similarity(choice, request, watch)
    with watch.step("score the sources"):
        rival = choice.without_transfer()
    without = classical_features(train.modality)
    gain = measure_gain(best.source, best.evidence.best, without, rival)
    guess = guess_for(choice.labelled.task, len(choice.labelled.targets), similarity)
    stages = [stage.name for stage in choice.converted[best.source].stages]
    plan = guess.plan.plan(best.source, stages, settings.modality)
    return Advice(
        settings.task,
        len(choice.labelled.targets),
        ranking,
        gain,
        similarity,
        request,
        guess.plan,
        plan,
        Evidence(tuple(_decisions(ranking, gain, similarity, guess))),
        (*train.notes, *unknown_notes(choice.converted[best.source].source, train)),
        tuple(_aside(choice)),
        watch.seconds,
        train.modality,
    )


def _decisions(
    ranking: Ranking, gain: Gain, similarity: Similarity, guess: Guess
) -> Iterator[Decision]:
    """In the order in which a person asks."""
    yield gain.decision()
    yield ranking.decision()
    yield similarity.decision()
    yield ranking.best.evidence.decision()
    yield Decision(
        "how much to transfer",
        str(guess.plan),
        f"{guess.reason} That is the classical first guess; a fit with --time-limit tries it and "
        "its neighbours.",
    )


def _checked(train: Dataset, settings: Settings) -> Dataset:
    """The samples with their labels as the task takes them."""
    if train.modality == "embedding":
        raise InputError(
            "Ready embeddings pass through no network, so there is no source to advise on. "
            "Accepted: pictures or texts. To fit a model on the embeddings: headstart fit."
        )
    task = task_named(settings.task)
    train = read_for(task, train)
    task.check(train)
    return train


def _aside(choice: SourceChoice) -> Iterator[Mapping[str, str]]:
    """Everything that could not be read, before or during the pass."""
    for one in choice.dataset.quarantined:
        yield {"input": one.input, "reason": one.reason}
    for item in choice.dataset.items:
        if item.fingerprint in choice.failures:
            yield {"input": item.name, "reason": choice.failures[item.fingerprint]}


def _similarity(choice: SourceChoice, request: Request, watch: Watch) -> Similarity:
    """Of the best source, on a few dozen of the samples that could be read."""
    from headstart.backbones.catalogue import load_backbone

    choice.progress("read the similarity", 0, None)
    with watch.step("read the similarity"):
        backbone = load_backbone(request.source, request.weights, request.init, request.seed)
        failed = choice.failures
        good = [
            row for row, one in enumerate(choice.dataset.items) if one.fingerprint not in failed
        ]
        return similarity_of(choice.dataset.take(good), backbone, choice.settings.seed)
