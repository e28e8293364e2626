"""Mixup: pairs of samples and their targets in between."""

from __future__ import annotations

import torch
from torch import Tensor


def mix(rows: Tensor, targets: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Mix each sample with another of its batch (Zhang and others, *mixup*, 2018).

    Parameters
    ----------
    rows : Tensor of shape (n, size)
        States or pixels.
    targets : Tensor of shape (n, n_outputs)
        Their targets.
    strength : float
        Of the Beta distribution that the share is drawn from; 0 mixes nothing.
    """
    if strength == 0 or len(rows) < 2:
        return rows, targets
    share = float(torch.distributions.Beta(strength, strength).sample())
    others = torch.randperm(len(rows))
    return (
        torch.lerp(rows[others].float(), rows.float(), share),
        torch.lerp(targets[others], targets, share),
    )
