"""Encoders of a run of a text network's stages: rows of tokens or of states, batched by length."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Done
from headstart.activations.key import ActivationKey
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import OpenVinoSegmentEncoder, ViewedEncoder
from headstart.activations.segment_facts import OfSegment, SegmentFacts
from headstart.activations.text_engine import LengthBatches, Waiting, deliver_each, filled
from headstart.activations.torch_engine import TorchSegmentEncoder
from headstart.backbones.text_preprocessing import NOTHING, TextPreprocessing

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone

#: Name of the only output.
TOKENS = "tokens"


class TokenEncoder:
    """The state before the first stage: tokens, kept so that a text is split once.

    Parameters
    ----------
    preprocessing : TextPreprocessing
        Of the source.
    length : int
        Tokens in a row; what a text has more is cut off.
    """

    smallest_side = 0

    def __init__(self, preprocessing: TextPreprocessing, length: int) -> None:
        self._preprocessing, self._length = preprocessing, length

    def with_view(self, view: str) -> TokenEncoder:
        """The same: a text has one view."""
        return self

    @property
    def key(self) -> ActivationKey:
        """What the rows depend on: not on any weights."""
        facts = {**self._preprocessing.to_dict(), "pooling": None, "length": self._length}
        return ActivationKey(
            source=TOKENS,
            weights="none",
            preprocessing=json.dumps(facts, sort_keys=True),
            engine="tokenizers",
            precision="i64",
            outputs=(TOKENS,),
            kept="state",
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Tokens in a row."""
        return (self._length,)

    def prepare(self, sample: str | NDArray[np.int64]) -> NDArray[np.int64]:
        """The row itself, int64 of shape (length,), -1 where the text has ended.

        A sample may be tokens already.
        """
        tokens = self._preprocessing.tokens(sample) if isinstance(sample, str) else sample
        row: NDArray[np.int64] = filled([tokens[: self._length]], self._length)[0]
        return row

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Nothing is left to compute."""
        done(prepared)

    def finish(self) -> None:
        """Nothing is under way."""


class _Rows:
    """What texts and stored rows are before they are put together: an array with a row a token."""

    def __init__(self, facts: SegmentFacts) -> None:
        self._facts = facts
        stage = facts.backbone.stages[facts.segment.start - 1] if facts.segment.start else None
        self._width = 0 if stage is None else stage.feature_size + len(stage.carries)

    def prepare(self, sample: Any) -> NDArray[Any]:
        """Tokens of shape (n_tokens,), or their states of shape (n_tokens, width)."""
        if not isinstance(sample, np.ndarray):
            tokens: NDArray[Any] = self._facts.backbone.source.preprocessing.tokens(sample)
            return tokens
        if not self._width:
            return sample[sample != NOTHING]
        tokens = sample.reshape(-1, self._width)
        return tokens[tokens[:, -1] > 0]

    def batch(self, some: list[Waiting], length: int) -> NDArray[Any]:
        """One array of them all, shape (n, size); behind the end of a text the mask is 0."""
        if not self._width:
            return filled([tokens for tokens, _ in some], length)
        result = np.zeros((len(some), length, self._width), dtype=np.float16)
        for place, (tokens, _) in enumerate(some):
            result[place, : len(tokens)] = tokens
        return result.reshape(len(some), -1)

    def deliver(self, some: list[Waiting], rows: NDArray[Any]) -> None:
        """Rows as wide as the store keeps them."""
        size = sum(self._facts.sizes)
        wide = np.zeros((len(rows), size), dtype=rows.dtype)
        kept = min(size, rows.shape[1])
        wide[:, :kept] = rows[:, :kept]
        deliver_each(some, wide)


class _ByLength(OfSegment):
    """Puts rows of about the same length together, whichever engine computes them."""

    smallest_side = 0

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._rows = _Rows(self._facts)
        self._batches = LengthBatches(self._send)

    def with_view(self, view: str) -> Self:
        """The same: a text has one view."""
        return self

    def prepare(self, sample: Any) -> NDArray[Any]:
        """An array with a row a token."""
        return self._rows.prepare(sample)

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Wait for others, or compute the batch that this sample completes."""
        self._batches.add(prepared, done)

    def _send(self, some: list[Waiting], length: int) -> None:
        raise NotImplementedError


class OpenVinoTextSegmentEncoder(_ByLength, OpenVinoSegmentEncoder):
    """A segment converted once, run in batches of rows of about the same length."""

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """As :class:`OpenVinoSegmentEncoder` does."""
        return OpenVinoTextSegmentEncoder, super().__reduce__()[1]

    def finish(self) -> None:
        """Compute what waits, and wait for all that was started."""
        self._batches.flush()
        super().finish()

    def _send(self, some: list[Waiting], length: int) -> None:
        batch = self._rows.batch(some, length)
        self._requests.start_batch(batch, partial(self._rows.deliver, some))


class TorchTextSegmentEncoder(_ByLength, TorchSegmentEncoder):
    """The same by torch, on a graphics card or wherever it is told to."""

    def finish(self) -> None:
        """Compute what waits."""
        self._batches.flush()

    def _send(self, some: list[Waiting], length: int) -> None:
        self._rows.deliver(some, self._compute(self._rows.batch(some, length)))


def text_segment_encoder(backbone: Backbone, segment: Segment) -> ViewedEncoder:
    """The fastest engine of this machine for a segment; for none, the tokens themselves."""
    if segment.stop == 0:
        return TokenEncoder(backbone.source.preprocessing, backbone.stages[0].state_shape[0])
    import torch

    facts = SegmentFacts(backbone, segment)
    if torch.cuda.is_available():
        return TorchTextSegmentEncoder(facts, "cuda", "bf16")
    return OpenVinoTextSegmentEncoder(facts)
