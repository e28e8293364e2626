"""What came of the answers about each picture: all that a figure needs, and no place in a picture.

Of boxes it is known which were found and how sure the model was, of one box how much it overlaps
the true one, of pixels which class was taken for which. Figures and differences over any of the
pictures follow from that alone, so that a run need not keep annotations to be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.average_precision import average_precision_difference
from headstart.metrics.box_matches import THRESHOLDS, BoxMatches, ClassMatches
from headstart.metrics.box_overlap import box_overlap_difference
from headstart.metrics.figure import Figure
from headstart.metrics.overlap import overlap_difference
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

Arrays = Mapping[str, NDArray[Any]]


class Outcomes(Protocol):
    """Of the answers about some pictures, in their order."""

    @classmethod
    def of(cls, task: Any, truth: Sequence[Any], answers: Sequence[Any]) -> Self:
        """Of a model's answers about annotated pictures."""
        ...

    @classmethod
    def from_arrays(cls, task: Any, arrays: Arrays) -> Self:
        """Read what :meth:`to_arrays` gave."""
        ...

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays by name."""
        ...

    def __len__(self) -> int:
        """Pictures."""
        ...

    @property
    def can_be_measured(self) -> bool:
        """Whether there is anything in the pictures that could be found."""
        ...

    def take(self, rows: Sequence[int]) -> Self:
        """Those of some pictures, each at most once, in the order of ``rows``."""
        ...

    def difference(self, other: Self, seed: int) -> Figure:
        """The task's figure less that of another model on the same pictures."""
        ...


@dataclass(frozen=True, eq=False)
class BoxOutcomes:
    """Of a detection: which boxes were found."""

    matches: BoxMatches

    #: Overlaps of which each takes a bit.
    _BITS: ClassVar[NDArray[np.uint16]] = np.array(
        [1 << place for place in range(len(THRESHOLDS))], dtype=np.uint16
    )

    @classmethod
    def of(cls, task: DetectionTask, truth: Sequence[Any], answers: Sequence[Any]) -> Self:
        return cls(task.matches(truth, answers))

    @classmethod
    def from_arrays(cls, task: DetectionTask, arrays: Arrays) -> Self:
        hits = (arrays["hits"][None] & cls._BITS[:, None]) > 0
        own = [arrays["classes"] == code for code in range(len(task.classes))]
        pictures = arrays["pictures"].astype(np.intp)
        found = tuple(ClassMatches(pictures[at], arrays["scores"][at], hits[:, at]) for at in own)
        return cls(BoxMatches(task.classes, arrays["truths"].astype(np.int64), found))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        found = self.matches.found
        codes = np.repeat(np.arange(len(found)), [len(one.scores) for one in found])
        hits = np.concatenate([one.hits for one in found], axis=1)
        return {
            "truths": self.matches.truths.astype(np.int32),
            "classes": codes.astype(np.int32),
            "pictures": np.concatenate([one.pictures for one in found]).astype(np.int32),
            "scores": np.concatenate([one.scores for one in found]),
            "hits": (hits * self._BITS[:, None]).sum(axis=0, dtype=np.uint16),
        }

    def __len__(self) -> int:
        return len(self.matches.truths)

    @property
    def can_be_measured(self) -> bool:
        return bool(self.matches.truths.any())

    def take(self, rows: Sequence[int]) -> BoxOutcomes:
        return BoxOutcomes(self.matches.take(rows))

    def difference(self, other: BoxOutcomes, seed: int) -> Figure:
        return average_precision_difference(self.matches, other.matches, seed)


@dataclass(frozen=True, eq=False)
class OverlapOutcomes:
    """Of a localisation: how much each box overlaps the true one, shape (n_pictures,)."""

    overlaps: NDArray[np.float64]

    @classmethod
    def of(cls, task: LocalisationTask, truth: Sequence[Any], answers: Sequence[Any]) -> Self:
        return cls(task.overlaps(truth, answers))

    @classmethod
    def from_arrays(cls, _task: LocalisationTask, arrays: Arrays) -> Self:
        return cls(arrays["overlaps"])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {"overlaps": self.overlaps}

    def __len__(self) -> int:
        return len(self.overlaps)

    @property
    def can_be_measured(self) -> bool:
        return len(self.overlaps) > 0

    def take(self, rows: Sequence[int]) -> OverlapOutcomes:
        return OverlapOutcomes(self.overlaps[list(rows)])

    def difference(self, other: OverlapOutcomes, _seed: int) -> Figure:
        return box_overlap_difference(self.overlaps, other.overlaps)


@dataclass(frozen=True, eq=False)
class PixelOutcomes:
    """Of a segmentation: pixels of each class that were called each class.

    Of shape (n_pictures, n_classes, n_classes).
    """

    confusions: NDArray[np.int64]

    @classmethod
    def of(cls, task: SegmentationTask, truth: Sequence[Any], answers: Sequence[Any]) -> Self:
        return cls(task.confusions(truth, answers))

    @classmethod
    def from_arrays(cls, _task: SegmentationTask, arrays: Arrays) -> Self:
        return cls(arrays["confusions"].astype(np.int64))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        # Few pairs of classes are mixed up in a picture, which has fewer than 2**32 pixels.
        return {"confusions": self.confusions.astype(np.uint32)}

    def __len__(self) -> int:
        return len(self.confusions)

    @property
    def can_be_measured(self) -> bool:
        return bool(self.confusions.any())

    def take(self, rows: Sequence[int]) -> PixelOutcomes:
        return PixelOutcomes(self.confusions[list(rows)])

    def difference(self, other: PixelOutcomes, seed: int) -> Figure:
        return overlap_difference(self.confusions, other.confusions, seed)


#: By the name of the task.
OUTCOMES: Mapping[str, type[BoxOutcomes] | type[OverlapOutcomes] | type[PixelOutcomes]] = {
    DetectionTask.name: BoxOutcomes,
    LocalisationTask.name: OverlapOutcomes,
    SegmentationTask.name: PixelOutcomes,
}
