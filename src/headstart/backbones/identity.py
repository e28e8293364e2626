"""Which numbers a run of stages computes with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from headstart.backbones.providers.weights_file import hash_of

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone


def stages_digest(backbone: Backbone, stop: int) -> str:
    """Hash of the first ``stop`` stages: their operations, their names and their tensors.

    By the numbers themselves: facts name random weights by their seed alone, and a plan may mix
    pretrained and random stages.
    """
    digest = hashlib.blake2b(digest_size=16)
    for stage in backbone.stages[:stop]:
        code = getattr(stage.module, "code", type(stage.module).__name__)
        digest.update(f"{stage.name}\n{code}\n{hash_of(stage.module.state_dict())}\n".encode())
    return digest.hexdigest()
