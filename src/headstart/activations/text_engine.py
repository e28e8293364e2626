"""The engine for texts on processors: OpenVINO, in batches of texts of about the same length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.activations.encoder import Done
from headstart.activations.openvino_engine import OfConverted
from headstart.backbones.text_preprocessing import NOTHING

#: Lengths are rounded up to a multiple of this, so that a row depends on its own text alone.
_STEP = 8
#: Tokens that are computed together: more do not make it faster.
_TOKENS_AT_ONCE = 1024

#: Tokens of a text, and who gets its row.
Waiting = tuple[NDArray[Any], Done]


def filled(rows: Sequence[NDArray[np.int64]], length: int) -> NDArray[np.int64]:
    """Rows of tokens of one length: shape (n, length), -1 where a text has ended.

    Examples
    --------
    >>> filled([np.array([5, 6]), np.array([7])], 3).tolist()
    [[5, 6, -1], [7, -1, -1]]
    """
    result = np.full((len(rows), length), NOTHING, dtype=np.int64)
    for place, row in enumerate(rows):
        result[place, : len(row)] = row
    return result


class LengthBatches:
    """Puts rows of about the same length together.

    Parameters
    ----------
    send : callable
        Gets the rows that wait for one length, and the length.
    """

    def __init__(self, send: Callable[[list[Waiting], int], None]) -> None:
        self._send = send
        self._waiting: dict[int, list[Waiting]] = {}

    def add(self, tokens: NDArray[Any], done: Done) -> None:
        """Wait for others, or send the batch that this row completes."""
        length = -(-len(tokens) // _STEP) * _STEP
        some = self._waiting.setdefault(length, [])
        some.append((tokens, done))
        if len(some) * length >= _TOKENS_AT_ONCE:
            self._send(self._waiting.pop(length), length)

    def flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting = self._waiting, {}
        for length, some in waiting.items():
            self._send(some, length)


def deliver_each(some: Sequence[Waiting], rows: NDArray[Any]) -> None:
    """Give each text its own row."""
    for (_, done), row in zip(some, rows, strict=True):
        done(row)


class OpenVinoTextEncoder(OfConverted):
    """Runs a converted text encoder.

    Texts are filled up to a multiple of eight tokens and computed with others of that length, one
    batch a request and one request a core.

    Parameters
    ----------
    converted : ConvertedBackbone
        The network.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    """

    #: Texts are not shrunk.
    smallest_side = 0

    def __init__(self, converted: ConvertedBackbone, precision: str | None = None) -> None:
        super().__init__(converted, precision)
        self._batches = LengthBatches(self._send)

    def prepare(self, sample: str) -> NDArray[Any]:
        """Tokens of shape (n_tokens,)."""
        tokens: NDArray[Any] = self._converted.source.preprocessing.tokens(sample)
        return tokens

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        """Queue one text; waits while all requests are busy."""
        self._batches.add(prepared, done)

    def finish(self) -> None:
        """Compute what waits, and wait for all that was started."""
        self._batches.flush()
        super().finish()

    def _send(self, some: list[Waiting], length: int) -> None:
        batch = filled([tokens for tokens, _ in some], length)
        self._requests.start_batch(batch, partial(deliver_each, some))
