"""The trained network of a task of places in the form that predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from headstart.activations.converted_places import (
    BACKBONE_PREFIX,
    HEAD_PREFIX,
    ConvertedPlaces,
    convert_places,
    shapes_of,
)
from headstart.activations.place import cache_folder
from headstart.fitting.trained_network import trained_source

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.backbones.taps import Tap
    from headstart.training.place_training import PlaceOutcome


def convert_trained_places(
    assembled: Assembled, taps: Sequence[Tap], outcome: PlaceOutcome, head: Mapping[str, Any]
) -> ConvertedPlaces:
    """Convert, under facts that say what the weights are now.

    Parameters
    ----------
    assembled : Assembled
        With its trained weights.
    taps : sequence of Tap
        What the head reads.
    outcome : PlaceOutcome
        Of the training.
    head : mapping
        What the head was built with.
    """
    import torch

    from headstart.backbones.providers.weights_file import hash_of
    from headstart.training.place_network import WholePlaceNetwork

    whole = WholePlaceNetwork(assembled.backbone, outcome.network).eval()
    tensors = {
        **{BACKBONE_PREFIX + name: one for name, one in assembled.network.state_dict().items()},
        **{HEAD_PREFIX + name: one for name, one in outcome.network.head.state_dict().items()},
    }
    digest = hash_of(tensors)
    source = trained_source(assembled.source, digest, outcome.trained.kept)
    canvas = assembled.source.preprocessing.size
    with torch.inference_mode():
        shapes = shapes_of(whole.outputs(torch.zeros((1, *canvas, 3), dtype=torch.uint8)))
    facts = ConvertedPlaces(
        cache_folder() / "trained" / digest[:32],
        source,
        tuple(tap.stride for tap in taps),
        shapes,
        "",
        dict(head),
    )
    return convert_places(whole, facts, tensors)
