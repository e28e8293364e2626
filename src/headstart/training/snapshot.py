"""What a training run is after an epoch: everything that the next epoch depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from headstart.training.suffix import SuffixNetwork

_NETWORK = "network/"
_OPTIMISER = "optimiser/"
_BESIDE = "beside/"
_T = TypeVar("_T")


@dataclass(frozen=True)
class EpochFigures:
    """What an epoch came to.

    Parameters
    ----------
    epoch : int
        Epochs that are over; 0 is the start.
    train_loss : float or None
        Mean over the steps; None at the start.
    valid_loss, valid_score : float or None
        Of the samples held back; None when there are none.
    seconds : float
        Wall-clock, validation included.
    """

    epoch: int
    train_loss: float | None
    valid_loss: float | None
    valid_score: float | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Snapshot:
    """Tensors by name, and the figures of all epochs so far.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        Of the network and of the optimiser, and what the trainer remembers beside them.
    history : tuple of EpochFigures
        The last one is this snapshot's.
    """

    tensors: Mapping[str, Tensor]
    history: tuple[EpochFigures, ...]

    @property
    def epoch(self) -> int:
        """Epochs that are over."""
        return self.history[-1].epoch

    @property
    def beside(self) -> dict[str, Tensor]:
        """What the trainer remembers."""
        return below(_BESIDE, self.tensors)


def below(prefix: str, tensors: Mapping[str, _T]) -> dict[str, _T]:
    """Those whose names begin so, without that beginning.

    Examples
    --------
    >>> below("network/", {"network/bias": 1, "beside/bias": 2})
    {'bias': 1}
    """
    return {
        name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)
    }


def take(
    network: SuffixNetwork,
    optimiser: torch.optim.Optimizer,
    history: Sequence[EpochFigures],
    beside: Mapping[str, Tensor] | None = None,
) -> Snapshot:
    """Copy everything that changes in training."""
    tensors = {_NETWORK + name: one.detach().clone() for name, one in network.state_dict().items()}
    names = _names(network, optimiser)
    for parameter, state in optimiser.state.items():
        for key, value in state.items():
            tensors[f"{_OPTIMISER}{names[parameter]}/{key}"] = torch.as_tensor(value).clone()
    tensors |= {_BESIDE + name: one for name, one in (beside or {}).items()}
    return Snapshot(tensors, tuple(history))


def put_back(
    snapshot: Snapshot, network: SuffixNetwork, optimiser: torch.optim.Optimizer | None = None
) -> None:
    """Give the network, and the optimiser where there is one, what :func:`take` copied."""
    network.load_state_dict(below(_NETWORK, snapshot.tensors), strict=False)
    if optimiser is None:
        return
    parameters = {name: one for one, name in _names(network, optimiser).items()}
    for full, value in snapshot.tensors.items():
        if full.startswith(_OPTIMISER):
            name, _, key = full.removeprefix(_OPTIMISER).rpartition("/")
            device = "cpu" if key == "step" else parameters[name].device
            optimiser.state[parameters[name]][key] = value.clone().to(device)


def average(snapshots: Sequence[Snapshot]) -> Snapshot:
    """The mean of the networks of some epochs, BatchNorm statistics included.

    Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, *Averaging weights leads to wider optima and
    better generalization*, 2018.
    """
    last = snapshots[-1]
    mean = {}
    for name, tensor in last.tensors.items():
        if name.startswith(_NETWORK):
            stack = torch.stack([one.tensors[name].double() for one in snapshots])
            mean[name] = stack.mean(dim=0).to(tensor.dtype)
    return Snapshot(mean, last.history)


def _names(network: SuffixNetwork, optimiser: torch.optim.Optimizer) -> dict[Tensor, str]:
    known: dict[Tensor, str] = {parameter: name for name, parameter in network.named_parameters()}
    groups = optimiser.param_groups
    return {one: known[one] for group in groups for one in group["params"] if one in known}
