"""What a model with several targets makes of one sample after another."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from headstart.runs.several_targets import Reader, SeveralModel, TargetAnswers
from headstart.serve.limits import Limits
from headstart.serve.sample_reader import Asker, Sample, SampleReader, blank


class SeveralServing:
    """A loaded model with several targets: each network reads a sample once.

    Parameters
    ----------
    model : SeveralModel
        Of pictures or of texts.
    limits : Limits
        How large a sample may be.

    Raises
    ------
    InputError
        If the model reads embeddings.
    """

    def __init__(self, model: SeveralModel, limits: Limits) -> None:
        self.model = model
        self.modality = model.result_.modality
        self._readers = [(one, SampleReader(one.model, limits)) for one in model.readers]

    def warm(self) -> None:
        """Compile the networks and load what decodes, so that the first request finds all ready."""
        list(self.answers([(None, self.prepare(blank(self.modality)))]))

    def prepare(self, sample: Sample) -> tuple[Any, ...]:
        """What each network reads of a sample; any thread may call it.

        Raises
        ------
        UnreadableInputError
            With a reason of a few words.
        """
        known: dict[Any, Any] = {}
        for _, reader in self._readers:
            if reader.preparation not in known:
                known[reader.preparation] = reader.prepare(sample)
        return tuple(known[reader.preparation] for _, reader in self._readers)

    def answers(
        self, batch: Iterable[tuple[Asker, Any]]
    ) -> Generator[tuple[Asker, TargetAnswers], None, None]:
        """What the heads say of samples; with one network each as soon as it is known.

        Parameters
        ----------
        batch : iterable of (asker, prepared sample)
            Taken one by one, as the network has room.
        """
        if len(self._readers) == 1:
            ((reader, samples),) = self._readers
            first = ((asker, prepared) for asker, (prepared,) in batch)
            for asker, row in samples.rows(first):
                yield asker, TargetAnswers("", self._told(reader, row))
            return
        waiting = list(batch)
        found: list[dict[str, Any]] = [{} for _ in waiting]
        for number, (reader, samples) in enumerate(self._readers):
            given = ((place, prepared[number]) for place, (_, prepared) in enumerate(waiting))
            for place, row in samples.rows(given):
                found[place] |= self._told(reader, row)
        for (asker, _), told in zip(waiting, found, strict=True):
            yield asker, TargetAnswers("", {name: told[name] for name in self.model.targets})

    def _told(self, reader: Reader, row: Any) -> dict[str, Any]:
        outputs = self.model.outputs_of(reader, row)
        return {
            name: self.model.models[name].task.answer("", one[0]) for name, one in outputs.items()
        }
