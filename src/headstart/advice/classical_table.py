"""The classical table: how much to transfer, by the size of the data and their similarity.

It is the first guess of those who have measured nothing: with few samples only little can be
learned, and the less like the source's data the new ones are, the less its last stages are worth
(Yosinski, Clune, Bengio and Lipson, *How transferable are features in deep neural networks?*, 2014;
Karpathy and others, notes of the course CS231n, *Transfer learning*, 2015). The notes call data
sets large or small without a number; the numbers here are a convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headstart.advice.similarity import Level
from headstart.strategies import PlanName

#: Training samples from which data count as many: in all, and a class.
MANY, MANY_A_CLASS = 1000, 50


@dataclass(frozen=True)
class Guess:
    """What the table says.

    Parameters
    ----------
    plan : PlanName
        What to try first.
    reason : str
        One sentence that a person without training in the field understands.
    """

    plan: PlanName
    reason: str


def is_large(n_samples: int, n_classes: int | None = None) -> bool:
    """Whether the data are many for the table.

    Parameters
    ----------
    n_samples : int
        Samples to learn from.
    n_classes : int or None
        None where numbers are predicted.

    Examples
    --------
    >>> is_large(244, 2), is_large(1500, 3), is_large(1500, 100)
    (False, True, False)
    """
    per_class = n_samples / n_classes if n_classes else float("inf")
    return n_samples >= MANY and per_class >= MANY_A_CLASS


def first_guess(
    n_samples: int, n_classes: int | None = None, similarity: Level | None = None
) -> Guess:
    """The plan to try first.

    Parameters
    ----------
    n_samples : int
        Samples to learn from.
    n_classes : int or None
        None where numbers are predicted.
    similarity : {"near", "far"} or None
        None: not known, so that the size decides alone.

    Examples
    --------
    >>> guess = first_guess(244, 2, "near")
    >>> str(guess.plan), guess.reason
    ('probe', 'The samples are few (244, 122 a class) and like those of the source: its stages are
     kept as they are.')
    """
    name, words = _TABLE[is_large(n_samples, n_classes), similarity]
    return Guess(PlanName(*name), f"The samples are {_size(n_samples, n_classes)} {words}")


def _size(n_samples: int, n_classes: int | None) -> str:
    word = "many" if is_large(n_samples, n_classes) else "few"
    per_class = f", {n_samples // n_classes:,} a class" if n_classes else ""
    return f"{word} ({n_samples:,}{per_class})"


#: By whether the samples are many, and their similarity.
_TABLE: Mapping[tuple[bool, Level | None], tuple[tuple[str, ...], str]] = {
    (False, "near"): (
        ("probe",),
        "and like those of the source: its stages are kept as they are.",
    ),
    (False, "far"): (
        ("bias",),
        "and unlike those of the source: all its stages adapt, but only a little of each.",
    ),
    (False, None): (
        ("probe",),
        "and training on few easily learns them by heart: the stages are kept as they are.",
    ),
    (True, "near"): (
        ("freeze", "-2"),
        "and like those of the source: its last stages are trained, the others fit already.",
    ),
    (True, "far"): (
        ("full",),
        "and unlike those of the source: all its stages are trained, starting from what it knows.",
    ),
    (True, None): (
        ("full",),
        "and enough to train all stages, starting from what the source knows.",
    ),
}
