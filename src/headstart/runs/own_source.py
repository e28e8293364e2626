"""The run of a network that learned without labels: a source, but no model that predicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from headstart.activations.conversion import NETWORK
from headstart.backbones.source import TOKENIZER, Source
from headstart.errors import RunError
from headstart.evidence import Evidence
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.plan import Plan
from headstart.runs.manifest import write_manifest
from headstart.runs.model_card import MODEL_CARD
from headstart.runs.saving import BACKBONE, EVIDENCE, RESULT, cannot_write, check_place, versions
from headstart.runs.source_card import source_card

#: What stands in the manifest in the place of a task.
SELF_SUPERVISION = "self-supervision"


@dataclass(frozen=True)
class OwnSource:
    """A network that learned without labels.

    Parameters
    ----------
    source : Source
        The facts that travel with the weights.
    plan : Plan
        As it was carried out.
    tensors : mapping of str to ndarray
        The weights, by torch's names.
    evidence : Evidence
        How the epochs went, and which weights were kept.
    record : mapping of str to value
        From how many samples it learned, what was set aside, seconds; plain data.
    """

    source: Source
    plan: Plan
    tensors: Mapping[str, NDArray[Any]]
    evidence: Evidence
    record: Mapping[str, Any]

    def save(self, folder: str | Path) -> Path:
        """Write the run folder, whole or not at all; ``run:FOLDER`` is then a source.

        Raises
        ------
        RunError
            If something else stands there, or it cannot be written.
        """
        place = Path(folder)
        check_place(place)
        try:
            write_folder_atomically(place.resolve(), self._fill)
        except OSError as error:
            raise cannot_write(place, error) from error
        return place

    def _fill(self, place: Path) -> None:
        from safetensors.numpy import save

        (place / BACKBONE).mkdir()
        write_atomically(place / BACKBONE / NETWORK, save(dict(self.tensors)))
        if tokenizer := getattr(self.source.preprocessing, "tokenizer", None):
            write_atomically(place / BACKBONE / TOKENIZER, tokenizer.encode())
        card = source_card(self.source, self.record).encode("utf-8", "backslashreplace")
        write_atomically(place / MODEL_CARD, card)
        write_atomically(place / RESULT, to_json(self.record))
        write_atomically(place / EVIDENCE, to_json(self.evidence.to_dict()))
        facts = {
            "task": SELF_SUPERVISION,
            "modality": self.source.modality,
            "plan": self.plan.to_dict(),
            "source": self.source.to_dict(),
            "versions": versions(),
        }
        write_manifest(place, facts)


def refuse_own_source(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Say of a run that learned without labels what it is good for.

    Raises
    ------
    RunError
        If it is one.
    """
    if manifest.get("task") == SELF_SUPERVISION:
        samples = "texts" if manifest.get("modality") == "text" else "pictures"
        raise RunError(
            f"The run {str(folder)!r} learned without labels: it is a source and holds no model "
            f"that predicts. Fit one on labelled {samples}: headstart fit DATA --source "
            f"run:{folder}"
        )
