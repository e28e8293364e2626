"""What a run of places keeps of all its test pictures, so that it can be compared with another."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.metrics.figure import Figure
from headstart.tasks.place_outcomes import OUTCOMES, Outcomes
from headstart.tasks.segmentation import codes_of

KEPT_OUTCOMES = "outcomes.safetensors"
_PICTURES = "test_pictures"
_BYTES = 16


@dataclass(frozen=True, eq=False)
class KeptOutcomes:
    """What came of the answers about the test pictures.

    Parameters
    ----------
    pictures : tuple of bytes
        16 bytes a picture that depend on its content and on its annotation, and tell neither.
    outcomes : Outcomes
        In the same order.
    """

    pictures: tuple[bytes, ...]
    outcomes: Outcomes


def keep_outcomes(task: Any, test: Dataset, answers: Sequence[Any]) -> KeptOutcomes:
    """Of a model's answers about the test pictures.

    Parameters
    ----------
    task : PlaceTask
        What was answered.
    test : Dataset
        With its Boxes or Masks.
    answers : sequence of Boxes, CanvasMask or ndarray
        With all scores, so that a precision can be averaged.
    """
    truth = [] if test.labels is None else list(test.labels)
    marks = [_mark(*pair) for pair in zip(test.fingerprints, truth, strict=True)]
    return KeptOutcomes(tuple(marks), OUTCOMES[task.name].of(task, truth, answers))


def _mark(fingerprint: bytes, label: Any) -> bytes:
    """Alike where both the picture and what is said of it are: the order of boxes is no matter."""
    digest = hashlib.blake2b(fingerprint, digest_size=_BYTES)
    if isinstance(label, Boxes):
        corners = label.corners.round(2).tolist()
        names = map(str, label.labels)
        digest.update(repr(sorted(zip(names, corners, strict=True))).encode())
    else:
        codes = np.ascontiguousarray(codes_of(label))
        digest.update(repr(codes.shape).encode() + codes.tobytes())
    return digest.digest()


def outcomes_to_bytes(kept: KeptOutcomes) -> bytes:
    """The content of :data:`KEPT_OUTCOMES`."""
    from safetensors.numpy import save

    marks = np.frombuffer(b"".join(kept.pictures), dtype=np.uint8).reshape(-1, _BYTES)
    arrays = {_PICTURES: marks, **kept.outcomes.to_arrays()}
    return save({name: np.ascontiguousarray(one) for name, one in arrays.items()})


def outcomes_from_bytes(content: bytes, task: Any) -> KeptOutcomes:
    """Read what :func:`outcomes_to_bytes` wrote."""
    from safetensors.numpy import load

    arrays = load(content)
    marks = tuple(row.tobytes() for row in arrays.pop(_PICTURES))
    return KeptOutcomes(marks, OUTCOMES[task.name].from_arrays(task, arrays))


def paired_difference(
    own: KeptOutcomes, other: KeptOutcomes, seed: int
) -> tuple[int, Figure] | None:
    """Test pictures that two models of one task share, and how much better the first is on them.

    None where they share none, or none with anything to be found.

    Parameters
    ----------
    own, other : KeptOutcomes
        Of models of the same classes in the same order.
    seed : int
        Of the resamples.
    """
    rows = {mark: row for row, mark in enumerate(_numbered(own.pictures))}
    pairs = [
        (rows[mark], row) for row, mark in enumerate(_numbered(other.pictures)) if mark in rows
    ]
    if not pairs:
        return None
    mine, theirs = zip(*sorted(pairs), strict=True)
    outcomes = own.outcomes.take(mine)
    if not outcomes.can_be_measured:
        return None
    return len(mine), outcomes.difference(other.outcomes.take(theirs), seed)


def _numbered(marks: Iterable[bytes]) -> list[tuple[bytes, int]]:
    """With how often each came before: a test set may hold a picture twice."""
    seen: Counter[bytes] = Counter()
    numbered = []
    for mark in marks:
        numbered.append((mark, seen[mark]))
        seen[mark] += 1
    return numbered
