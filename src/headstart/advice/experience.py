"""Outcomes on earlier targets, kept on disk: what was measured of a source, and how it did.

They lie in ``experience.json`` below the cache folder, and hold names and numbers alone: no picture
and no path.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headstart.activations.place import cache_folder
from headstart.files import to_json, write_atomically

#: Raised when outcomes change their meaning.
_FORMAT = 1
#: The targets seen last are kept, so that neither the file nor the time to learn from it grows.
MOST_TARGETS = 100
#: What a file is called that was moved out of the way, because it could not be read.
_ASIDE = "experience-not-readable.json"


@dataclass(frozen=True)
class Outcome:
    """How one source did on one target.

    Parameters
    ----------
    target : str
        Which data: the same name for all sources that were tried on it, such as a fingerprint.
    source : str
        As in ``headstart sources``.
    outcome : float or None
        Higher is better, in a unit that is the same within the target. None: measured, not tried.
    measures : mapping of str to float
        What was known before: scores by name. Higher need not be better, as long as it means the
        same for all targets.
    """

    target: str
    source: str
    outcome: float | None
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Experience:
    """What a file of outcomes held.

    Parameters
    ----------
    outcomes : tuple of Outcome
        The oldest target first.
    note : str or None
        For people: why the file could not be used, and what to do.
    """

    outcomes: tuple[Outcome, ...] = ()
    note: str | None = None


def experience_file() -> Path:
    """Where outcomes are kept when nobody says otherwise."""
    return cache_folder() / "experience.json"


def recall(path: Path | None = None) -> Experience:
    """Read the outcomes on earlier targets.

    Parameters
    ----------
    path : Path or None
        None: :func:`experience_file`.

    Returns
    -------
    Experience
        Empty where there is no file. Where it cannot be read, or another version of headstart
        wrote it, empty and with a note: advice is then given without it.
    """
    path = experience_file() if path is None else path
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Experience()
    except (OSError, ValueError, RecursionError) as error:
        return Experience(note=_note(path, f"it cannot be read ({type(error).__name__})"))
    if not isinstance(content, dict) or not isinstance(content.get("outcomes"), list):
        return Experience(note=_note(path, "it does not hold a list of outcomes"))
    if content.get("format") != _FORMAT:
        seen = f"it has the format {content.get('format')!r}; accepted: {_FORMAT}"
        return Experience(note=_note(path, seen))
    return Experience(tuple(read_outcomes(content["outcomes"])))


def _note(path: Path, reason: str) -> str:
    return (
        f"Outcomes on earlier data in {str(path)!r} are not used: {reason}. "
        "Delete the file to begin anew."
    )


def remember(outcomes: Iterable[Outcome], path: Path | None = None) -> None:
    """Add outcomes to those on disk; a pair of target and source that is known is replaced.

    What another process wrote meanwhile is kept, unless both write in the same instant: then the
    outcomes of one may be lost, and the file is whole. A file that cannot be read is moved aside.
    A disk that cannot be written costs the memory of this target and nothing else.

    Parameters
    ----------
    outcomes : iterable of Outcome
    path : Path or None
        None: :func:`experience_file`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "experience.json"
    ...     remember([Outcome("cats", "bundled/efficientnet-lite0", 0.98, {"logme": 0.3})], file)
    ...     recall(file).outcomes[0].outcome
    0.98
    """
    path = experience_file() if path is None else path
    known = recall(path)
    kept = latest_targets([*known.outcomes, *outcomes])
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if known.note is not None:
            path.replace(path.with_name(_ASIDE))
        write_atomically(path, to_json({"format": _FORMAT, "outcomes": [*map(to_plain, kept)]}))


def latest_targets(outcomes: Iterable[Outcome], most: int = MOST_TARGETS) -> list[Outcome]:
    """The targets that were added to last, each pair of target and source once.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Of a pair that comes twice the later one counts.
    most : int
        So many targets at most.
    """
    by_target: dict[str, dict[str, Outcome]] = {}
    for one in outcomes:
        sources = by_target.pop(one.target, {})
        by_target[one.target] = {**sources, one.source: one}
    kept = list(by_target.values())[-most:]
    return [one for sources in kept for one in sources.values()]


def to_plain(outcome: Outcome) -> dict[str, Any]:
    """As JSON holds it; what is not finite is left out or null."""
    measures = {name: float(v) for name, v in outcome.measures.items() if math.isfinite(v)}
    value = outcome.outcome
    known = value is not None and math.isfinite(value)
    return {
        "target": outcome.target,
        "source": outcome.source,
        "outcome": float(value) if known and value is not None else None,
        "measures": measures,
    }


def read_outcomes(rows: Iterable[Any]) -> list[Outcome]:
    """The rows that are outcomes; others are passed over.

    Examples
    --------
    >>> read_outcomes([{"target": "a", "source": "b", "outcome": 1}, {"target": 3}])
    [Outcome(target='a', source='b', outcome=1.0, measures={})]
    """
    return [one for one in map(_outcome, rows) if one is not None]


def _outcome(row: Any) -> Outcome | None:
    if not isinstance(row, dict):
        return None
    target, source, value = row.get("target"), row.get("source"), row.get("outcome")
    measures = row.get("measures", {})
    if not isinstance(target, str) or not isinstance(source, str):
        return None
    if not isinstance(measures, dict) or not (value is None or _is_number(value)):
        return None
    numbers = {name: float(one) for name, one in measures.items() if _is_number(one)}
    return Outcome(target, source, None if value is None else float(value), numbers)


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond what a float holds
        return False
