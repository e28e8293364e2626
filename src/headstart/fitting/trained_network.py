"""The trained network in the form that predicts, with the weights that it can be a source with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headstart.activations.converted import ConvertedBackbone, convert
from headstart.activations.place import cache_folder
from headstart.activations.segment import Kept

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.backbones.source import Source
    from headstart.training.outcome import Outcome


def trained_source(source: Source, digest: str, kept: str) -> Source:
    """The facts of a source with weights of ours: their hash, and which epochs they are of."""
    return replace(
        source,
        weights_hash=digest,
        classes=None,
        origin=f"trained by headstart from {source.name} ({kept}; before: {source.origin})",
    )


def convert_trained(
    assembled: Assembled, outcome: Outcome, kept: Kept = "pooled"
) -> ConvertedBackbone:
    """Convert, under facts that say what the weights are now.

    Parameters
    ----------
    assembled : Assembled
        With its trained weights.
    outcome : Outcome
        Of the training.
    kept : {"pooled", "state"}
        Whether a vector a sample is read of it, or every token.
    """
    from headstart.backbones.providers.weights_file import hash_of
    from headstart.backbones.stages import Backbone

    network = assembled.network
    tensors: dict[str, Any] = dict(network.state_dict())
    digest = hash_of(tensors)
    source = trained_source(assembled.source, digest, outcome.trained.kept)
    backbone = Backbone(source, assembled.backbone.stages, assembled.backbone.head)
    name = digest[:32] if kept == "pooled" else f"{digest[:32]}-{kept}"
    return convert(backbone, cache_folder() / "trained" / name, tensors, kept)
