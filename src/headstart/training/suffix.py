"""The suffix under a head, as one module: states at the cut in, scores out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.activations.segment_network import entry_of
from headstart.backbones.stages import State, step
from headstart.errors import PlanError
from headstart.training.linear_head import LinearHead

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone, Stage
    from headstart.plan import Plan


class TrainableHead(nn.Module):
    """A :class:`~headstart.training.linear_head.LinearHead` that goes on learning.

    Mean and scale stay: they bring the vectors into a range in which one learning rate suits all.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, head: LinearHead) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(head.mean, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(head.scale, dtype=torch.float32))
        self.linear = nn.Linear(*head.weights.shape)
        with torch.no_grad():
            self.linear.weight.copy_(torch.tensor(head.weights.T, dtype=torch.float32))
            self.linear.bias.copy_(torch.tensor(head.bias, dtype=torch.float32))

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of shape (n, n_outputs) for pooled vectors of shape (n, n_features)."""
        with torch.autocast(vectors.device.type, enabled=False):  # few numbers, and they decide
            scores: Tensor = self.linear((vectors.float() - self.mean) / self.scale)
        return scores

    def learners(self) -> Iterator[tuple[nn.Module, float]]:
        """Parts that learn, each with its factor on the head's learning rate."""
        yield self, 1.0

    def to_linear_head(self) -> LinearHead:
        """The numbers alone."""
        tensors = (self.mean, self.scale, self.linear.weight.T, self.linear.bias)
        # In the order in which a file holds them: products round alike before and after saving.
        parts = (one.detach().cpu().double().contiguous().numpy() for one in tensors)
        mean, scale, weights, bias = parts
        return LinearHead(mean, scale, weights, bias)


class SuffixNetwork(nn.Module):
    """The stages after the cut and the head.

    Parameters
    ----------
    backbone : Backbone
        Its parameters are shared, so what is trained here changes there.
    plan : Plan
        Says where the cut is and which stages the head reads.
    head : LinearHead
        Where the head starts.

    Raises
    ------
    PlanError
        If the head reads a stage before the cut, none, or none at or after one that is trained.
    """

    def __init__(self, backbone: Backbone, plan: Plan, head: LinearHead) -> None:
        super().__init__()
        check_head(plan)
        self.cut = plan.cut
        self.stages = backbone.stages[plan.cut :]
        self.read = tuple(stage.name in plan.head.stages for stage in self.stages)
        self.entry = entry_of(backbone, plan.cut)
        self.is_text = backbone.source.modality == "text"
        self.pieces = nn.ModuleList(stage.module for stage in self.stages)
        self.n_run = max(place for place, read in enumerate(self.read, start=1) if read)
        self.head = TrainableHead(head)

    def forward(self, rows: Tensor) -> Tensor:
        """Scores of shape (n, n_outputs).

        Parameters
        ----------
        rows : Tensor of shape (n, size), float16 states, uint8 pixels or int64 tokens
            As they are stored.
        """
        state: State = self.entry(rows)
        if self.is_text:
            state = without_padding(state)
        if state["x"].ndim == 4:
            state["x"] = state["x"].contiguous(memory_format=torch.channels_last)
        vectors = []
        run = zip(self.stages, self.pieces, self.read, strict=True)
        for stage, piece, read in islice(run, self.n_run):
            state = step(piece, state)
            if read:
                vectors.append(self.seen(stage, state))
        scores: Tensor = self.head(torch.cat(vectors, dim=-1))
        return scores

    def seen(self, stage: Stage, state: State) -> Tensor:
        """What the head reads of the state after a stage: a vector a sample."""
        return stage.pool(state)

    def own_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Names and parameters that training changes."""
        return ((name, one) for name, one in self.named_parameters() if one.requires_grad)


def without_padding(state: State) -> State:
    """The tokens up to the end of the longest text of the batch; the rest is room in the store."""
    length = max(1, int(state["mask"].sum(dim=1).max()))
    return {name: one[:, :length] for name, one in state.items()}


def check_head(plan: Plan) -> None:
    """Refuse a head that training could not reach.

    Raises
    ------
    PlanError
        If it reads a stage before the cut, or none.
    """
    before = {stage.name for stage in plan.prefix}
    early = [name for name in plan.head.stages if name in before]
    if early or not plan.head.stages:
        what = f"reads stage {early[0]!r}, which lies before the cut" if early else "reads no stage"
        raise PlanError(
            f"The head {what}. Where stages are trained, accepted are the stages after the cut: "
            f"{', '.join(stage.name for stage in plan.suffix)}. Correct the head in the plan."
        )
    last = max(place for place, one in enumerate(plan.suffix) if one.name in plan.head.stages)
    vain = [stage.name for stage in plan.suffix[last + 1 :] if stage.mode != "frozen"]
    if vain:
        raise PlanError(
            f"Stage {vain[0]!r} is trained, but the head reads nothing from there on: the last "
            f"stage that it reads is {plan.suffix[last].name!r}. Let it read {vain[0]!r} or a "
            "later one, or freeze that stage."
        )
