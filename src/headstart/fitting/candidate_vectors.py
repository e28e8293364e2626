"""Vectors of several sources, from one decoding pass and with shared stages computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from headstart.activations.classical import CLASSICAL_SOURCE, ClassicalEncoder
from headstart.activations.converted import ConvertedBackbone
from headstart.activations.encoder import Encoder
from headstart.activations.encoders import encoder_of
from headstart.activations.encoding import encode
from headstart.activations.ngrams import ngram_features
from headstart.activations.preparation import Request
from headstart.activations.room import room_for
from headstart.activations.segment import STATE, Segment
from headstart.activations.segment_encoders import segment_encoder
from headstart.activations.shared_prefix import common_stages, share_of_work
from headstart.activations.states import StateEncoders, pooled_from_states
from headstart.activations.store import ActivationStore, ActivationTable
from headstart.data.dataset import Dataset
from headstart.progress import Progress

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone

#: Sharing has to save this part of a pass to be worth its storing and reading.
_WORTH_SHARING = 0.25


@dataclass(frozen=True)
class Family:
    """Sources whose first stages are the same.

    Parameters
    ----------
    cut : int
        Number of those stages.
    members : mapping of str to Backbone
        By source name.
    """

    cut: int
    members: Mapping[str, Backbone]

    @property
    def first(self) -> Backbone:
        """Any of them: before the cut they are the same."""
        return next(iter(self.members.values()))


@dataclass
class CandidateVectors:
    """Encodes samples for the sources that are compared.

    Parameters
    ----------
    converted : mapping of str to ConvertedBackbone
        The sources by name.
    requests : mapping of str to Request
        How to build their networks.
    progress : Progress
        Who is told how far it is.
    """

    converted: Mapping[str, ConvertedBackbone]
    requests: Mapping[str, Request]
    progress: Progress
    families: list[Family] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._store = ActivationStore()
        self._encoders: dict[str, Encoder] = {CLASSICAL_SOURCE: ClassicalEncoder()}
        self._texts: dict[bytes, str] = {}
        self._tables: dict[str, dict[str, ActivationTable]] = {}

    def find_families(self, n_samples: int) -> None:
        """See which sources share stages: runs that left the first stages of one source alone."""
        alike: dict[tuple[str, str], list[str]] = {}
        for name, one in self.converted.items():
            builder = one.source.builder or name
            alike.setdefault((builder, repr(one.source.preprocessing)), []).append(name)
        groups = [names for names in alike.values() if len(names) > 1]
        found = (self._family(names, n_samples) for names in groups)
        self.families = [family for family in found if family is not None]

    def encode(self, dataset: Dataset, names: Sequence[str]) -> dict[int, str]:
        """Store what is missing of the samples; row to reason for those that cannot be read."""
        shared = [family for family in self.families if len(set(names) & set(family.members)) > 1]
        together = {name for family in shared for name in family.members}
        alone = [name for name in names if name not in together]
        if dataset.modality == "text":  # counts are not worth storing
            self._texts |= {item.fingerprint: item.open() for item in dataset.items}
        else:
            alone = [CLASSICAL_SOURCE, *alone]
        encoders = [self._encoder(name) for name in alone]
        tables, failures = encode(dataset.items, encoders, self._store, self.progress)
        for name, encoder, table in zip(alone, encoders, tables, strict=True):
            self._tables[name] = dict.fromkeys(encoder.key.outputs, table)
        readable = dataset.set_aside(failures)
        for family in shared:
            self._encode_family(family, readable, names)
        return failures

    def features(self, name: str, fingerprints: Sequence[bytes]) -> dict[str, NDArray[Any]]:
        """Stage name to vectors of shape (n_samples, n_features)."""
        if name == CLASSICAL_SOURCE and self._texts:
            return ngram_features([self._texts[one] for one in fingerprints])
        tables = self._tables[name]
        return {stage: table.read(fingerprints, stage) for stage, table in tables.items()}

    def passes_saved(self, names: Sequence[str]) -> float:
        """Passes over all samples that sharing stages spares, among these sources."""
        saved = 0.0
        for family in self.families:
            count = len(set(names) & set(family.members))
            saved += max(count - 1, 0) * share_of_work(family.first, family.cut)
        return saved

    def _encoder(self, name: str) -> Encoder:
        if name not in self._encoders:
            self._encoders[name] = encoder_of(self.converted[name])
        return self._encoders[name]

    def _family(self, names: Sequence[str], n_samples: int) -> Family | None:
        """What the sources share; None where it is too little, or its states take too much room."""
        from headstart.backbones.catalogue import load_backbone

        members = {}
        for name in names:
            one = self.requests[name]
            members[name] = load_backbone(one.source, one.weights, one.init, one.seed)
        backbones = list(members.values())
        cut = min(common_stages(backbones), len(backbones[0].stages) - 1)
        if share_of_work(backbones[0], cut) < _WORTH_SHARING:
            return None
        bytes_a_row = StateEncoders(backbones[0], cut).bytes_a_row
        room = room_for(n_samples, bytes_a_row, self._store)
        return Family(cut, members) if room.stored("auto") else None

    def _encode_family(self, family: Family, dataset: Dataset, names: Sequence[str]) -> None:
        """The shared stages once, and from the states after them each member's own stages."""
        shared = segment_encoder(family.first, Segment(0, family.cut, "pooled and state"))
        (table,), _ = encode(dataset.items, [shared], self._store, self.progress)
        stages = [output for output in shared.key.outputs if output != STATE]
        before, ids = dict.fromkeys(stages, table), dataset.fingerprints
        for name, backbone in family.members.items():
            if name in names:
                own, pooled = pooled_from_states(
                    backbone, family.cut, table, ids, self._store, self.progress, STATE
                )
                self._tables[name] = before | dict.fromkeys(own, pooled)
