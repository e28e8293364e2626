"""What encoders of a segment share, whichever engine computes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.key import ActivationKey
from headstart.activations.segment import STATE, Segment
from headstart.activations.views import ORIGINAL, see
from headstart.backbones.identity import stages_digest

if TYPE_CHECKING:
    from PIL import Image

    from headstart.backbones.stages import Backbone


@dataclass(frozen=True)
class SegmentFacts:
    """A segment of a backbone, and what is seen of a picture.

    Parameters
    ----------
    backbone : Backbone
        The whole.
    segment : Segment
        Which stages, and what is kept.
    view : str
        What is seen of a picture.
    """

    backbone: Backbone
    segment: Segment
    view: str = ORIGINAL

    @cached_property
    def digest(self) -> str:
        """Of everything that the segment's numbers depend on, up to its end."""
        return stages_digest(self.backbone, self.segment.stop)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the arrays of a row."""
        names = self.backbone.stage_names
        if not self.segment.keeps_vectors:
            return tuple(names[place] for place in self.segment.states)
        vectors = names[self.segment.start : self.segment.stop]
        return (*vectors, STATE) if self.segment.keeps_state else vectors

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers in each array of a row."""
        stages = self.backbone.stages[self.segment.start : self.segment.stop]
        vectors = [stage.feature_size for stage in stages] if self.segment.keeps_vectors else []
        states = [self.backbone.stages[place].state_size for place in self.segment.states]
        return (*vectors, *states)

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """Half precision holds all digits of what bf16 computes; vectors are few."""
        return np.float16 if self.segment.keeps_state else np.float32

    def key(self, engine: str, precision: str) -> ActivationKey:
        """Where the rows are stored: they do not depend on where the segment starts."""
        source = self.backbone.source
        return ActivationKey(
            source=source.name,
            weights=self.digest,
            preprocessing=json.dumps(self._preparation, sort_keys=True),
            engine=engine,
            precision=precision,
            outputs=self.outputs,
            kept=self.segment.kept,
            view=self.view,
        )

    @property
    def _preparation(self) -> dict[str, Any]:
        """Of the samples; rows of texts are as wide as the longest that is allowed."""
        plain: dict[str, Any] = self.backbone.source.preprocessing.to_dict()
        stage = self.backbone.stages[self.segment.stop - 1]
        if self.segment.keeps_state and stage.carries:
            plain["length"] = stage.state_shape[0]
        return plain

    def prepare(self, sample: Any) -> NDArray[Any]:
        """A picture's pixels, or a stored row, with a batch of one."""
        facts = self.backbone.source.preprocessing
        if not isinstance(sample, np.ndarray):
            image: Image.Image = sample
            return see(self.view, facts, image)[None]
        return sample[None] if self.segment.start else sample.reshape(1, *facts.size, 3)

    def without_modules(self) -> SegmentFacts:
        """The same facts, small: for where the segment is there in a converted form."""
        from torch import nn

        from headstart.backbones.stages import Backbone

        stages = [replace(stage, module=nn.Identity()) for stage in self.backbone.stages]
        other = replace(self, backbone=Backbone(self.backbone.source, stages, nn.Identity()))
        other.__dict__["digest"] = self.digest
        return other

    def with_view(self, view: str) -> SegmentFacts:
        """The same segment, seeing something else of a picture."""
        other = replace(self, view=view)
        other.__dict__["digest"] = self.digest  # the same tensors need not be hashed again
        return other


class OfSegment:
    """What every encoder of a segment says of its rows, whichever engine computes.

    Parameters
    ----------
    facts : SegmentFacts
        What is to be computed.
    """

    def __init__(self, facts: SegmentFacts) -> None:
        self._facts = facts

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers in each array of a row."""
        return self._facts.sizes

    @property
    def smallest_side(self) -> int:
        """The crop must still have as many pixels as the network reads."""
        return int(self._facts.backbone.source.preprocessing.shorter_side)

    def prepare(self, sample: Any) -> NDArray[Any]:
        """What the engine takes: a batch of one."""
        return self._facts.prepare(sample)
