"""What more annotated pictures bring, and what transfer does: figures by number of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from headstart.evaluation.curve_result import WITH, WITHOUT
from headstart.evaluation.verdict import verdict
from headstart.metrics.figure import Figure


@dataclass(frozen=True)
class PlaceCurvePoint:
    """What was learned from some of the training pictures, measured on all test pictures.

    Parameters
    ----------
    n_train : int
        Training pictures, of which some are held back to judge the epochs.
    figure : Figure
        The task's figure.
    twin : Figure or None
        That of the same head on random weights; None where it was left out.
    transfer : Figure or None
        How much better than the twin, on the same pictures.
    more : Figure or None
        How much better than the point before, on the same pictures; None for the first.
    """

    n_train: int
    figure: Figure
    twin: Figure | None = None
    transfer: Figure | None = None
    more: Figure | None = None


@dataclass(frozen=True)
class PlaceCurve:
    """What ``headstart curve`` found out where places are learned.

    Parameters
    ----------
    task, source, metric : str
        What was learned, on what, and the name of the figure.
    n_test : int
        Test pictures.
    points : tuple of PlaceCurvePoint
        From few pictures to all of them; each holds the pictures of the one before.
    notes : tuple of str
        Sentences that the user should see.
    seconds : mapping of str to float
        Step name to wall-clock seconds.
    """

    task: str
    source: str
    metric: str
    n_test: int
    points: tuple[PlaceCurvePoint, ...]
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def pays(self) -> str | None:
        """Whether the last pictures that were added helped; None where there is one point."""
        more = self.points[-1].more
        return None if more is None else _about_more(more)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, in the form of any curve."""
        facts = ("task", "source", "n_test", "seconds")
        twins = [one for one in self.points if one.twin is not None]
        curves = [self._curve(WITH, [(one.n_train, one.figure) for one in self.points])]
        if twins:
            curves.append(self._curve(WITHOUT, [(one.n_train, one.twin) for one in twins]))
        return {
            **{name: getattr(self, name) for name in facts},
            "modality": "image",
            "measure": self.metric,
            "curves": curves,
            "more": [_row(one.n_train, one.more, _about_more) for one in self.points if one.more],
            "transfer": [_row(one.n_train, one.transfer, verdict) for one in twins],
            "pays": self.pays,
            "notes": list(self.notes),
        }

    def _curve(self, name: str, points: list[tuple[int, Any]]) -> dict[str, Any]:
        rows = [{"labels": count, self.metric: asdict(figure)} for count, figure in points]
        return {"name": name, "points": rows, "expected": []}


def _about_more(figure: Figure) -> str:
    said = {"transfer helps": "more pictures help", "transfer hurts": "more pictures hurt"}
    return said.get(verdict(figure), "no measurable difference")


def _row(n_train: int, figure: Any, said: Callable[[Figure], str]) -> dict[str, Any]:
    return {"labels": n_train, **asdict(figure), "verdict": said(figure)}
