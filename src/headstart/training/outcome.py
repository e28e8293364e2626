"""What a training gives: trained numbers, and the file that carries them between processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.files import write_atomically
from headstart.training.linear_head import LinearHead
from headstart.training.loop import Trained
from headstart.training.snapshot import EpochFigures, below

_NETWORK = "network/"
_BESIDE = "beside/"
_TRAINED = "trained"
_JUDGED = ("scores", "losses", "merits")


@dataclass(frozen=True)
class Outcome:
    """Trained numbers.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        Of the whole network, by its own names.
    head : LinearHead
        In the units of the targets, before any temperature.
    trained : Trained
        How it went.
    scores : ndarray of shape (n_valid, n_outputs)
        Of the samples held back, in the units of the targets.
    losses, merits : ndarray of shape (n_valid,)
        Of the same samples: lower, and higher, is better.
    beside : mapping of str to ndarray
        What the trainer remembers beside.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> head = LinearHead(np.zeros(1), np.ones(1), np.array([[-1.0, 1.0]]), np.zeros(2))
    >>> trained = Trained((EpochFigures(0, None, 0.7, 0.5, 0.1),), "epoch 0", (0,))
    >>> none = np.empty(0)
    >>> outcome = Outcome({"bias": np.ones(3)}, head, trained, np.empty((0, 2)), none, none)
    >>> with TemporaryDirectory() as folder:
    ...     outcome.to_file(Path(folder) / "outcome")
    ...     copy = Outcome.from_file(Path(folder) / "outcome")
    >>> copy.trained == trained, copy.tensors["bias"].tolist()
    (True, [1.0, 1.0, 1.0])
    """

    tensors: Mapping[str, NDArray[Any]]
    head: LinearHead
    trained: Trained
    scores: NDArray[Any]
    losses: NDArray[Any]
    merits: NDArray[Any]
    beside: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def to_file(self, path: Path) -> None:
        """Write a safetensors file; how it went is JSON in its metadata."""
        from safetensors.numpy import save

        arrays = {_NETWORK + name: one for name, one in self.tensors.items()}
        arrays |= {_BESIDE + name: one for name, one in self.beside.items()}
        arrays |= self.head.to_arrays() | {name: getattr(self, name) for name in _JUDGED}
        # The file takes memory as it lies. ascontiguousarray would give a lone number an axis.
        plain = {name: np.asarray(one, order="C") for name, one in arrays.items()}
        write_atomically(path, save(plain, {_TRAINED: json.dumps(asdict(self.trained))}))

    @classmethod
    def from_file(cls, path: Path) -> Outcome:
        """Read what :meth:`to_file` wrote."""
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            trained = _trained(json.loads(file.metadata()[_TRAINED]))
        tensors, beside = (below(prefix, arrays) for prefix in (_NETWORK, _BESIDE))
        judged = {name: arrays[name] for name in _JUDGED}
        head = LinearHead.from_arrays(arrays)
        return cls(tensors, head, trained, **judged, beside=beside)


def _trained(plain: Mapping[str, Any]) -> Trained:
    history = tuple(EpochFigures(**row) for row in plain["history"])
    kept = {**plain, "history": history, "kept_epochs": tuple(plain["kept_epochs"])}
    return Trained(**kept)
