"""What is transferred, and how: one :class:`Plan` for every strategy of the field.

A plan has an entry for each stage of the backbone. Feature extraction is the plan whose stages
are all pretrained and frozen; a random-weights twin is the same plan with random stages. There is
no code path named after a strategy: everything below the edge of the program reads these entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from headstart.errors import PlanError

Init = Literal["pretrained", "random"]
Mode = Literal["frozen", "adapter", "train"]

#: Plans that can be named at the edge of the program (command line, estimator argument).
PLAN_NAMES = ("auto", "probe")


@dataclass(frozen=True)
class StagePlan:
    """What happens to one stage.

    Parameters
    ----------
    name : str
        The stage, as the source names it.
    init : {"pretrained", "random"}
        Where its weights come from.
    mode : {"frozen", "adapter", "train"}
        Whether they change. Frozen means eval mode: BatchNorm statistics stay too.
    lr_scale : float
        Factor on the learning rate, at least 0. Frozen stages ignore it.
    """

    name: str
    init: Init = "pretrained"
    mode: Mode = "frozen"
    lr_scale: float = 1.0

    def __post_init__(self) -> None:
        _check_text("name of a stage", self.name)
        for what, value, accepted in (
            ("init", self.init, get_args(Init)),
            ("mode", self.mode, get_args(Mode)),
        ):
            if value not in accepted:
                raise PlanError(
                    f"The {what} of stage {self.name!r} is {value!r}; accepted: "
                    f"{', '.join(accepted)}. Correct it in the plan."
                )
        if not self.lr_scale >= 0:
            raise PlanError(
                f"The lr_scale of stage {self.name!r} is {self.lr_scale!r}; it must be a number "
                "of at least 0. Correct it in the plan."
            )


@dataclass(frozen=True)
class HeadPlan:
    """The linear head: which stages it reads and how strongly it is regularised.

    Parameters
    ----------
    stages : tuple of str
        The stages whose pooled vectors are joined. Empty: chosen by cross-validation.
    inverse_penalty : float or None
        scikit-learn's ``C``, above 0. None: chosen by cross-validation.
    """

    stages: tuple[str, ...] = ()
    inverse_penalty: float | None = None

    def __post_init__(self) -> None:
        if self.inverse_penalty is not None and not self.inverse_penalty > 0:
            raise PlanError(
                f"The inverse_penalty of the head is {self.inverse_penalty!r}; it must be a number "
                "above 0, or null to have it chosen by cross-validation."
            )


@dataclass(frozen=True)
class Plan:
    """A source, an entry per stage, and a head.

    Examples
    --------
    >>> plan = Plan("bundled/efficientnet-lite0", (StagePlan("stem"), StagePlan("blocks.0")))
    >>> plan.cut, [stage.name for stage in plan.prefix]
    (2, ['stem', 'blocks.0'])
    >>> Plan.from_dict(plan.to_dict()) == plan
    True
    """

    source: str
    stages: tuple[StagePlan, ...]
    head: HeadPlan = field(default_factory=HeadPlan)

    def __post_init__(self) -> None:
        _check_text("source of the plan", self.source)
        names = [stage.name for stage in self.stages]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise PlanError(f"The plan names stage {repeated[0]!r} twice; name each stage once.")
        unknown = [name for name in self.head.stages if name not in names]
        if unknown:
            raise PlanError(
                f"The head reads stage {unknown[0]!r}, which the plan does not have. "
                f"Stages: {', '.join(names)}."
            )

    @property
    def cut(self) -> int:
        """Number of leading frozen stages: the prefix ends here."""
        for place, stage in enumerate(self.stages):
            if stage.mode != "frozen":
                return place
        return len(self.stages)

    @property
    def prefix(self) -> tuple[StagePlan, ...]:
        """The leading run of frozen stages."""
        return self.stages[: self.cut]

    @property
    def suffix(self) -> tuple[StagePlan, ...]:
        """Everything after the cut."""
        return self.stages[self.cut :]

    def with_head(self, head: HeadPlan) -> Plan:
        """The same stages under another head."""
        return replace(self, head=head)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = asdict(self)
        plain["stages"] = [asdict(stage) for stage in self.stages]
        plain["head"]["stages"] = list(self.head.stages)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Plan:
        """Read what :meth:`to_dict` wrote, or what a person edited.

        Raises
        ------
        PlanError
            If a key is unknown or missing, or a value is not accepted.
        """
        try:
            head = dict(plain.get("head") or {})
            stages = head.get("stages", ())
            head["stages"] = (stages,) if isinstance(stages, str) else tuple(stages)
            return cls(
                source=plain["source"],
                stages=tuple(StagePlan(**stage) for stage in plain["stages"]),
                head=HeadPlan(**head),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise PlanError(
                f"The plan cannot be understood: {error}. A plan has the keys source, "
                "stages (each with name, init, mode, lr_scale) and head."
            ) from error


def _check_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise PlanError(f"The {what} is {value!r}; it must be text. Correct it in the plan.")


def frozen_plan(source: str, stage_names: Sequence[str], init: Init = "pretrained") -> Plan:
    """Every stage frozen: feature extraction, or its random-weights twin.

    Examples
    --------
    >>> [stage.init for stage in frozen_plan("bundled/x", ["a", "b"], "random").stages]
    ['random', 'random']
    """
    return Plan(source, tuple(StagePlan(name, init=init) for name in stage_names))
