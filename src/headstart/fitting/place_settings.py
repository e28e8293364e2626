"""What a fit of a task of places is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from headstart.activations.preparation import Request
from headstart.activations.room import StatesChoice
from headstart.backbones.catalogue import default_source
from headstart.errors import InputError, PlanError
from headstart.plan import Budget, Plan
from headstart.strategies import PlanName
from headstart.tasks.registry import PLACE_TASKS

AUTO = "auto"


@dataclass(frozen=True)
class PlaceSettings:
    """What a fit is asked for.

    Parameters
    ----------
    task : {"detection", "localisation", "segmentation"}
        What is to be found.
    source : str
        A name in the catalogue that reads pictures; ``"auto"``: the bundled one. ``NAME@HxW`` says
        how large the canvas is on which it sees whole pictures.
    plan : Plan or PlanName
        What is trained of it; ``"auto"`` and ``"probe"``: the head alone.
    classes : tuple of str or None
        Of a segmentation, in the order of their codes; None: numbers.
    weights : str or None
        Local file of weights for the source.
    test_fraction : float
        Share of the pictures that is held out when no test set is given, above 0 and below 1.
    seed : int
        For splits, views and training, at least 0.
    twin : bool
        Whether to train the same head on the same network with random weights too, and compare.
    training : mapping of str to value
        Fields of the plan's training part that are to be other than usual.
    head : mapping of str to int
        What the head is built with: its ``width``, a multiple of 32, and, but for localisation,
        its ``depth``.
    states : {"auto", "store", "recompute"}
        Whether the states of frozen stages are stored or computed again in each epoch.
    resume : bool
        Whether to go on with the same fit where an earlier one was broken off.
    class_weights : bool
        Whether rare classes of pixels count more in training.
    keeps_samples : bool
        Whether the run keeps what is there and what was found in some test pictures, to be shown.
    candidates : tuple of Request
        Sources to choose from, where there are several; ``source`` is ``"auto"`` then.
    time_limit : float or None
        Seconds for the whole fit, above 0, in which as many views, epochs and rivals are had as
        there is time for; None: as long as it takes.

    Raises
    ------
    InputError
        If a value is not accepted.
    """

    task: str
    source: str = AUTO
    plan: Plan | PlanName = field(default_factory=lambda: PlanName(AUTO))
    classes: tuple[str, ...] | None = None
    weights: str | None = None
    test_fraction: float = 0.2
    seed: int = 0
    twin: bool = True
    training: Mapping[str, Any] = field(default_factory=dict)
    head: Mapping[str, Any] = field(default_factory=dict)
    states: StatesChoice = "auto"
    resume: bool = False
    class_weights: bool = True
    keeps_samples: bool = True
    candidates: tuple[Request, ...] = ()
    time_limit: float | None = None

    def __post_init__(self) -> None:
        if self.task not in PLACE_TASKS:
            raise InputError(
                f"The task is {self.task!r}; accepted: {', '.join(PLACE_TASKS)}. Correct the name."
            )
        if not 0.0 < self.test_fraction < 1.0:
            raise InputError(
                f"The test_size is {self.test_fraction!r}; it must be a share above 0 and below 1, "
                "such as 0.2."
            )
        if self.seed < 0:
            raise InputError(
                f"The seed is {self.seed!r}; it must be a whole number of at least 0, such as 0."
            )
        if self.states not in get_args(StatesChoice):
            raise InputError(
                f"The states are {self.states!r}; accepted: {', '.join(get_args(StatesChoice))}."
            )
        _check_head(self.task, self.head)
        self._check_candidates()
        Budget(self.time_limit)
        if self.source == AUTO and self.weights is not None:
            raise InputError(
                f"The weights file {self.weights!r} is given without a source, so its architecture "
                "is not known. Name it, for example: --source torchvision/resnet18."
            )

    def _check_candidates(self) -> None:
        """Sources are chosen by what they learned, where nothing else names one."""
        if not self.candidates:
            return
        count = len(self.candidates)
        if self.source != AUTO:
            raise InputError(
                f"The source is {self.source!r}, and {count} sources are to be compared. Accepted: "
                "one of the two. Leave the source out, or name it among the others."
            )
        if isinstance(self.plan, Plan):
            raise PlanError(
                f"{count} sources are to be compared, but the plan is one for "
                f"{self.plan.source!r}. Leave the plan out, or name one source."
            )
        if self.plan.init == "random":
            raise PlanError(
                f"The plan {str(self.plan)!r} uses nothing that {count} sources have learned, so "
                "that they cannot be compared by it. Name one source, or another plan."
            )

    @property
    def source_to_read(self) -> str:
        """A name in the catalogue."""
        if isinstance(self.plan, Plan):
            return self.plan.source
        return default_source("image") if self.source == AUTO else self.source


def _check_head(task: str, head: Mapping[str, Any]) -> None:
    sizes = PLACE_TASKS[task].head_sizes
    accepted = ", ".join(f"{name}, a multiple of {of}" for name, of in sizes.items())
    for name, value in head.items():
        of = sizes.get(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
        if of is None or not is_whole or value % of:
            raise InputError(
                f"The head of {task} is to have {name} = {value!r}; accepted: {accepted}. Correct "
                "it, or leave it out."
            )
