"""What a fit with several targets is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headstart.advice.grouping import MOST_TARGETS
from headstart.errors import InputError, PlanError
from headstart.fitting.settings import Settings

GROUPS = "groups"
GROUPINGS = ("auto", "joint", "separate", GROUPS)
UNCERTAINTY, EQUAL = "uncertainty", "equal"
#: What tables of answers say beside the targets.
_TAKEN = ("input", "reason")


@dataclass(frozen=True)
class TargetSettings:
    """What a fit with several targets is asked for.

    Parameters
    ----------
    fit : Settings
        What any fit is asked for; its task is not looked at.
    kinds : mapping of str to str
        Target to what it asks for; those that are not named, and ``"auto"``, are seen from their
        cells.
    grouping : {"auto", "joint", "separate", "groups"}
        One network for all, one for each, or both trained and the better one kept for each target;
        with ``"groups"`` also networks for groups of targets that help each other.
    loss_weights : {"uncertainty", "equal"} or mapping of str to float
        How the targets' losses are weighed: learned, alike, or as given (1 where not named).

    Raises
    ------
    InputError, PlanError
        If a value is not accepted.
    """

    fit: Settings = field(default_factory=Settings)
    kinds: Mapping[str, str] = field(default_factory=dict)
    grouping: str = "auto"
    loss_weights: str | Mapping[str, float] = UNCERTAINTY

    def __post_init__(self) -> None:
        if self.grouping not in GROUPINGS:
            raise InputError(
                f"The grouping is {self.grouping!r}; accepted: {', '.join(GROUPINGS)}. Leave it "
                "out to have both trained and the better one kept."
            )
        if self.grouping == GROUPS and self.fit.processes > 1:
            raise InputError(
                f"The grouping is {GROUPS!r} and {self.fit.processes} processes are asked for; "
                "which targets help each other is measured in one. Accepted: one of the two. Leave "
                "--processes out."
            )
        self._check_weights()
        if self.fit.searches or self.fit.compares_sources:
            what = "several sources" if self.fit.compares_sources else f"{str(self.fit.plan)!r}"
            raise PlanError(
                f"With several targets one source and one plan are fitted, but {what} or a time "
                "limit was asked for. Accepted: one source, and a plan such as probe, full or "
                "freeze:-2. Find the plan for one target first: headstart fit --label-column NAME "
                "--time-limit SECONDS."
            )

    def _check_weights(self) -> None:
        given = self.loss_weights
        if isinstance(given, str):
            if given not in (UNCERTAINTY, EQUAL):
                raise InputError(
                    f"The loss weights are {given!r}; accepted: {UNCERTAINTY}, {EQUAL}, or a "
                    "number for each target, such as car=1,sign=0.5. Correct them."
                )
            return
        for name, value in given.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0.0 <= value < float("inf"):
                raise InputError(
                    f"The loss weight of {name!r} is {value!r}; accepted is a number of at least "
                    "0, such as 1. Correct it."
                )

    def check_names(self, names: tuple[str, ...]) -> None:
        """Refuse names that mean something else, are those of no target, or too few for groups.

        Raises
        ------
        InputError
            Naming the first.
        """
        if taken := [name for name in names if name in _TAKEN]:
            raise InputError(
                f"A target is called {taken[0]!r}, and so is a column of the tables of answers, "
                "where it would be lost. Accepted is any other name. Rename the column."
            )
        if self.grouping == GROUPS and not 2 < len(names) <= MOST_TARGETS:
            raise InputError(
                f"The grouping is {GROUPS!r}, and there are {len(names)} targets; accepted are 3 "
                f"to {MOST_TARGETS}. Leave the grouping out to compare one network for all with "
                "one for each."
            )
        weights = () if isinstance(self.loss_weights, str) else self.loss_weights
        for what, given in (("kind", self.kinds), ("loss weight", weights)):
            odd = [name for name in given if name not in names]
            if odd:
                raise InputError(
                    f"A {what} is given for {odd[0]!r}, which is no target. The targets: "
                    f"{', '.join(map(repr, names))}. Correct the name."
                )

    def weight(self, name: str) -> float | None:
        """Of a target's loss; None: learned."""
        if isinstance(self.loss_weights, str):
            return None if self.loss_weights == UNCERTAINTY else 1.0
        return float(self.loss_weights.get(name, 1.0))
