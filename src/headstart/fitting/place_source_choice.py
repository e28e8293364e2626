"""Which of several sources, where something is to be found in pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headstart.activations.preparation import Request
from headstart.activations.views import ORIGINAL
from headstart.advice.ranking import QUESTION
from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.errors import HeadstartError, InputError, SourceError
from headstart.evaluation.place_baselines import place_baselines
from headstart.evidence import Decision
from headstart.fitting.place_learner import Learned, PlaceLearner
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_time import PlaceTime
from headstart.fitting.watch import Watch
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import Z95
from headstart.progress import Progress
from headstart.strategies import read_plan_name

#: Of the training pictures, those that judge the sources. More than judge epochs: they are all
#: that the choice stands on.
_HELD_BACK = 1 / 3
#: Of the steps that a fit takes: heads that learned half as long stand in the same order.
_STEPS = 0.5


@dataclass(frozen=True)
class Contender:
    """A source, and what a head on it has shown.

    Parameters
    ----------
    request : Request
        Name and weights.
    learned : Learned
        Of the short training.
    behind : Figure
        How much better the best one did on the same pictures.
    """

    request: Request
    learned: Learned
    behind: Figure

    @property
    def error(self) -> float:
        """The standard error of that."""
        return (self.behind.high - self.behind.low) / (2 * Z95)

    @property
    def is_as_good(self) -> bool:
        """Whether no more than a standard error is between it and the best."""
        return self.behind.value <= self.error


@dataclass(frozen=True)
class PlaceChoice:
    """What was chosen, and why.

    Parameters
    ----------
    chosen : Contender
        The least work among those that are as good as the best.
    contenders : tuple of Contender
        All that could be had, the best first.
    refused : mapping of str to str
        Source to the reason why it cannot be used.
    n_judged : int
        Training pictures that were held back.
    metric : str
        The figure that was compared.
    rule : float
        That figure of the best rule that looks at no picture.
    """

    chosen: Contender
    contenders: tuple[Contender, ...]
    refused: Mapping[str, str]
    n_judged: int
    metric: str
    rule: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """Sources that were left out, with the reason; and that nothing tells them apart."""
        aside = tuple(
            f"The source {name} was left out of the choice: {reason}"
            for name, reason in self.refused.items()
        )
        is_open = len(self.contenders) > 1 and not self.is_told
        return (*aside, self._untold) if is_open else aside

    @property
    def is_told(self) -> bool:
        """Whether any head learned enough to speak for its source."""
        return self.contenders[0].learned.merit > self.rule

    @property
    def _untold(self) -> str:
        return (
            f"On {self.n_judged} training pictures that were held back no head did better than a "
            "rule that looks at no picture, so that they cannot tell the sources apart: the one "
            "that takes the least work was taken."
        )

    def decision(self) -> Decision:
        """A row a source."""
        rows = tuple(self._row(one) for one in self.contenders)
        return Decision(QUESTION, self.chosen.request.source, self._reason(), rows)

    def _row(self, one: Contender) -> dict[str, Any]:
        return {
            "source": one.request.source,
            self.metric: one.learned.merit,
            "behind": one.behind.value,
            "standard error": one.error,
            "billion operations": one.learned.flops / 1e9,
            "chosen": one is self.chosen,
        }

    def _reason(self) -> str:
        best = self.contenders[0]
        if len(self.contenders) == 1:
            return "No other source can be used."
        if not self.is_told:
            return self._untold
        judged = f"on {self.n_judged} training pictures that were held back"
        if self.chosen is not best:
            return (
                f"It is within a standard error of {best.request.source} {judged}, and takes less "
                "work."
            )
        return f"It did best {judged}, and none that takes less work is within a standard error."


def choose_place_source(
    train: Dataset,
    task: Any,
    settings: PlaceSettings,
    progress: Progress,
    watch: Watch,
    time: PlaceTime | None = None,
) -> PlaceChoice:
    """Train a head on each for a short time, on pictures as they are and with frozen stages.

    What the frozen stages gave is stored, and read again by the fit that follows.

    Parameters
    ----------
    train : Dataset
        The training side: the choice never sees a test picture.
    task : PlaceTask
        With its classes.
    settings : PlaceSettings
        With candidates.
    progress, watch : Progress, Watch
        Who is told how far it is, and where the seconds go.
    time : PlaceTime or None
        What there is of it, of which the choice takes no more than half.

    Raises
    ------
    InputError
        If no picture can be held back.
    SourceError
        If none of the sources can be had.
    """
    learned: dict[str, Learned] = {}
    refused: dict[str, str] = {}
    truth: list[Any] = []
    for place, request in enumerate(settings.candidates):
        own = None if time is None else time.part(_shares(len(settings.candidates))[place])
        learner = PlaceLearner(
            _short(settings, request, train, task), task, train, progress, Watch(), own
        )
        truth = [learner.labels[row] for row in learner.rows[1]]
        _check_held_back(truth, train, settings)
        try:
            with watch.step("choose the source"):
                learned[request.source] = learner.learn()
        except InputError:  # about pictures, which no other source could read either
            raise
        except HeadstartError as error:
            refused[request.source] = str(error)
        if time is not None and own is not None:  # a stored pass would tell nothing
            time.row_seconds = max(time.row_seconds, own.row_seconds)
        if request.source in learned and learned[request.source].interrupted:
            others = [one.source for one in settings.candidates[place + 1 :]]
            refused |= dict.fromkeys(others, "the choice was interrupted before it.")
            break
    if not learned:
        told = " ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise SourceError(f"None of the sources can be used. {told}")
    contenders = _compared(task, truth, settings, learned)
    rule = _rule(task, learner, truth)
    best = contenders if contenders[0].learned.merit <= rule else as_good(contenders)
    return PlaceChoice(least_work(best), contenders, refused, len(truth), task.metric, rule)


def _shares(count: int) -> list[float]:
    """Of what is left before each: equal parts of a half of all.

    Examples
    --------
    >>> [round(share, 3) for share in _shares(2)]
    [0.25, 0.333]
    """
    return [1 / (2 * count - place) for place in range(count)]


def _rule(task: Any, learner: PlaceLearner, truth: Sequence[Any]) -> float:
    """What can be had on the pictures held back without looking at them."""
    labels = learner.labels
    learned = [labels[row] for row in learner.rows[0]]
    rules = place_baselines(task, learned, truth)
    return max((task.merit(truth, one.answers) for one in rules), default=0.0)


def as_good(contenders: Sequence[Contender]) -> list[Contender]:
    """Those that are no more than a standard error behind the best."""
    return [one for one in contenders if one.is_as_good]


def least_work(contenders: Sequence[Contender]) -> Contender:
    """The one that takes the least work."""
    return min(contenders, key=lambda one: one.learned.flops)


def _short(settings: PlaceSettings, request: Request, train: Dataset, task: Any) -> PlaceSettings:
    """The settings of the short training: the head alone, one view of each picture."""
    kept = round(len(train) * (1 - _HELD_BACK))
    recipe = task.recipe
    usual = settings.training.get("epochs", recipe.epochs(kept, len(task.class_names)))
    changes = {
        "epochs": max(1, round(usual * _STEPS)),
        "views": (ORIGINAL,),
        "validation": _HELD_BACK,
    }
    return replace(
        settings,
        candidates=(),
        source=request.source,
        weights=request.weights,
        plan=read_plan_name("probe"),
        training={**settings.training, **changes},
    )


def _check_held_back(truth: Sequence[Any], train: Dataset, settings: PlaceSettings) -> None:
    if not any(len(one) if isinstance(one, Boxes) else True for one in truth):
        raise InputError(
            f"Of {len(train)} training pictures none with something to be found can be "
            f"held back, so that {len(settings.candidates)} sources cannot be compared. Accepted: "
            "at least 3 pictures. Add pictures, or name one source."
        )


def _compared(
    task: Any, truth: Sequence[Any], settings: PlaceSettings, learned: Mapping[str, Learned]
) -> tuple[Contender, ...]:
    """The best first; on the same pictures, so that what is hard for all of them is no matter."""
    best = max(learned.values(), key=lambda one: (one.merit, -one.flops))
    found = [
        Contender(
            request,
            own,
            task.difference(truth, best.held_back, own.held_back, settings.seed),
        )
        for request in settings.candidates
        if (own := learned.get(request.source)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.learned is not best, -one.learned.merit)))
