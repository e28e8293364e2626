"""Whether one network for all targets is better than one for each, by the number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.evaluation.several_targets import SEVERAL_TARGETS, Sharing

#: Numbers of samples of a curve, and the least that one has.
_SIZES, _FEWEST = 3, 16
#: What each is of the next larger one.
_STEP = 3.0


@dataclass(frozen=True)
class SharingPoint:
    """Both ways, learned from so many samples.

    Parameters
    ----------
    samples : int
        That the shared network learned from.
    labels : int
        Those of them that have the target.
    sharing : Sharing
        The comparison on the test samples.
    """

    samples: int
    labels: int
    sharing: Sharing


@dataclass(frozen=True)
class TargetCurve:
    """The points of one target.

    Parameters
    ----------
    name, task : str
        The target, and what it asks for.
    n_test : int
        Test samples that have it.
    points : tuple of SharingPoint
        By rising number of samples; a size at which a class was missing has none.
    """

    name: str
    task: str
    n_test: int
    points: tuple[SharingPoint, ...]


@dataclass(frozen=True)
class SharingCurve:
    """What ``headstart curve --targets`` found out.

    Parameters
    ----------
    modality, source : str
        Of the samples, and the network's name.
    plan : mapping
        As it was carried out.
    n_train, n_test : int
        Samples with one target at least.
    sizes : tuple of int
        Samples learned from, rising; each set holds the smaller ones.
    targets : tuple of TargetCurve
        In the order of the columns.
    training_seconds : mapping of str to mapping of str to float
        Number of samples to what each network took: ``"shared"``, and by target.
    quarantined : tuple of mapping
        ``{"input", "reason"}`` of everything that could not be used.
    notes : tuple of str
        Sentences that the user should see.
    seconds : mapping of str to float
        Step name to wall-clock seconds.
    task : str
        Always ``"several targets"``.
    """

    modality: str
    source: str
    plan: Mapping[str, Any]
    n_train: int
    n_test: int
    sizes: tuple[int, ...]
    targets: tuple[TargetCurve, ...]
    training_seconds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    quarantined: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    task: str = SEVERAL_TARGETS

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SharingCurve:
        """Read what :meth:`to_dict` gave. Unknown keys are ignored: a newer version wrote them.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it is something else.
        """
        known = {key: value for key, value in plain.items() if key in cls.__dataclass_fields__}
        known["targets"] = tuple(_target(one) for one in plain["targets"])
        for key in ("sizes", "quarantined", "notes"):
            known[key] = tuple(plain[key])
        return cls(**known)


def _target(plain: Mapping[str, Any]) -> TargetCurve:
    points = tuple(
        SharingPoint(one["samples"], one["labels"], Sharing.from_dict(one["sharing"]))
        for one in plain["points"]
    )
    return TargetCurve(plain["name"], plain["task"], plain["n_test"], points)


def sharing_sizes(n_samples: int) -> list[int]:
    """A ninth, a third and all of the samples; fewer where those would be too few.

    Examples
    --------
    >>> sharing_sizes(367), sharing_sizes(90), sharing_sizes(20)
    ([41, 122, 367], [30, 90], [20])
    """
    sizes = [round(n_samples / _STEP**step) for step in range(_SIZES)]
    return sorted(size for size in sizes if size >= min(_FEWEST, n_samples))


def lacks(task: Any, targets: NDArray[Any]) -> str | None:
    """Why nothing can be learned of a target from so few samples; None where it can.

    Parameters
    ----------
    task : Task
        What the target asks for.
    targets : ndarray of shape (n_samples,) or (n_samples, n_labels)
        As the task encodes them.
    """
    if len(targets) < 2:
        return "too few samples have it"
    if targets.ndim > 1 or targets.dtype.kind == "f":
        return None
    names: Sequence[str] = task.class_names
    missing = sorted(set(range(len(names))) - set(np.unique(targets).tolist()))
    return f"no sample is {names[missing[0]]!r}" if missing else None
