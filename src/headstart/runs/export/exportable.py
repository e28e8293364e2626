"""A run that can be exported as a network, and what every form needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.errors import RunError
from headstart.runs.export.exported_head import INPUT, PROBABILITIES, VALUE, ExportedHead
from headstart.runs.export.head_numbers import HeadNumbers
from headstart.runs.model import Model

__all__ = ["INPUT", "PROBABILITIES", "VALUE", "WHY_NOT", "Exportable"]

#: What reads samples where no network does.
WHY_NOT = {
    "image": "reads small copies of pictures and the directions of their edges",
    "text": "counts words and pieces of words",
    "embedding": "reads ready embeddings, which come from elsewhere",
}


@dataclass(frozen=True)
class Exportable:
    """A run whose model reads samples through a network.

    Parameters
    ----------
    place : Path
        The run folder.
    model : Model
        As it was loaded from there.
    backbone : ConvertedBackbone
        Its network.
    """

    place: Path
    model: Model
    backbone: ConvertedBackbone

    @classmethod
    def of(cls, place: Path, model: Model) -> Exportable:
        """Check that there is a network.

        Raises
        ------
        RunError
            If the model has none.
        """
        if model.backbone is not None:
            return cls(place, model, model.backbone)
        modality = model.result_.modality
        instead = (
            "Export the program that makes the embeddings, and take the linear model from "
            "model.safetensors"
            if modality == "embedding"
            else "To have a network in it, fit again with --keep-transfer"
        )
        raise RunError(
            f"The run {str(place)!r} cannot be exported: its model {WHY_NOT[modality]}, and has "
            "no network. Accepted: a run whose model reads pictures or texts through a source. "
            f"{instead}; 'headstart predict' answers with this one without torch."
        )

    @property
    def modality(self) -> str:
        """``"image"`` or ``"text"``."""
        return self.backbone.source.modality

    @property
    def exported_head(self) -> ExportedHead:
        """The head as a network has it."""
        return ExportedHead.of(self.model, self.backbone.stages)

    @property
    def output(self) -> str:
        """Name of what comes out."""
        return self.exported_head.output

    @property
    def head(self) -> HeadNumbers:
        """In float32."""
        return self.exported_head.numbers

    @property
    def places(self) -> tuple[int, ...]:
        """Which stages the head reads, counted from 0, in the order in which it reads them."""
        return self.exported_head.places

    @property
    def preprocessing(self) -> Any:
        """How a sample becomes the network's input."""
        return self.backbone.source.preprocessing

    def softened(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs from scores of shape (n, n_outputs) that have the temperature in them."""
        from headstart.training.linear_head import softmax

        exact = np.asarray(scores, dtype=np.float64)
        return softmax(exact) if self.head.softens else exact
