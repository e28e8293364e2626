"""What a model makes of one sample after another, with nothing read or compiled again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Encoder
from headstart.activations.ngrams import ngram_features
from headstart.data.images import open_image
from headstart.data.texts import sift_texts
from headstart.errors import InputError, UnreadableInputError
from headstart.runs import Model, Prediction
from headstart.serve.limits import Limits
from headstart.training.features import joined

if TYPE_CHECKING:
    from PIL import Image

#: The content of a picture file, or a text. Never a path.
Sample = bytes | str


class Engine:
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
        self.model = model
        self.modality = model.result_.modality
        self._limits = limits
        self._resident = model.resident
        self._stages = model.plan.head.stages
        if self.modality not in ("image", "text"):
            raise InputError(
                f"The model was fitted on {self.modality!r} samples; only models of pictures or "
                "of texts are served. Predict with headstart.load(RUN).predict."
            )

    def warm(self) -> None:
        """Compile the network and load what decodes, so that the first request finds them ready."""
        self.look([self.prepare(_blank(self.modality))])

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

    def look(self, prepared: Sequence[Any]) -> tuple[NDArray[Any], list[Prediction]]:
        """What the head reads of samples, shape (n_samples, n_features), and what it says.

        Of texts that are counted without transfer nothing dense is left but the outputs, which
        then stand for the vectors, as in :meth:`Model.look_at`.
        """
        vectors = self._counts(prepared) if self._resident is None else self._vectors(prepared)
        outputs = self.model.task.outputs(self.model.head, vectors)
        answers = [self.model.task.answer("", output) for output in outputs]
        return outputs if self._resident is None else vectors, answers

    def answers(self, prepared: Sequence[Any]) -> list[Prediction]:
        """What the head says of samples."""
        return self.look(prepared)[1]

    def _counts(self, texts: Sequence[str]) -> Any:
        found = ngram_features(list(texts))
        return joined([found[one] for one in self._stages])

    def _vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[Any]:
        resident = self._resident
        assert resident is not None  # counts take the other way
        columns = resident.columns(self._stages)
        vectors = np.zeros((len(prepared), len(columns)), dtype=np.float32)
        with resident.turn() as encoder:
            _encode(encoder, prepared, columns, vectors)
        return vectors


def _encode(
    encoder: Encoder,
    prepared: Sequence[NDArray[Any]],
    columns: NDArray[np.intp],
    vectors: NDArray[Any],
) -> None:
    """Every sample into its own row, whichever thread of the network finishes first."""
    try:
        for row, sample in enumerate(prepared):
            encoder.start(sample, partial(_keep, vectors, row, columns))
    finally:  # nothing may still run when the next turn begins
        encoder.finish()


def _keep(vectors: NDArray[Any], row: int, columns: NDArray[np.intp], vector: NDArray[Any]) -> None:
    vectors[row] = vector[columns]


def _blank(modality: str) -> Sample:
    if modality == "text":
        return "a"
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(file, "PNG")
    return file.getvalue()
