"""Training a text encoder to find answers: states at the cut once, then epochs over windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.room import room_for
from headstart.activations.states import ComputedStates, StateEncoders, States, StoredStates
from headstart.activations.store import ActivationStore
from headstart.activations.views import ORIGINAL
from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.errors import PlanError
from headstart.plan import HeadPlan, Plan
from headstart.progress import Progress
from headstart.strategies import PlanName
from headstart.tasks.question_answering import SpanLoss, Window
from headstart.training.linear_head import zero_head

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.training.outcome import Outcome

#: First token and last token.
N_SCORES = 2
#: Chosen on a quarter of the training articles of the SQuAD sample, with the last three stages of
#: bundled/minilm-l6 trained: after an epoch 1.5e-3 was ahead of 5e-4, and its loss on the articles
#: held out rose after the third. The rate stands between. Those from random weights are not tuned.
_TRAINING = {"epochs": 4, "batch_size": 16, "learning_rate": 1e-3, "weight_decay": 0.01}
_FROM_RANDOM = {"epochs": 4, "batch_size": 16, "learning_rate": 5e-4}
_HEAD_RATE = 5.0
#: Stages, counted from the last.
_USUALLY_TRAINED = 3


@dataclass(frozen=True)
class WindowSet:
    """Windows, and what is to be found in them.

    Parameters
    ----------
    windows : sequence of n_windows Window
        In the order of their questions.
    targets : ndarray of shape (n_windows, 2)
        First and last token of the answer; twice 0 where there is none.
    train_rows, valid_rows : ndarray of shape (n_train,), (n_valid,)
        Windows that are learned from, and those that judge each epoch.
    """

    windows: Sequence[Window]
    targets: NDArray[np.intp]
    train_rows: NDArray[np.intp]
    valid_rows: NDArray[np.intp]


def answering_plan(
    asked: Plan | PlanName, source: str, stages: Sequence[str], training: dict[str, Any]
) -> Plan:
    """The plan for a head that reads every token of the last stage, and starts at zero.

    Raises
    ------
    PlanError
        If it trains no stage, or mixes samples.
    """
    if isinstance(asked, PlanName):
        asked = _usual(stages) if asked.is_open else asked
        usual = _FROM_RANDOM if asked.init == "random" else _TRAINING
        plan = asked.plan(source, stages, "text", **{**usual, **training})
    else:
        plan = asked.with_training(**training)
    if not plan.suffix or plan.training is None:
        raise PlanError(
            f"The plan {str(asked) if isinstance(asked, PlanName) else 'given'!r} trains no stage. "
            "For question answering accepted are plans that train some, since frozen states say "
            "little of where an answer starts: full, freeze:K, lora, bias. Choose one of them."
        )
    if plan.training.mixup:
        raise PlanError(
            f"The mixup of the training is {plan.training.mixup!r}; positions of tokens cannot be "
            "mixed, so that accepted is 0. Correct it in the plan."
        )
    return plan.with_head(HeadPlan(tuple(stages[-1:]), start="zero", lr_scale=_HEAD_RATE))


def _usual(stages: Sequence[str]) -> PlanName:
    """What a name leaves open: the last stages are trained, the others run once."""
    return PlanName("freeze", f"-{min(_USUALLY_TRAINED, len(stages))}")


def train_on_windows(
    assembled: Assembled, plan: Plan, given: WindowSet, seed: int, progress: Progress
) -> Outcome:
    """Train the suffix of a plan in place.

    Parameters
    ----------
    assembled : Assembled
        The network that the plan starts from.
    plan : Plan
        Of :func:`answering_plan`.
    given : WindowSet
        What is learned from.
    seed : int
        Of order and dropout.
    progress : Progress
        Told after each step.
    """
    from headstart.backbones.text_network import with_length
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.job import TrainingJob, train
    from headstart.training.loop import Learning
    from headstart.training.token_head import TokenNetwork

    backbone = with_length(assembled.backbone, max(len(one.tokens) for one in given.windows))
    assembled = replace(assembled, backbone=backbone)
    states = _states(assembled, plan, given.windows, progress)
    learning = Learning(states, given.targets, given.train_rows, given.valid_rows, SpanLoss(), seed)
    head = zero_head(backbone.stages[-1].feature_size, np.zeros(N_SCORES), is_shares=False)
    job = TrainingJob(plan, head, learning, MemoryCheckpoints(), network=TokenNetwork)
    return train(job, assembled, progress)


def _states(
    assembled: Assembled, plan: Plan, windows: Sequence[Window], progress: Progress
) -> States:
    """States at the cut: stored where there is room, else computed in each epoch."""
    store = ActivationStore()
    encoders = StateEncoders(assembled.backbone, plan.cut)
    if not room_for(len(windows), encoders.bytes_a_row, store).fits:
        return ComputedStates([encoders.encoder(ORIGINAL)], windows)
    tables, _ = encoders.store(windows, [ORIGINAL], store, progress)
    return StoredStates(tables, encoders.output, [one.fingerprint for one in windows])


def window_length(facts: TextPreprocessing, most: int) -> TextPreprocessing:
    """The facts with windows of at most ``most`` tokens."""
    return replace(facts, most_tokens=min(facts.most_tokens, most))
