"""The facts that travel with a source's weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.errors import SourceError

#: Name of the file with a text source's tokenizer.
TOKENIZER = "tokenizer.json"
#: By modality: how a sample becomes the network's input.
PREPROCESSING: Mapping[str, type[Preprocessing] | type[TextPreprocessing]] = {
    "image": Preprocessing,
    "text": TextPreprocessing,
}


@dataclass(frozen=True)
class Source:
    """A pretrained model, without the network itself.

    Parameters
    ----------
    name : str
        With its provider, as in ``"torchvision/resnet18"``.
    modality : str
        ``"image"`` or ``"text"``.
    architecture : str
        What the provider's library calls the network.
    preprocessing : Preprocessing or TextPreprocessing
        How a picture, or a text, becomes the network's input.
    licence : str
        Of the weights, as far as the provider states it.
    weights_hash : str
        SHA-256 of the weights' content in hexadecimal, or ``"random-SEED"``.
    n_classes : int
        Columns of the source head's scores.
    classes : tuple of str or None
        Their names; None when nobody says what they are.
    origin : str
        Where the weights came from, in words.
    builder : str or None
        The source whose provider builds the architecture, where the name itself does not say: a
        run that headstart trained.

    Examples
    --------
    >>> facts = Preprocessing((8, 8), 1.0, "box", (0.0,) * 3, (1.0,) * 3)
    >>> source = Source("x/net", "image", "net", facts, "MIT", "random-0", 2, None, "random")
    >>> Source.from_dict(source.to_dict()) == source
    True
    """

    name: str
    modality: str
    architecture: str
    preprocessing: Any
    licence: str
    weights_hash: str
    n_classes: int
    classes: tuple[str, ...] | None
    origin: str
    builder: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = {key: getattr(self, key) for key in self.__dataclass_fields__}
        plain["preprocessing"] = self.preprocessing.to_dict()
        plain["classes"] = None if self.classes is None else list(self.classes)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Source:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        SourceError
            If a key is missing or unknown, or a value is not accepted.
        """
        try:
            known = dict(plain)
            kind = PREPROCESSING[plain["modality"]]
            known["preprocessing"] = kind.from_dict(plain["preprocessing"])
            known["classes"] = None if plain["classes"] is None else tuple(plain["classes"])
            return cls(**known)
        except (KeyError, TypeError) as error:
            raise SourceError(
                f"The facts of a source cannot be understood: {error}. Accepted keys: "
                f"{', '.join(cls.__dataclass_fields__)}. Take them from an unchanged manifest."
            ) from error


def with_tokenizer(source: Source, folder: Path) -> Source:
    """The facts of a text source with the tokenizer that lies in a folder; any other as it is.

    Raises
    ------
    SourceError
        If it was changed.
    OSError
        If it cannot be read.
    """
    facts = source.preprocessing
    if not isinstance(facts, TextPreprocessing):
        return source
    text = (folder / TOKENIZER).read_text("utf-8")
    return replace(source, preprocessing=facts.with_tokenizer(text))
