"""What a page can show of samples besides numbers: pictures, sentences, neighbours, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headstart.data.thumbnails import data_uri
from headstart.explanations import Explanation, PictureExplanation, TextExplanation
from headstart.runs.kept_places import KeptPlaces
from headstart.runs.kept_samples import KeptSamples, Nearest

#: Training samples that stand beside a test sample.
NEAREST_SHOWN = 3


@dataclass(frozen=True)
class Exhibits:
    """By the ``input`` of a prediction, what can be shown of it.

    Parameters
    ----------
    thumbnails : mapping of str to bytes
        JPEG or PNG files.
    texts : mapping of str to str
        Beginnings of texts.
    nearest : mapping of str to sequence of Nearest
        Training samples that are most like it.
    explanations : mapping of str to Explanation
        What counted.
    training : KeptSamples or None
        Training samples for the map of the data.
    curve : mapping or None
        What ``headstart curve --json`` told of these data.
    places : KeptPlaces or None
        What is there and what was found in some test pictures.
    """

    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    nearest: Mapping[str, Sequence[Nearest]] = field(default_factory=dict)
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    training: KeptSamples | None = None
    curve: Mapping[str, Any] | None = None
    places: KeptPlaces | None = None

    def card(self, name: str) -> dict[str, Any]:
        """``picture``, ``text``, ``nearest`` and ``explained`` for one sample; None or empty."""
        explanation = self.explanations.get(name)
        words = explanation.words if isinstance(explanation, TextExplanation) else ()
        return {
            "picture": _shown(self.thumbnails.get(name)),
            "text": self.texts.get(name),
            "nearest": [_neighbour(one) for one in self.nearest.get(name, ())],
            "explained": explanation.label if explanation is not None else None,
            "overlay": _overlay(explanation),
            "words": _shaded(words),
        }


def _shown(picture: bytes | None) -> str | None:
    return data_uri(picture) if picture else None


def _overlay(explanation: Explanation | None) -> str | None:
    if isinstance(explanation, PictureExplanation):
        return explanation.overlay_uri
    return None


def _neighbour(one: Nearest) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "text": one.text,
        "picture": _shown(one.thumbnail),
    }


def _shaded(words: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Words with how strongly each speaks for (above 0) or against: whole steps from -3 to 3."""
    most = max((abs(weight) for _, weight in words), default=0.0) or 1.0
    return [{"text": text, "strength": round(3 * weight / most)} for text, weight in words]
