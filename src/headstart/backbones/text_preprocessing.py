"""How a text becomes what a source's network expects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from headstart.errors import SourceError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: How the vectors of a text's tokens become one vector.
Pooling = Literal["mean", "cls"]
#: What stands in a row of tokens where the text has ended.
NOTHING = -1


@dataclass(frozen=True)
class TextPreprocessing:
    """The facts about tokens that belong to a source's weights.

    Parameters
    ----------
    tokenizer_hash : str
        SHA-256 of the tokenizer's JSON, in hexadecimal.
    most_tokens : int
        What is read of a text, special tokens included, at least 4; the rest is cut off.
    pooling : {"mean", "cls"}
        The mean over the tokens, or the vector of the first.
    pad_id : int
        The token that the network expects where a text has ended.
    unknown_id : int or None
        The token for what the tokenizer does not know; None where it knows every byte.
    tokenizer : str
        Its JSON text (``tokenizer.json`` of the Hugging Face tokenizers library). It is kept beside
        the facts, not among them.

    Raises
    ------
    SourceError
        If a value is not accepted.
    """

    tokenizer_hash: str
    most_tokens: int
    pooling: Pooling = "mean"
    pad_id: int = 0
    unknown_id: int | None = None
    tokenizer: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.most_tokens < 4:
            raise _wrong("most_tokens", self.most_tokens, "a whole number of at least 4")
        if self.pooling not in get_args(Pooling):
            raise _wrong("pooling", self.pooling, ", ".join(get_args(Pooling)))

    def tokens(self, text: str) -> NDArray[np.int64]:
        """Numbers of the tokens of a text, shape (n_tokens,), special tokens included.

        There is at least one, so that a mean can be taken.

        Raises
        ------
        SourceError
            If the tokenizer is not at hand.
        """
        if not self.tokenizer:
            raise SourceError(
                "The tokenizer of this source is not at hand. Accepted: a source with its "
                "tokenizer.json. Copy the whole folder again."
            )
        encoding = _loaded(self.tokenizer, self.most_tokens).encode(text)
        nothing = self.pad_id if self.unknown_id is None else self.unknown_id
        return np.asarray(encoding.ids or [nothing], dtype=np.int64)

    def with_tokenizer(self, text: str) -> TextPreprocessing:
        """The same facts with the tokenizer's JSON text.

        Raises
        ------
        SourceError
            If it is another tokenizer.
        """
        if tokenizer_hash(text) != self.tokenizer_hash:
            raise SourceError(
                "The tokenizer.json of this source was changed since its facts were written. Copy "
                "the whole folder again."
            )
        return replace(self, tokenizer=text)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for the activation key."""
        return {key: getattr(self, key) for key in _FACTS}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TextPreprocessing:
        """Read what :meth:`to_dict` wrote; the tokenizer itself comes from elsewhere.

        Raises
        ------
        SourceError
            If a key is missing or unknown, or a value is not accepted.
        """
        try:
            return cls(**plain)
        except TypeError as error:
            raise SourceError(
                f"The preprocessing of a source cannot be understood: {error}. Accepted keys: "
                f"{', '.join(_FACTS)}. Take it from an unchanged manifest."
            ) from error


_FACTS = tuple(one.name for one in fields(TextPreprocessing) if one.name != "tokenizer")


def tokenizer_hash(text: str) -> str:
    """SHA-256 of a tokenizer's JSON text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=4)
def _loaded(text: str, most_tokens: int) -> Tokenizer:
    """Without padding: rows are filled up where they are put together."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    return tokenizer


def _wrong(what: str, value: object, accepted: str) -> SourceError:
    return SourceError(
        f"The {what} of a source's preprocessing is {value!r}; accepted: {accepted}. "
        "Correct the source's facts."
    )
