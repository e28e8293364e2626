"""A run with several targets that is exported: its networks, and which targets each answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.errors import RunError
from headstart.progress import silent
from headstart.runs.export.exportable import WHY_NOT, Exportable
from headstart.runs.export.exported_head import ExportedHead
from headstart.runs.several_targets import Reader, SeveralModel
from headstart.tasks.prediction import Prediction

ANSWERS = "answers.json"


@dataclass(frozen=True)
class SharedNetwork:
    """A network of such a run, and the heads on it.

    Parameters
    ----------
    run : Exportable
        Its model reads all stages that one of the heads reads; the head of that model is not used.
    reader : Reader
        The targets that it answers.
    model : SeveralModel
        The whole.
    part : str
        Folder of an export that its files stand in, with a slash behind it; empty: the export's.
    """

    run: Exportable
    reader: Reader
    model: SeveralModel
    part: str = ""

    @property
    def heads(self) -> dict[str, ExportedHead]:
        """By target, in order."""
        stages = self.run.backbone.stages
        return {
            name: ExportedHead.of(self.model.models[name], stages, name)
            for name in self.reader.targets
        }

    def outputs(self, dataset: Dataset, precision: str | None) -> dict[str, NDArray[np.float64]]:
        """What the run says, by target, as the export says it: shape (n_samples, n_outputs)."""
        model = replace(self.run.model, precision=precision)
        vectors = np.concatenate([some for _, some, _ in model.in_parts(dataset, silent)])
        found = self.model.outputs_of(self.reader, vectors)
        return {name: self.model.shares_of(name, one) for name, one in found.items()}


@dataclass(frozen=True)
class SeveralRun:
    """A run with several targets.

    Parameters
    ----------
    place : Path
        The run folder.
    model : SeveralModel
        As it was loaded from there.
    """

    place: Path
    model: SeveralModel

    @cached_property
    def networks(self) -> tuple[SharedNetwork, ...]:
        """Each with the targets that it answers.

        Raises
        ------
        RunError
            If there is none.
        """
        readers = [one for one in self.model.readers if one.model.backbone is not None]
        if not readers:
            first = next(iter(self.model.models.values()))
            Exportable.of(self.place, first)  # says why not
        alone = len(readers) == 1
        return tuple(
            SharedNetwork(
                Exportable.of(self.place, replace(one.model, predictions=self._tested)),
                one,
                self.model,
                "" if alone else f"network-{number}/",
            )
            for number, one in enumerate(readers, start=1)
        )

    @property
    def _tested(self) -> tuple[Prediction, ...]:
        """Names of the test samples, and reasons of those that could not be read."""
        return tuple(Prediction(one.input, reason=one.reason) for one in self.model.predictions)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Targets that no network answers, and why."""
        why = WHY_NOT[self.model.result_.modality]
        return {
            name: f"its model {why}, and has no network"
            for name, one in self.model.models.items()
            if one.backbone is None
        }

    @property
    def outputs(self) -> dict[str, str]:
        """Name of the output of each target that a network answers."""
        return {name: head.output for one in self.networks for name, head in one.heads.items()}

    def answer_facts(self, file_name: str) -> dict[str, Any]:
        """:data:`ANSWERS`: all that another program needs to read the outputs.

        Parameters
        ----------
        file_name : str
            Of a network in this form.
        """
        files = {
            f"{one.part}{file_name}": [head.output for head in one.heads.values()]
            for one in self.networks
        }
        outputs = self.outputs
        return {
            "files": files,
            "targets": {
                name: {
                    "output": outputs[name],
                    "task": one.task.name,
                    "classes": one.task.class_names,
                }
                for name, one in self.model.models.items()
                if name in outputs
            },
            "left_out": dict(self.left_out),
        }


def check_format(place: Path, format_name: str, accepted: Mapping[str, Any]) -> None:
    """Refuse a form that knows one head alone.

    Raises
    ------
    RunError
        Naming those that are accepted.
    """
    if format_name not in accepted:
        raise RunError(
            f"The run {str(place)!r} cannot be exported as {format_name}: it is one of several "
            "targets, and a model of that format has one head. Accepted: "
            f"{', '.join(accepted)}."
        )
