"""A run that can be exported as a network, and what every form needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.errors import RunError
from headstart.runs.export.head_numbers import HeadNumbers
from headstart.runs.model import Model

#: Names of what goes into an exported network, and of what comes out.
INPUT, PROBABILITIES, VALUE = "input", "probabilities", "value"

_WHY_NOT = {
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
            f"The run {str(place)!r} cannot be exported: its model {_WHY_NOT[modality]}, and has "
            "no network. Accepted: a run whose model reads pictures or texts through a source. "
            f"{instead}; 'headstart predict' answers with this one without torch."
        )

    @property
    def modality(self) -> str:
        """``"image"`` or ``"text"``."""
        return self.backbone.source.modality

    @property
    def output(self) -> str:
        """Name of what comes out."""
        return PROBABILITIES if self.model.task.gives_probabilities else VALUE

    @property
    def head(self) -> HeadNumbers:
        """In float32."""
        return HeadNumbers.of(self.model.head, self.model.task.gives_probabilities)

    @property
    def places(self) -> tuple[int, ...]:
        """Which stages the head reads, counted from 0, in the order in which it reads them."""
        names = [stage.name for stage in self.backbone.stages]
        return tuple(names.index(name) for name in self.model.plan.head.stages)

    @property
    def preprocessing(self) -> Any:
        """How a sample becomes the network's input."""
        return self.backbone.source.preprocessing

    def softened(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs from scores of shape (n, n_outputs) that have the temperature in them."""
        from headstart.training.linear_head import softmax

        exact = np.asarray(scores, dtype=np.float64)
        return softmax(exact) if self.head.softens else exact
