"""The states of several stages, joined: what a head that answers about places is trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoding import encode
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import ViewedEncoder, segment_encoder
from headstart.activations.states import ComputedStates, States, StoredStates
from headstart.activations.store import ActivationStore
from headstart.data.dataset import Item
from headstart.progress import Progress, silent

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone


def stored_stages(taps: Sequence[int], cut: int) -> tuple[int, ...]:
    """The stages whose states are kept so that the rest can be computed from them.

    Parameters
    ----------
    taps : sequence of int
        Stages that the head reads.
    cut : int
        Stages that are frozen.

    Returns
    -------
    tuple of int
        The taps before the cut, and the last stage before it where there is a tap after it. Empty:
        the pixels.

    Examples
    --------
    >>> stored_stages([2, 5, 7], 9), stored_stages([2, 5, 7], 4), stored_stages([2], 0)
    ((2, 5, 7), (2, 3), ())
    """
    before = {tap for tap in taps if tap < cut}
    more = {cut - 1} if cut and any(tap >= cut for tap in taps) else set()
    return tuple(sorted(before | more))


@dataclass(frozen=True)
class JoinedStates:
    """Rows of several states of the same samples, joined.

    Parameters
    ----------
    parts : sequence of States
        In the order in which they are joined.
    """

    parts: Sequence[States]

    def read(self, rows: NDArray[np.intp], views: NDArray[np.intp]) -> NDArray[Any]:
        """Rows of shape (n, size), float16, or uint8 where they are pixels."""
        found = [part.read(rows, views) for part in self.parts]
        return np.concatenate(found, axis=1) if len(found) > 1 else found[0]


class TapEncoders:
    """Everything that computes joined states of one backbone.

    Parameters
    ----------
    backbone : Backbone
        The whole network.
    taps : sequence of int
        Stages that the head reads.
    cut : int
        Stages that are frozen.
    """

    def __init__(self, backbone: Backbone, taps: Sequence[int], cut: int) -> None:
        stages = stored_stages(taps, cut)
        stop = stages[-1] + 1 if stages else 0
        self._encoder = segment_encoder(backbone, Segment(0, stop, "taps", stages))
        self.bytes_a_row = sum(self._encoder.sizes) * (2 if stages else 1)

    def encoder(self, view: str) -> ViewedEncoder:
        """What computes a view's rows from pictures."""
        return self._encoder.with_view(view)

    def store(
        self,
        items: Sequence[Item],
        wanted: Mapping[str, NDArray[np.bool_]],
        store: ActivationStore,
        progress: Progress = silent,
    ) -> tuple[States, dict[int, str]]:
        """Fill the store with the rows of ``items`` that it lacks, in all views in one decoding.

        Parameters
        ----------
        items : sequence of Item
            The pictures.
        wanted : mapping of str to ndarray of shape (n_items,)
            View to whether each picture is ever read in it.
        store : ActivationStore
            Where the rows go.
        progress : Progress
            Told after each picture.

        Returns
        -------
        states : States
            The rows.
        failures : dict of int to str
            Row to reason for each picture that could not be read.
        """
        ids = [item.fingerprint for item in items]
        encoders = [self.encoder(view) for view in wanted]
        only = [{ids[row] for row in np.flatnonzero(rows)} for rows in wanted.values()]
        tables, failures = encode(items, encoders, store, progress, only=only)
        outputs = self._encoder.key.outputs
        parts = [StoredStates(tuple(tables), output, ids) for output in outputs]
        return JoinedStates(parts), failures

    def computed(self, items: Sequence[Item], views: Sequence[str]) -> States:
        """The same rows, computed whenever they are asked for."""
        return ComputedStates([self.encoder(view) for view in views], items)
