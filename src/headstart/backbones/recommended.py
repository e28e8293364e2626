"""Sources worth recommending: published accuracy on ImageNet against speed on a processor.

The facts lie in ``recommended.json``, which ``benchmarks/recommended_sources.py`` makes from
published tables; nothing is measured here. Accuracy on ImageNet is no promise for other pictures.
Of the speeds only the ratios matter: another processor, or another engine, has other speeds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import geometric_mean
from typing import Any

from headstart.errors import InputError


@dataclass(frozen=True)
class Recommendation:
    """Published facts about a source.

    Parameters
    ----------
    name : str
        As in the catalogue.
    accuracy : float
        Top-1 on ImageNet-1k, in percent.
    parameters : float
        In millions.
    images_per_second : float
        On the processor that :func:`about_speed` names.
    size : int
        Pixels of a side of the picture that all this was measured with.
    """

    name: str
    accuracy: float
    parameters: float
    images_per_second: float
    size: int


@cache
def recommended() -> tuple[Recommendation, ...]:
    """All of them, the fastest first.

    Examples
    --------
    >>> "bundled/efficientnet-lite0" in {one.name for one in recommended()}
    True
    """
    return tuple(Recommendation(**row) for row in _content()["sources"])


def recommendation(name: str) -> Recommendation | None:
    """The facts about one source, or None where there are none."""
    return next((one for one in recommended() if one.name == name), None)


def origin() -> tuple[str, ...]:
    """Where the facts come from, in sentences for people."""
    return tuple(_content()["origin"])


def about_speed() -> str:
    """What the speeds were measured on."""
    return str(_content()["speed"])


@cache
def _content() -> dict[str, Any]:
    file = files("headstart.backbones") / "recommended.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def expected_seconds(name: str, measured: Mapping[str, float]) -> float | None:
    """Seconds a picture on this machine, from what others took and the published ratios.

    Parameters
    ----------
    name : str
        A source.
    measured : mapping of str to float
        By source: seconds a picture here, above 0. Those without published facts are of no use.

    Returns
    -------
    float or None
        What was measured for ``name`` itself, else the geometric mean of what follows from each
        of the others; None where nothing follows.

    Raises
    ------
    InputError
        If a time is not above 0.

    Examples
    --------
    >>> round(expected_seconds("torchvision/resnet50", {"torchvision/resnet18": 0.01}), 3)
    0.02
    """
    wrong = {source: seconds for source, seconds in measured.items() if not seconds > 0}
    if wrong:
        raise InputError(
            f"Seconds a picture must be above 0. Got {wrong} instead. Leave out what was not "
            "measured."
        )
    if name in measured:
        return measured[name]
    facts = recommendation(name)
    known = [(recommendation(source), seconds) for source, seconds in measured.items()]
    if facts is None:
        return None
    followed = [
        seconds * other.images_per_second / facts.images_per_second
        for other, seconds in known
        if other is not None
    ]
    return geometric_mean(followed) if followed else None


def candidates_within(
    seconds: float, measured: Mapping[str, float]
) -> tuple[tuple[Recommendation, float], ...]:
    """The recommended sources that a time per picture allows.

    Parameters
    ----------
    seconds : float
        At most so long for a picture, on this machine.
    measured : mapping of str to float
        By source: seconds a picture here; the bundled source alone will do.

    Returns
    -------
    tuple of (Recommendation, float)
        With the seconds that are expected; the most accurate first. A source that another beats
        in both accuracy and speed is in it too: it may suit the data better.

    Raises
    ------
    InputError
        As :func:`expected_seconds`.

    Examples
    --------
    >>> found = candidates_within(0.012, {"bundled/efficientnet-lite0": 0.01})
    >>> all(one.images_per_second > 80 for one, _ in found)
    True
    """
    expected = [(one, expected_seconds(one.name, measured)) for one in recommended()]
    allowed = [(one, taken) for one, taken in expected if taken is not None and taken <= seconds]
    return tuple(sorted(allowed, key=lambda pair: -pair[0].accuracy))
