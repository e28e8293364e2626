"""A run's network in torch again: its own weights, or those of the source that it stood on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.activations.conversion import NETWORK
from headstart.activations.segment import Segment
from headstart.activations.segment_network import SegmentNetwork
from headstart.backbones.catalogue import RUN, load_network
from headstart.backbones.discovery import cut_into_stages
from headstart.errors import RunError, SourceError
from headstart.runs.export.head_numbers import HeadNumbers

if TYPE_CHECKING:
    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone
    from headstart.runs.export.exportable import Exportable


class ExportedNetwork(nn.Module):
    """Pixels or tokens in, outputs of the task out.

    Parameters
    ----------
    backbone : Backbone
        Its stages, as far as the head reads them.
    run : Exportable
        With the head.
    """

    mean: Tensor
    factor: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, backbone: Backbone, run: Exportable) -> None:
        super().__init__()
        head: HeadNumbers = run.head
        self.pooled = SegmentNetwork(backbone, Segment(0, max(run.places) + 1, "pooled"))
        self.sizes = [stage.feature_size for stage in self.pooled.stages]
        self.places, self.softens = run.places, head.softens
        for name in ("mean", "factor", "weights", "bias"):
            self.register_buffer(name, torch.from_numpy(getattr(head, name)))

    def forward(self, rows: Tensor) -> Tensor:
        """Give float32 of shape (n, n_outputs)."""
        stages = self.pooled(rows).split(self.sizes, dim=1)
        vectors = torch.cat([stages[place] for place in self.places], dim=1)
        scores = (vectors - self.mean) * self.factor @ self.weights + self.bias
        return scores.softmax(dim=1) if self.softens else scores


def whole_network(run: Exportable) -> tuple[nn.Module, Source]:
    """The network of a run as its library knows it, the source's own head included.

    Raises
    ------
    SourceError
        If its weights cannot be had, or are not those that the run stood on.
    """
    name = run.model.plan.source
    is_own = (run.backbone.folder / NETWORK).is_file() or not name.startswith(RUN)
    try:
        network, source = load_network(f"{RUN}{run.place}" if is_own else name)
    except SourceError as error:
        raise _not_at_hand(str(error)) from error
    wanted = run.backbone.source.weights_hash
    if source.weights_hash != wanted:  # another run stands where the run found its source
        raise _not_at_hand(
            f"The weights of {name!r} are not those that the run {str(run.place)!r} read (SHA-256 "
            f"{source.weights_hash[:12]}... in place of {wanted[:12]}...)."
        )
    return network, source


def _not_at_hand(reason: str) -> SourceError:
    return SourceError(
        f"{reason} Or export it as openvino: the run holds that form of its network."
    )


def torch_backbone(run: Exportable) -> Backbone:
    """The network of a run, cut into the stages that the run knows.

    Raises
    ------
    SourceError
        As :func:`whole_network`.
    RunError
        If it is cut in another way now.
    """
    backbone = cut_into_stages(*whole_network(run))
    wanted = tuple(stage.name for stage in run.backbone.stages)
    if backbone.stage_names != wanted:
        raise RunError(
            f"The network of the run {str(run.place)!r} has the stages {', '.join(wanted)}; built "
            f"again it has {', '.join(backbone.stage_names)}. Another version of a library made "
            "it. Export it as openvino, or fit again."
        )
    return backbone
