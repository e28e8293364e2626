"""A data set: items that can be opened, their labels, and what was set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

Modality = Literal["image", "text", "embedding"]


@dataclass(frozen=True)
class Quarantined:
    """An input that was set aside, and why."""

    input: str
    reason: str


class Item(Protocol):
    """One sample, wherever it lives.

    ``name`` is what the user calls it (a path, ``"image 3"`` or ``"row 3"``); ``fingerprint`` is
    16 bytes that depend on the content alone, so a renamed file keeps its fingerprint.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> bytes: ...

    def open(self, at_least: int | None = None) -> Any:
        """The sample itself: a picture in RGB, a text.

        ``at_least`` is for pictures; see :class:`ImageItem`. Raises
        :class:`~headstart.errors.UnreadableInputError`.
        """
        ...


class ImageItem(Item, Protocol):
    """One picture, wherever it lives."""

    def open(self, at_least: int | None = None) -> Image.Image:
        """Decode into an upright RGB picture.

        ``at_least`` allows the decoder to give a smaller picture whose shorter side still has
        that many pixels. Raises :class:`~headstart.errors.UnreadableInputError`.
        """
        ...


@dataclass(frozen=True)
class Dataset:
    """What a fit or a prediction works on.

    Parameters
    ----------
    modality : {"image", "text", "embedding"}
        What the samples are.
    items : sequence of Item
        The pictures or texts; empty when the samples are embeddings.
    vectors : ndarray of shape (n_samples, n_features) or None
        Ready embeddings; None when the samples are pictures or texts.
    rows : ndarray of shape (n_samples,) or None
        Which rows of the user's embeddings these are; None: all, in order.
    labels : ndarray of shape (n_samples,) or None
        Labels as the user gave them; None when they are not known.
    quarantined : tuple of Quarantined
        Inputs that could not be read. They are not among the samples.
    notes : tuple of str
        Sentences that the user should see (an empty class folder, say).
    label_column : str or None
        What the column of the labels is called, where they stood in one.
    parts : ndarray of shape (n_samples,) or None
        What a column ``split`` says of each sample, as long as nobody has obeyed it.
    """

    modality: Modality
    items: Sequence[Item] = ()
    vectors: NDArray[Any] | None = None
    rows: NDArray[np.intp] | None = None
    labels: NDArray[Any] | None = None
    quarantined: tuple[Quarantined, ...] = ()
    notes: tuple[str, ...] = ()
    label_column: str | None = None
    parts: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.items) if self.vectors is None else len(self.vectors)

    @property
    def names(self) -> list[str]:
        """What the user calls each sample."""
        if self.vectors is not None:
            return [f"row {row}" for row in self.row_numbers]
        return [item.name for item in self.items]

    @property
    def fingerprints(self) -> list[bytes]:
        """16 bytes a sample that depend on its content alone."""
        if self.vectors is not None:
            from headstart.data.fingerprints import fingerprint_array

            return [fingerprint_array(row) for row in self.vectors]
        return [item.fingerprint for item in self.items]

    def take(self, rows: Iterable[int]) -> Dataset:
        """The samples at ``rows``, in that order; what was set aside and noted stays."""
        rows = np.asarray(list(rows), dtype=np.intp)
        return replace(
            self,
            items=[self.items[row] for row in rows] if self.vectors is None else (),
            vectors=None if self.vectors is None else self.vectors[rows],
            rows=None if self.vectors is None else self.row_numbers[rows],
            labels=None if self.labels is None else self.labels[rows],
            parts=None if self.parts is None else self.parts[rows],
        )

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """Which rows of the user's embeddings the samples are, shape (n_samples,)."""
        return np.arange(len(self)) if self.rows is None else self.rows

    def set_aside(self, reasons: Mapping[int, str]) -> Dataset:
        """Move the samples at the keys of ``reasons`` into quarantine."""
        if not reasons:
            return self
        names = self.names
        kept = self.take(row for row in range(len(self)) if row not in reasons)
        aside = tuple(Quarantined(names[row], reason) for row, reason in sorted(reasons.items()))
        return replace(kept, quarantined=(*self.quarantined, *aside))
