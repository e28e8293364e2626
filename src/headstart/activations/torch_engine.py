"""The engine for graphics cards: torch, in small batches."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Done
from headstart.activations.half_precision import rounded
from headstart.activations.key import ActivationKey
from headstart.activations.segment_facts import OfSegment, SegmentFacts

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class DeviceCopy:
    """The stages of a segment on a device, copied when they are first asked for.

    The backbone's own tensors stay where and as they are, since its other stages are trained.

    Parameters
    ----------
    facts : SegmentFacts
        Which stages.
    device : str
        Where to.
    """

    facts: SegmentFacts
    device: str

    @cached_property
    def network(self) -> torch.nn.Module:
        """In eval mode, channels last."""
        import torch

        from headstart.activations.segment_network import SegmentNetwork

        network = deepcopy(SegmentNetwork(self.facts.backbone, self.facts.segment)).eval()
        network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network


class TorchSegmentEncoder(OfSegment):
    """A segment run by torch in small batches: on a graphics card, or wherever it is told to.

    Parameters
    ----------
    facts : SegmentFacts
        What is to be computed.
    device : str
        For example ``"cuda"``.
    precision : {"bf16", "f32"}
        bf16 by autocast.
    batch_size : int
        Samples that are computed together.
    copy : DeviceCopy or None
        Of the stages, where there is one already.
    """

    def __init__(
        self,
        facts: SegmentFacts,
        device: str,
        precision: str = "f32",
        batch_size: int = 32,
        copy: DeviceCopy | None = None,
    ) -> None:
        super().__init__(facts)
        self._device = device
        self._precision = precision
        self._batch_size = batch_size
        self._copy = copy or DeviceCopy(facts, device)
        self._waiting: list[tuple[NDArray[Any], Done]] = []

    def with_view(self, view: str) -> TorchSegmentEncoder:
        """The same network, seeing something else of a picture."""
        facts = self._facts.with_view(view)
        return TorchSegmentEncoder(
            facts, self._device, self._precision, self._batch_size, self._copy
        )

    @property
    def key(self) -> ActivationKey:
        """What the rows depend on."""
        return self._facts.key(f"torch {version('torch')} {self._device}", self._precision)

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Wait for others, or compute the batch that this sample completes."""
        self._waiting.append((prepared, done))
        if len(self._waiting) >= self._batch_size:
            self.finish()

    def finish(self) -> None:
        """Compute what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        rows = self._compute(np.concatenate([prepared for prepared, _ in waiting]))
        for row, (_, done) in zip(rows, waiting, strict=True):
            done(row)

    def _compute(self, batch: NDArray[Any]) -> NDArray[Any]:
        import torch

        kind = torch.device(self._device).type
        with (
            torch.inference_mode(),
            torch.autocast(kind, torch.bfloat16, enabled=self._precision == "bf16"),
        ):
            given = torch.from_numpy(batch).to(self._device)
            return rounded(self._copy.network(given).float().cpu().numpy(), self._facts.dtype)
