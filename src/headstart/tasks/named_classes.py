"""Names of classes, whose places are the codes that stand for them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from headstart.metrics.figure import Figure


@dataclass(frozen=True)
class NamedClasses:
    """What tasks share that tell classes apart, of boxes or of pixels.

    Parameters
    ----------
    classes : tuple of str
        Names, in the order of their codes.
    """

    classes: tuple[str, ...]

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_manifest` gave."""
        return cls(tuple(manifest["classes"]))

    def to_manifest(self) -> dict[str, Any]:
        """The classes."""
        return {"classes": list(self.classes)}

    @property
    def n_outputs(self) -> int:
        """Logits of a location or of a pixel."""
        return len(self.classes)

    @property
    def class_names(self) -> list[str]:
        """In the order of the codes."""
        return list(self.classes)

    @abstractmethod
    def per_class(
        self, truth: Sequence[Any], answers: Sequence[Any], seed: int
    ) -> dict[str, Figure]:
        """The figure of each class that the truth holds."""

    def details(self, truth: Sequence[Any], answers: Sequence[Any], seed: int) -> dict[str, Any]:
        """Fields of the Result: the figure of each class."""
        return {"per_class": self.per_class(truth, answers, seed)}
