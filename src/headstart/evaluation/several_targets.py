"""The figures of a fit with several targets: plain data, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from headstart.evaluation.result import NearDuplicate, Result
from headstart.metrics.figure import Figure

#: What stands in the place of a task where there are several targets.
SEVERAL_TARGETS = "several targets"

SharingVerdict = Literal["sharing helps", "no measurable difference", "sharing hurts"]
#: What a target is answered by: the network of all targets, one of its own, or of its group.
Served = Literal["shared", "own", "group"]


@dataclass(frozen=True)
class Sharing:
    """One network for all targets against one for this target alone.

    Parameters
    ----------
    shared, own : mapping of str to Figure
        Test figures of either; empty where there is no test sample.
    difference : Figure or None
        How much better the shared network is, on the same test samples.
    verdict : str or None
        One of three sentences about sharing; None where there is no test sample.
    held_out : mapping or None
        The same comparison on training samples that both had held out: it alone chose. None where
        none were.
    """

    shared: Mapping[str, Figure]
    own: Mapping[str, Figure]
    difference: Figure | None = None
    verdict: SharingVerdict | None = None
    held_out: Mapping[str, Any] | None = None

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Sharing:
        """Read what ``asdict`` gave."""
        difference = plain["difference"]
        return cls(
            _figures(plain["shared"]),
            _figures(plain["own"]),
            None if difference is None else Figure(**difference),
            plain["verdict"],
            plain["held_out"],
        )


@dataclass(frozen=True)
class TargetResult:
    """What was found out about one target.

    Parameters
    ----------
    name : str
        Of its column.
    result : Result
        Its figures, on the samples that have it.
    served_by : {"shared", "own", "group"}
        Which network answers.
    sharing : Sharing or None
        None where only one of the two was trained, or nothing was.
    log_variance : float or None
        What training of the shared network learned of it; the target's weight there was ``exp``
        of minus this. None where weights were given, or nothing was shared.
    group : tuple of str
        The targets that its group's network answers, itself among them; empty where there is none.
    grouped : Sharing or None
        The network of all targets against that of the group.
    """

    name: str
    result: Result
    served_by: Served = "shared"
    sharing: Sharing | None = None
    log_variance: float | None = None
    group: tuple[str, ...] = ()
    grouped: Sharing | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the keys of the result, and its own beside them."""
        own = {
            "name": self.name,
            "served_by": self.served_by,
            "sharing": None if self.sharing is None else asdict(self.sharing),
            "log_variance": self.log_variance,
            "group": list(self.group),
            "grouped": None if self.grouped is None else asdict(self.grouped),
        }
        return {**own, **self.result.to_dict()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TargetResult:
        """Read what :meth:`to_dict` gave."""
        sharing, grouped = plain.get("sharing"), plain.get("grouped")
        return cls(
            plain["name"],
            Result.from_dict(plain),
            plain["served_by"],
            None if sharing is None else Sharing.from_dict(sharing),
            plain.get("log_variance"),
            tuple(plain.get("group", ())),
            None if grouped is None else Sharing.from_dict(grouped),
        )


@dataclass(frozen=True)
class SeveralResult:
    """What a fit with several targets found out; the same as ``RUN/result.json``.

    Parameters
    ----------
    modality : str
        ``"image"``, ``"text"`` or ``"embedding"``.
    n_train, n_test : int
        Samples with one target at least.
    source : str
        The source's name.
    plan : mapping
        As it was carried out.
    targets : tuple of TargetResult
        In the order of the columns.
    grouping : str
        ``"auto"``, ``"joint"``, ``"separate"`` or ``"groups"``, as it was asked for.
    training_seconds : mapping
        ``"shared"`` and the names of the targets, to the seconds of that network: training,
        converting, and what it says of the test samples. The network of a group is named by its
        targets with `` + `` between them.
    affinity : mapping of str to mapping of str to float
        Target to other target to the share of the second's loss that a step for the first takes
        away, on average; empty where it was not measured.
    near_duplicates : tuple of NearDuplicate
        Pairs across the splits that look almost the same. They stay in.
    duplicates, quarantined, notes, seconds
        As in :class:`~headstart.evaluation.result.Result`.
    """

    modality: str
    n_train: int
    n_test: int
    source: str
    plan: Mapping[str, Any]
    targets: tuple[TargetResult, ...]
    grouping: str = "auto"
    training_seconds: Mapping[str, float] = field(default_factory=dict)
    affinity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    near_duplicates: tuple[NearDuplicate, ...] = ()
    duplicates: tuple[str, ...] = ()
    quarantined: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    task: str = SEVERAL_TARGETS

    def of(self, name: str) -> TargetResult:
        """The target with that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {one.name: one for one in self.targets}[name]

    @property
    def cost(self) -> float | None:
        """Seconds of the shared network as a share of those of all own ones; None if not both."""
        own = sum(self.training_seconds.get(one.name, 0.0) for one in self.targets)
        shared = self.training_seconds.get("shared")
        return None if shared is None or not own else shared / own

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON (lists, dictionaries, numbers, text)."""
        plain = {key: value for key, value in asdict(self).items() if key != "targets"}
        return plain | {"targets": [one.to_dict() for one in self.targets], "cost": self.cost}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SeveralResult:
        """Read what :meth:`to_dict` wrote. Unknown keys are ignored: a newer version wrote them."""
        known = {key: value for key, value in plain.items() if key in cls.__dataclass_fields__}
        known["targets"] = tuple(TargetResult.from_dict(one) for one in plain["targets"])
        pairs = plain.get("near_duplicates", ())
        known["near_duplicates"] = tuple(NearDuplicate(**row) for row in pairs)
        for key in ("duplicates", "quarantined", "notes"):
            known[key] = tuple(plain.get(key, ()))
        return cls(**known)


def sharing_verdict(difference: Figure) -> SharingVerdict:
    """What the interval of the difference lets us say.

    Examples
    --------
    >>> sharing_verdict(Figure(0.03, 0.01, 0.07)), sharing_verdict(Figure(0.0, -0.01, 0.07))
    ('sharing helps', 'no measurable difference')
    """
    if difference.low > 0:
        return "sharing helps"
    return "sharing hurts" if difference.high < 0 else "no measurable difference"


def _figures(plain: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure(**figure) for name, figure in plain.items()}
