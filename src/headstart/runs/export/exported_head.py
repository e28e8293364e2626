"""A head as an exported network has it: an output with a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headstart.runs.export.head_numbers import HeadNumbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headstart.activations.converted import StageFacts
    from headstart.runs.model import Model

#: Names of what goes into an exported network, and of what comes out.
INPUT, PROBABILITIES, VALUE = "input", "probabilities", "value"


@dataclass(frozen=True)
class ExportedHead:
    """What an exported network does with the vectors of its stages.

    Parameters
    ----------
    output : str
        Name of what comes out.
    places : tuple of int
        Which stages it reads, counted from 0, in the order in which it reads them.
    numbers : HeadNumbers
        In float32.
    """

    output: str
    places: tuple[int, ...]
    numbers: HeadNumbers

    @classmethod
    def of(cls, model: Model, stages: Sequence[StageFacts], target: str = "") -> ExportedHead:
        """The head of a model; the name of its target stands before that of the output."""
        names = [stage.name for stage in stages]
        places = tuple(names.index(name) for name in model.plan.head.stages)
        output = PROBABILITIES if model.task.gives_probabilities else VALUE
        return cls(
            f"{target}.{output}" if target else output,
            places,
            HeadNumbers.of_task(model.head, model.task),
        )
