"""Which model is saved: the one that was asked for, or one without transfer."""

from __future__ import annotations

from dataclasses import replace

from headstart.fitting.comparison import compare_in_test, compare_in_training
from headstart.fitting.course import Fitted
from headstart.fitting.measuring import Contest, baselines_of
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split
from headstart.fitting.stand_in import stand_in
from headstart.fitting.transfer_choice import TransferChoice
from headstart.fitting.vectors import Vectors


def settle(
    halves: Split, fitted: Fitted, vectors: Vectors, settings: Settings
) -> tuple[Contest, TransferChoice]:
    """Fit the models without transfer, compare, and fall back where transfer hurts.

    What has nothing transferred has nothing to fall back from.

    Parameters
    ----------
    halves : Split
        Both sides. The targets of the test side are looked at here for the first time.
    fitted : Fitted
        What was asked for.
    vectors : Vectors
        What was encoded.
    settings : Settings
        Whether falling back is allowed, and the seed.
    """
    outputs = halves.task.outputs(fitted.head, fitted.test_vectors)
    contest = Contest(fitted, outputs, baselines_of(halves), fitted)
    choice = TransferChoice(
        contest.rival,
        compare_in_training(halves, fitted, contest.rival, settings.seed),
        compare_in_test(halves, outputs, contest.rival, settings.seed),
        settings.fallback,
        settings.is_vouched_for,
    )
    if fitted.plan.transfers and choice.falls_back:
        contest = replace(contest, saved=stand_in(halves, vectors, contest.rival))
    verdict = choice.verdict if fitted.plan.transfers else None
    return replace(contest, verdict=verdict), choice
