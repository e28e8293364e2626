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
from headstart.runs.saving import BACKBONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone
    from headstart.runs.export.exportable import Exportable
    from headstart.runs.export.exported_head import ExportedHead


class HeadModule(nn.Module):
    """A head: vectors of all stages in, an output out.

    Parameters
    ----------
    head : ExportedHead
        Its numbers, and the stages that it reads.
    """

    mean: Tensor
    factor: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, head: ExportedHead) -> None:
        super().__init__()
        self.places, numbers = head.places, head.numbers
        self.softens, self.squashes = numbers.softens, numbers.squashes
        for name in ("mean", "factor", "weights", "bias"):
            self.register_buffer(name, torch.from_numpy(getattr(numbers, name)))

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Give float32 of shape (n, n_outputs)."""
        vectors = torch.cat([stages[place] for place in self.places], dim=1)
        scores = (vectors - self.mean) * self.factor @ self.weights + self.bias
        if self.squashes:
            return scores.sigmoid()
        return scores.softmax(dim=1) if self.softens else scores


class ExportedNetwork(nn.Module):
    """Pixels or tokens in, an output of each head out.

    Parameters
    ----------
    backbone : Backbone
        Its stages, as far as a head reads them.
    heads : sequence of ExportedHead
        At least one.
    """

    def __init__(self, backbone: Backbone, heads: Sequence[ExportedHead]) -> None:
        super().__init__()
        last = max(place for head in heads for place in head.places)
        self.pooled = SegmentNetwork(backbone, Segment(0, last + 1, "pooled"))
        self.sizes = [stage.feature_size for stage in self.pooled.stages]
        self.heads = nn.ModuleList(HeadModule(head) for head in heads)

    def forward(self, rows: Tensor) -> tuple[Tensor, ...]:
        """Give float32 of shape (n, n_outputs) for each."""
        stages = self.pooled(rows).split(self.sizes, dim=1)
        return tuple(head(stages) for head in self.heads)


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
        network, source = load_network(_own_name(run) if is_own else name)
    except SourceError as error:
        raise _not_at_hand(str(error)) from error
    wanted = run.backbone.source.weights_hash
    if source.weights_hash != wanted:  # another run stands where the run found its source
        raise _not_at_hand(
            f"The weights of {name!r} are not those that the run {str(run.place)!r} read (SHA-256 "
            f"{source.weights_hash[:12]}... in place of {wanted[:12]}...)."
        )
    return network, source


def _own_name(run: Exportable) -> str:
    """The run as a source; where it has several networks, the others are folders of it."""
    folder = run.backbone.folder
    return f"{RUN}{run.place if folder.name == BACKBONE else folder}"


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
