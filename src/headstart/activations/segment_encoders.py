"""The engine of this machine for a run of stages: OpenVINO on a processor, else torch."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from headstart.activations.conversion import convert_segment, write_converted
from headstart.activations.encoder import Done, Encoder
from headstart.activations.key import ActivationKey
from headstart.activations.openvino_engine import Requests, best_precision
from headstart.activations.openvino_model import MODEL, WEIGHTS, write_model
from headstart.activations.pixels import PixelEncoder
from headstart.activations.place import cache_folder
from headstart.activations.segment import Segment
from headstart.activations.segment_facts import OfSegment, SegmentFacts
from headstart.activations.torch_engine import TorchSegmentEncoder

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone

#: Counts up when segments are converted in another way than before.
_FORMAT = 1


class OpenVinoSegmentEncoder(OfSegment):
    """A segment converted once, then run one sample a request.

    Parameters
    ----------
    facts : SegmentFacts
        What is to be computed.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    requests : Requests or None
        Compiled stages that are there already.
    """

    def __init__(
        self,
        facts: SegmentFacts,
        precision: str | None = None,
        requests: Requests | None = None,
    ) -> None:
        super().__init__(facts)
        self._precision = best_precision() if precision is None else precision
        self._requests = requests or Requests(
            lambda: _converted_segment(facts) / MODEL, self._precision, facts.dtype
        )

    def with_view(self, view: str) -> OpenVinoSegmentEncoder:
        """The same compiled stages, seeing something else of a picture."""
        return OpenVinoSegmentEncoder(self._facts.with_view(view), self._precision, self._requests)

    def __reduce__(self) -> tuple[type, tuple[SegmentFacts, str]]:
        """Another process finds the converted segment where this one has put it."""
        _converted_segment(self._facts)
        return OpenVinoSegmentEncoder, (self._facts.without_modules(), self._precision)

    @property
    def key(self) -> ActivationKey:
        """What the rows depend on."""
        return self._facts.key(f"openvino {version('openvino')}", self._precision)

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Queue one sample."""
        self._requests.start(prepared, done)

    def finish(self) -> None:
        """Wait for all that was started."""
        self._requests.finish()


def _converted_segment(facts: SegmentFacts) -> Path:
    """The folder of the segment's OpenVINO model, made where the cache does not hold it.

    Raises
    ------
    SourceError
        If OpenVINO cannot take these stages.
    CacheError
        If the cache cannot be written.
    """
    folder = cache_folder() / "converted" / _segment_digest(facts)
    if (folder / MODEL).is_file() and (folder / WEIGHTS).is_file():
        return folder
    name = facts.backbone.source.name
    model = convert_segment(facts.backbone, facts.segment, f"Stages of {name!r}")
    write_converted(folder, lambda place: write_model(model, place), "Converted stages")
    return folder


def _segment_digest(facts: SegmentFacts) -> str:
    segment = facts.segment
    taps = list(segment.taps)
    what = (facts.digest, segment.start, segment.stop, segment.kept, _FORMAT, *taps)
    text = json.dumps([*what, facts.backbone.source.preprocessing.to_dict(), version("openvino")])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class ViewedEncoder(Encoder, Protocol):
    """An encoder that can look at other views of a picture."""

    def with_view(self, view: str) -> ViewedEncoder: ...


def segment_encoder(backbone: Backbone, segment: Segment) -> ViewedEncoder:
    """The fastest engine of this machine for a segment; for none, the pixels themselves.

    Parameters
    ----------
    backbone : Backbone
        The whole network.
    segment : Segment
        Which stages; from 0 to 0 are the pixels, or the tokens of texts.
    """
    if backbone.source.modality == "text":
        from headstart.activations.text_segments import text_segment_encoder

        return text_segment_encoder(backbone, segment)
    if segment.stop == 0:
        return PixelEncoder(backbone.source.preprocessing)
    import torch

    facts = SegmentFacts(backbone, segment)
    if torch.cuda.is_available():
        return TorchSegmentEncoder(facts, "cuda", "bf16")
    return OpenVinoSegmentEncoder(facts)
