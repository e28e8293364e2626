"""What the encoding pass needs from an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from headstart.activations.key import ActivationKey

#: Receives the row of one sample, all outputs joined, from whichever thread.
Done = Callable[[NDArray[Any]], None]


class Encoder(Protocol):
    """Turns samples into vectors.

    ``prepare`` runs in the decoding threads; ``start`` may return before the vector is there;
    ``finish`` waits for all that was started.
    """

    @property
    def key(self) -> ActivationKey: ...

    @property
    def sizes(self) -> tuple[int, ...]:
        """Length of each output's vector, in the order of ``key.outputs``."""
        ...

    @property
    def smallest_side(self) -> int:
        """The decoder may shrink a picture while its shorter side keeps this many pixels.

        Vectors depend on it, so every encoder gets pictures decoded at its own, whichever others
        see them too; encoders with the same number share one decoded picture.
        """
        ...

    def prepare(self, sample: Any) -> NDArray[Any]: ...

    def start(self, prepared: NDArray[Any], done: Done) -> None: ...

    def finish(self) -> None: ...
