"""What a model makes of one sample after another, with nothing read or compiled again."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.runs import Model, Prediction
from headstart.serve.limits import Limits
from headstart.serve.sample_reader import Asker, SampleReader, blank
from headstart.training.features import is_sparse


class Engine(SampleReader):
    """A loaded model, ready for samples that come from anybody.

    Parameters
    ----------
    model : Model
        Of pictures or of texts.
    limits : Limits
        How large a sample may be.

    Raises
    ------
    InputError
        If the model reads embeddings: a page has none to give.
    """

    def __init__(self, model: Model, limits: Limits) -> None:
        super().__init__(model, limits)
        self.model = model

    def warm(self) -> None:
        """Compile the network and load what decodes, so that the first request finds them ready."""
        self.look(self.prepare(blank(self.modality)))

    def look(self, prepared: Any) -> tuple[NDArray[Any], Prediction]:
        """What the head reads of one sample, shape (n_features,), and what it says.

        Of texts that are counted without transfer nothing dense is left but the outputs, which
        then stand for the vector, as in :meth:`Model.look_at`.
        """
        ((_, row),) = self.rows([(None, prepared)])
        outputs = self._outputs(row)
        return outputs if is_sparse(row) else row[0], self._answer(outputs)

    def answers(
        self, batch: Iterable[tuple[Asker, Any]]
    ) -> Generator[tuple[Asker, Prediction], None, None]:
        """What the head says of samples, each as soon as it is known.

        Parameters
        ----------
        batch : iterable of (asker, prepared sample)
            Taken one by one, as the network has room.
        """
        for asker, row in self.rows(batch):
            yield asker, self._answer(self._outputs(row))

    def _outputs(self, row: Any) -> NDArray[np.float64]:
        return self.model.task.outputs(self.model.head, row)[0]

    def _answer(self, output: NDArray[np.float64]) -> Prediction:
        return self.model.task.answer("", output)
