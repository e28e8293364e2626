"""Cells of the tables about several targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headstart.evaluation.several_targets import Sharing
from headstart.metrics.figure import Figure

#: What a target is judged by first, by what it asks for.
MAIN = {
    "classification": "accuracy",
    "multi-label": "label_accuracy",
    "regression": "mean_absolute_error",
}
_DASH = "\N{EN DASH}"
#: Figures whose differences and values are shares.
_SHARES = ("accuracy", "label_accuracy", "exact_match")


def section_of(key: str, title: str, **parts: Any) -> dict[str, Any]:
    """A section of the report; what is not given is empty."""
    return {"id": key, "title": title, "texts": [], "head": [], "rows": [], "lines": [], **parts}


def compared(sharing: Sharing | None, metric: str, say: Callable[[str], str]) -> list[str]:
    """Figures of the shared network and of an own one, their difference, and the verdict."""
    if sharing is None or sharing.difference is None:
        return [_DASH, _DASH, _DASH, say("not measured")]
    gain = sharing.difference
    ends = f" {_DASH} ".join(_signed(end, metric) for end in (gain.low, gain.high))
    return [
        whole(sharing.shared.get(metric), metric),
        whole(sharing.own.get(metric), metric),
        f"{_signed(gain.value, metric)} ({ends})",
        say(str(sharing.verdict)),
    ]


def value_of(figure: Figure, metric: str) -> str:
    """A figure as people read it: shares in percent."""
    return f"{100 * figure.value:.1f} %" if metric in _SHARES else f"{figure.value:.4g}"


def interval_of(figure: Figure, metric: str) -> str:
    """Both ends."""
    if metric in _SHARES:
        return f"{100 * figure.low:.1f} {_DASH} {100 * figure.high:.1f} %"
    return f"{figure.low:.4g} {_DASH} {figure.high:.4g}"


def whole(figure: Figure | None, metric: str) -> str:
    """Value and interval; a dash where it was not measured."""
    return (
        _DASH if figure is None else f"{value_of(figure, metric)} ({interval_of(figure, metric)})"
    )


def _signed(value: float, metric: str) -> str:
    return f"{100 * value:+.1f} %" if metric in _SHARES else f"{value:+.4g}"
