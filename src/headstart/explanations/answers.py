"""How sure a model is of one answer, for many versions of a sample at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.runs.model import Model

#: What stands for a label where a number is predicted.
VALUE = "value"


@dataclass(frozen=True)
class Answers:
    """A model that is asked about one label.

    Parameters
    ----------
    model : Model
        That predicts.
    column : int or None
        Of the label among the outputs; None: of the one that the first sample gets.
    """

    model: Model
    column: int | None = None

    @classmethod
    def of(cls, model: Model, label: str | None) -> Answers:
        """Ask about a label by its name; None: about the one that will be predicted.

        Raises
        ------
        InputError
            If the model has no such class.
        """
        names = model.task.class_names
        if label is None:
            return cls(model, None if names else 0)
        if label not in names:
            known = ", ".join(map(repr, names[:10])) or "none, since it predicts numbers"
            raise InputError(
                f"The model has no class {label!r}; accepted: {known}. Leave the label out to have "
                "the predicted one explained."
            )
        return cls(model, names.index(label))

    @property
    def label(self) -> str:
        """The label that is asked about, as text."""
        names = self.model.task.class_names
        return names[self.column] if names and self.column is not None else VALUE

    def about(self, sample: Any) -> tuple[Answers, float]:
        """The question settled by the whole sample, and how sure the model is of it."""
        outputs = self._outputs([sample])[0]
        column = int(outputs.argmax()) if self.column is None else self.column
        return replace(self, column=column), float(outputs[column])

    def drops(self, whole: float, versions: Sequence[Any]) -> NDArray[np.float64]:
        """How much less sure it is of each version than of the whole: shape (n_versions,)."""
        if not versions:
            return np.zeros(0)
        return whole - self._outputs(versions)[:, self.column]

    def _outputs(self, samples: Sequence[Any]) -> NDArray[np.float64]:
        return self.model.look_at(list(samples)).outputs
