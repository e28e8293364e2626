"""Turns samples that come from anybody into the vectors that heads read."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Encoder
from headstart.activations.ngrams import ngram_features
from headstart.data.images import open_image
from headstart.data.texts import sift_texts
from headstart.errors import InputError, UnreadableInputError
from headstart.runs import Model
from headstart.serve.limits import Limits
from headstart.training.features import joined

if TYPE_CHECKING:
    from PIL import Image

#: The content of a picture file, or a text. Never a path.
Sample = bytes | str
#: Whoever waits for an answer.
Asker = TypeVar("Asker")


class SampleReader:
    """The network of a loaded model, or what counts words for it, with nothing compiled again.

    Parameters
    ----------
    model : Model
        Of pictures or of texts; its head says which stages are read.
    limits : Limits
        How large a sample may be.

    Raises
    ------
    InputError
        If the model reads embeddings: a page has none to give.
    """

    def __init__(self, model: Model, limits: Limits) -> None:
        self.modality = model.result_.modality
        self._limits = limits
        self._resident = model.resident
        self._stages = model.plan.head.stages
        if self._resident is not None:
            self._columns = self._resident.columns(self._stages)
        if self.modality not in ("image", "text"):
            raise InputError(
                f"The model was fitted on {self.modality!r} samples; only models of pictures or "
                "of texts are served. Predict with headstart.load(RUN).predict."
            )

    @property
    def preparation(self) -> Hashable:
        """What decides how a sample is prepared; equal for readers that can share that work."""
        if self._resident is None:
            return None
        encoder = self._resident.encoder
        return encoder.smallest_side, encoder.key.preprocessing

    def open(self, sample: Sample, at_least: int | None = None) -> Image.Image | str:
        """The picture, upright and in RGB, or the text.

        Raises
        ------
        UnreadableInputError
            With a reason of a few words.
        """
        if self.modality == "image":
            if not isinstance(sample, bytes):
                raise TypeError("a picture is given by its bytes")
            return open_image(sample, at_least, self._limits.pixels)
        if not isinstance(sample, str):
            raise TypeError("a text is given as str")
        return self._checked(sample)

    def _checked(self, text: str) -> str:
        most = self._limits.characters
        if len(text) > most:
            raise UnreadableInputError(f"{len(text)} characters; at most {most} are accepted")
        sifted = sift_texts([text], "text {}".format)
        for aside in sifted.aside.values():
            raise UnreadableInputError(aside.reason)
        return text

    def prepare(self, sample: Sample) -> Any:
        """What the network reads of a sample; any thread may call it.

        Raises
        ------
        UnreadableInputError
            With a reason of a few words.
        """
        if self._resident is None:
            return self.open(sample)
        encoder = self._resident.encoder
        return encoder.prepare(self.open(sample, at_least=encoder.smallest_side))

    def rows(
        self, batch: Iterable[tuple[Asker, Any]]
    ) -> Generator[tuple[Asker, NDArray[Any]], None, None]:
        """What a head reads of samples, shape (1, n_features), each as soon as it is known.

        Of texts that are counted without transfer it is a csr_matrix.

        Parameters
        ----------
        batch : iterable of (asker, prepared sample)
            Taken one by one, as the network has room.
        """
        if self._resident is None:
            yield from self._counted(list(batch))
            return
        with self._resident.turn() as encoder:
            for asker, vector in self._encoded(encoder, batch):
                yield asker, vector[None]

    def _counted(self, texts: list[tuple[Asker, Any]]) -> Iterator[tuple[Asker, NDArray[Any]]]:
        if not texts:
            return
        found = ngram_features([text for _, text in texts])
        counts = joined([found[one] for one in self._stages])
        for row, (asker, _) in enumerate(texts):
            yield asker, counts[row : row + 1]

    def _encoded(
        self, encoder: Encoder, batch: Iterable[tuple[Asker, Any]]
    ) -> Generator[tuple[Asker, NDArray[Any]], None, None]:
        """Vectors in the order in which the network has them, which is not that of the samples."""
        found: SimpleQueue[tuple[Asker, NDArray[Any]]] = SimpleQueue()
        try:
            for asker, sample in batch:
                encoder.start(sample, partial(_keep, found, asker, self._columns))
                yield from _taken(found)
        finally:  # nothing may still run when the next turn begins
            encoder.finish()
        yield from _taken(found)


def _keep(
    found: SimpleQueue[tuple[Asker, NDArray[Any]]],
    asker: Asker,
    columns: NDArray[np.intp],
    vector: NDArray[Any],
) -> None:
    """Called by whichever thread of the network has finished."""
    found.put((asker, vector[columns]))


def _taken(
    found: SimpleQueue[tuple[Asker, NDArray[Any]]],
) -> Iterator[tuple[Asker, NDArray[Any]]]:
    while not found.empty():
        yield found.get()


def blank(modality: str) -> Sample:
    """A sample to warm up with."""
    if modality == "text":
        return "a"
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(file, "PNG")
    return file.getvalue()
