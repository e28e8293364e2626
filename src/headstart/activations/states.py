"""The states that a suffix is trained on: stored, or computed again when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Encoder
from headstart.activations.encoding import encode, stream
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import ViewedEncoder, segment_encoder
from headstart.activations.store import ActivationStore, ActivationTable
from headstart.data.dataset import Item
from headstart.errors import CacheError, UnreadableInputError
from headstart.progress import Progress, silent

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone

#: A stored state of more bytes than so many times the pixels takes longer to read than a picture
#: takes to decode: deeper states are not derived from it.
_WORTH_READING = 4
#: Of a number in a row of what the first stage reads: a pixel's colour, a token.
_BYTES = {"u8": 1, "i64": 8}


class States(Protocol):
    """Rows of states, one a sample and view."""

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """States of shape (n, size) for pairs of sample and view, in that order."""
        ...


@dataclass(frozen=True)
class StoredStates:
    """States that lie in the activation store.

    Parameters
    ----------
    tables : tuple of ActivationTable
        One a view.
    output : str
        The name of the array in them.
    fingerprints : sequence of bytes
        Of the samples.
    """

    tables: tuple[ActivationTable, ...]
    output: str
    fingerprints: Sequence[bytes]

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """States of shape (n, size)."""
        result: NDArray[Any] | None = None
        for view in np.unique(views):
            here = np.flatnonzero(views == view)
            ids = [self.fingerprints[row] for row in rows[here]]
            part = self.tables[view].read(ids, self.output)
            if result is None:
                result = np.empty((len(rows), part.shape[1]), part.dtype)
            result[here] = part
        return np.empty((0, 0), np.float16) if result is None else result


class ComputedStates:
    """States that are computed whenever they are asked for, from the pictures themselves.

    Decoding, preparation and the prefix run side by side, as in the one pass.

    Parameters
    ----------
    encoders : sequence of Encoder
        One a view.
    items : sequence of Item
        The samples.
    """

    def __init__(self, encoders: Sequence[Encoder], items: Sequence[Item]) -> None:
        self._encoders = encoders
        self._items = items

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """States of shape (n, size).

        Raises
        ------
        UnreadableInputError
            If a picture that could be read before cannot be read now.
        """
        if not len(rows):
            return np.empty((0, 0), np.float16)
        items = [self._items[row] for row in rows]
        wanted = [[self._encoders[view]] for view in views]
        found: dict[int, NDArray[Any]] = {}

        def receive(row: int, _: Encoder, state: NDArray[Any]) -> None:
            found[row] = state

        failures = stream(items, wanted, receive)
        if failures:
            row, reason = next(iter(failures.items()))
            raise UnreadableInputError(
                f"{items[row].name} was there when the fit began, and cannot be read: {reason}. "
                "Leave the pictures where they are while a model is fitted, or store the states "
                "(--states store)."
            )
        return np.stack([found[row] for row in range(len(items))])


@dataclass(frozen=True)
class StoredItem:
    """A stored state in the place of a picture, so that the pass can go on from it."""

    fingerprint: bytes
    table: ActivationTable
    output: str
    name: str = "stored state"

    def open(self, at_least: int | None = None) -> Any:
        """The state's row."""
        return self.table.read([self.fingerprint], self.output)[0]


class StateEncoders:
    """Everything that computes states of one backbone at one cut.

    Parameters
    ----------
    backbone : Backbone
        The whole network.
    cut : int
        Stages before the cut; 0: the states are pixels.
    """

    def __init__(self, backbone: Backbone, cut: int) -> None:
        self._backbone = backbone
        self._encoder = segment_encoder(backbone, Segment(0, cut))
        self._cut = cut

    @property
    def output(self) -> str:
        """Name of the array that a table of states holds."""
        return self._encoder.key.outputs[0]

    @property
    def bytes_a_row(self) -> int:
        """Of one state."""
        width = 2 if self._cut else _BYTES[self._encoder.key.precision]
        return self._encoder.sizes[0] * width

    def encoder(self, view: str) -> ViewedEncoder:
        """What computes a view's states from pictures."""
        return self._encoder.with_view(view)

    def store(
        self,
        items: Sequence[Item],
        views: Sequence[str],
        store: ActivationStore,
        progress: Progress = silent,
        beside: Sequence[Encoder] = (),
    ) -> tuple[tuple[ActivationTable, ...], dict[int, str]]:
        """Fill the store with the states of ``items`` that it lacks.

        Where it holds states of an earlier cut, the others are derived from those. The encoders
        ``beside`` see the pictures too.

        Returns
        -------
        tables : tuple of ActivationTable
            One a view.
        failures : dict of int to str
            Row to reason for each picture that could not be read.
        """
        direct = [view for view in views if not self._derive(items, view, store, progress)]
        encoders: list[Encoder] = [*beside, *(self.encoder(view) for view in direct)]
        failures: dict[int, str] = {}
        if encoders:
            _, failures = encode(items, encoders, store, progress)
        tables = tuple(store.table(self.encoder(view).key) for view in views)
        return tables, failures

    def _derive(
        self, items: Sequence[Item], view: str, store: ActivationStore, progress: Progress
    ) -> bool:
        """Compute what is missing from the latest earlier cut that has all of it."""
        there = store.find(self.encoder(view).key)
        missing = [item for item in items if there is None or item.fingerprint not in there]
        if not missing:
            return True
        for start in range(self._cut - 1, -1, -1):
            shallow = StateEncoders(self._backbone, start)
            table = store.find(shallow.encoder(view).key)
            if table is None or not shallow.is_worth_reading:
                continue
            if all(item.fingerprint in table for item in missing):
                self._derive_from(start, table, shallow.output, view, missing, store, progress)
                return True
        return False

    @property
    def is_worth_reading(self) -> bool:
        """Whether reading these states is quicker than decoding pictures, or computing them."""
        if self._backbone.source.modality == "text":
            return True
        height, width = self._backbone.source.preprocessing.size
        return self.bytes_a_row <= _WORTH_READING * 3 * height * width

    def _derive_from(
        self,
        start: int,
        table: ActivationTable,
        output: str,
        view: str,
        missing: Sequence[Item],
        store: ActivationStore,
        progress: Progress,
    ) -> None:
        deeper = segment_encoder(self._backbone, Segment(start, self._cut)).with_view(view)
        rows = [StoredItem(item.fingerprint, table, output) for item in missing]
        encode(rows, [deeper], store, progress)


def pooled_from_states(
    backbone: Backbone,
    cut: int,
    table: ActivationTable,
    ids: Sequence[bytes],
    store: ActivationStore,
    progress: Progress = silent,
    output: str | None = None,
) -> tuple[tuple[str, ...], ActivationTable]:
    """Pooled vectors of the stages after the cut, computed from the states at it.

    ``output`` names the states in their table; None: as :class:`StateEncoders` does.

    Returns
    -------
    outputs : tuple of str
        The stages.
    table : ActivationTable
        Where their vectors are.
    """
    segment = Segment(cut, len(backbone.stages), "pooled")
    encoder = segment_encoder(backbone, segment)
    output = StateEncoders(backbone, cut).output if output is None else output
    rows: list[Any] = [StoredItem(one, table, output) for one in ids]
    (pooled,), failures = encode(rows, [encoder], store, progress)
    if failures:
        raise CacheError(
            f"Stored states in {table.folder} cannot be read: {next(iter(failures.values()))}. "
            "Another process may have cleared the cache; run the same command again."
        )
    return encoder.key.outputs, pooled
