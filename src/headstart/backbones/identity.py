"""Which numbers a run of stages computes with."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from headstart.backbones.providers.weights_file import hash_of

if TYPE_CHECKING:
    from torch import nn

    from headstart.backbones.stages import Backbone, Stage

#: Where an object lies in memory, which some layers show of what they hold.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def stages_digest(backbone: Backbone, stop: int) -> str:
    """Hash of the first ``stop`` stages: their operations, their names and their tensors.

    By the numbers themselves: facts name random weights by their seed alone, and a plan may mix
    pretrained and random stages. Layers count with their options: the same weights with another
    stride or way of padding are another network.
    """
    digest = hashlib.blake2b(digest_size=16)
    for stage in backbone.stages[:stop]:
        digest.update(stage_identity(stage).encode())
    return digest.hexdigest()


def stage_identity(stage: Stage) -> str:
    """What one stage computes with: its name, its operations and the hash of its tensors."""
    tensors = hash_of(stage.module.state_dict())
    return f"{stage.name}\n{_operations(stage.module)}\n{tensors}\n"


def _operations(module: nn.Module) -> str:
    """The layers with their options, and the order in which they are called."""
    layers = _ADDRESS.sub("", repr(module))
    return f"{layers}\n{getattr(module, 'code', '')}"
