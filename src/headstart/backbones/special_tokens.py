"""What a tokenizer has beside words: the token that hides one, and marks that are no words."""

from __future__ import annotations

import json
from dataclasses import dataclass

from headstart.backbones.text_preprocessing import TextPreprocessing
from headstart.errors import SourceError

#: What tokenizers call the token that stands where a word is hidden.
_MASKS = ("[MASK]", "<mask>")


@dataclass(frozen=True)
class SpecialTokens:
    """Numbers of tokens.

    Parameters
    ----------
    mask_id : int
        Stands where a word is hidden.
    special : tuple of int
        Those that are no part of a text, the mask included.
    n_tokens : int
        All that the tokenizer knows.
    """

    mask_id: int
    special: tuple[int, ...]
    n_tokens: int


def special_tokens(facts: TextPreprocessing, name: str) -> SpecialTokens:
    """What hiding words needs to know.

    Parameters
    ----------
    facts : TextPreprocessing
        With its tokenizer.
    name : str
        The source's, for the message.

    Raises
    ------
    SourceError
        If the tokenizer cannot hide words.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(facts.tokenizer)
    added = json.loads(facts.tokenizer).get("added_tokens") or []
    special = tuple(sorted(one["id"] for one in added if one.get("special")))
    masks = (tokenizer.token_to_id(mask) for mask in _MASKS)
    mask_id = next((one for one in masks if one is not None), None)
    if mask_id is None:
        raise SourceError(
            f"The tokenizer of source {name!r} has no token that hides a word; accepted: one with "
            f"{' or '.join(_MASKS)}, such as that of bundled/minilm-l6. Choose another source, or "
            "none, to learn word vectors."
        )
    return SpecialTokens(mask_id, (*special, mask_id), tokenizer.get_vocab_size())
