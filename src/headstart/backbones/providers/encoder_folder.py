"""A folder as transformers writes it: configuration, tokenizer and weights of a text encoder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.backbones.providers.seeding import seeded
from headstart.backbones.providers.weights_file import hash_of, load_strictly, read_weights
from headstart.backbones.source import TOKENIZER, Source
from headstart.backbones.text_preprocessing import TextPreprocessing, tokenizer_hash
from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import nn

CONFIG, WEIGHTS = "config.json", "model.safetensors"
#: What sentence-transformers adds: how tokens are pooled, and how much of a text is read.
POOLING, SENTENCE = "1_Pooling/config.json", "sentence_bert_config.json"
#: What tokenizers were kept in before there was one file.
_WORD_LISTS = ("vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model")
#: Read of a text where the folder does not say.
_MOST_TOKENS = 512
_LONGEST = 100_000


def describe_folder(folder: Path, name: str, licence: str, origin: str) -> dict[str, Any]:
    """Facts of the encoder in a folder, without its network.

    Parameters
    ----------
    folder : Path
        With :data:`CONFIG` and :data:`TOKENIZER` at least.
    name : str
        Of the source.
    licence, origin : str
        In words.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.
    """
    config = _json(folder / CONFIG, name)
    return {
        "name": name,
        "modality": "text",
        "architecture": str(config.get("model_type", "not stated")),
        "licence": licence,
        "n_classes": 0,
        "preprocessing": preprocessing_of(folder, name).to_dict(),
        "origin": origin,
    }


def build_from_folder(
    folder: Path,
    name: str,
    licence: str,
    origin: str,
    weights: str | None = None,
    init: str = "pretrained",
    seed: int = 0,
) -> tuple[nn.Module, Source]:
    """Build the network of a folder, and its facts.

    ``weights`` is a file to use in place of the folder's own.

    Raises
    ------
    SourceError
        If the folder is not whole, holds no encoder, or the weights do not fit.
    """
    from headstart.backbones.text_network import TextNetwork, own_tensors

    facts = preprocessing_of(folder, name)
    model = _model(folder, name, seed, is_random=init == "random")
    weights_hash = f"random-{seed}"
    if init != "random":
        path = Path(weights) if weights is not None else folder / WEIGHTS
        load_strictly(model, own_tensors(model, read_weights(path)), name)
        weights_hash = hash_of(model.state_dict())
    told = {"random": "random weights", "pretrained": origin if weights is None else ""}[init]
    return TextNetwork(model, facts), Source(
        name=name,
        modality="text",
        architecture=str(model.config.model_type),
        preprocessing=facts,
        licence=licence if weights is None else "not stated",
        weights_hash=weights_hash,
        n_classes=0,
        classes=None,
        origin=told or f"file {Path(str(weights)).name}",
    )


def preprocessing_of(folder: Path, name: str) -> TextPreprocessing:
    """How a text becomes tokens, and tokens a vector.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.
    """
    config, text = _json(folder / CONFIG, name), _tokenizer(folder, name)
    from tokenizers import Tokenizer

    pad_id = config.get("pad_token_id")
    return TextPreprocessing(
        tokenizer_hash(text),
        _most_tokens(folder, config),
        "cls" if _optional(folder / POOLING).get("pooling_mode_cls_token") else "mean",
        0 if pad_id is None else int(pad_id),
        _unknown_id(json.loads(text), Tokenizer.from_str(text)),
        text,
    )


def _most_tokens(folder: Path, config: dict[str, Any]) -> int:
    """The smallest of what the network, the tokenizer and sentence-transformers allow."""
    positions = config.get("max_position_embeddings") or _MOST_TOKENS
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # their positions are counted from behind the padding's number
    told = _optional(folder / "tokenizer_config.json").get("model_max_length")
    usual = _optional(folder / SENTENCE).get("max_seq_length")
    known = [one for one in (positions, told, usual) if one and one < _LONGEST]
    return int(min([_MOST_TOKENS, *known]))


def _unknown_id(plain: dict[str, Any], tokenizer: Any) -> int | None:
    unknown = plain.get("model", {}).get("unk_token")
    return None if unknown is None else tokenizer.token_to_id(unknown)


def _tokenizer(folder: Path, name: str) -> str:
    """The fast tokenizer's JSON text; one is made from a word list where there is nothing else."""
    path = folder / TOKENIZER
    if path.is_file():
        return path.read_text("utf-8")
    if not any((folder / one).is_file() for one in _WORD_LISTS):  # transformers would make it up
        raise _no_tokenizer(name, "there is neither that file nor a word list.")
    try:
        with quiet_transformers():
            from transformers import AutoTokenizer

            made = AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
            return str(made.backend_tokenizer.to_str())
    except Exception as error:  # each kind of tokenizer has its own
        raise _no_tokenizer(name, str(error)) from error


def _no_tokenizer(name: str, reason: str) -> SourceError:
    return SourceError(
        f"Source {name!r} has no tokenizer that can be read: {reason} Accepted: a folder with "
        f"{TOKENIZER}, or with the word list of a known tokenizer. Save it again with "
        "AutoTokenizer.save_pretrained."
    )


def _model(folder: Path, name: str, seed: int, is_random: bool) -> Any:
    """The network with random weights, or with none where they are about to be replaced."""
    with quiet_transformers():
        from transformers import AutoConfig, AutoModel

        try:
            config = AutoConfig.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
            with seeded(seed), nullcontext() if is_random else _unset():
                model = AutoModel.from_config(config, trust_remote_code=False)
        except Exception as error:  # transformers raises whatever its models raise
            raise SourceError(
                f"The network of source {name!r} cannot be built by transformers: {error} "
                "Accepted: encoder models that need no code of their own. Choose another source."
            ) from error
    if hasattr(model, "pooler"):
        model.pooler = None
    return model.float()


def _unset() -> AbstractContextManager[None]:
    """Do not draw numbers that are about to be replaced."""
    from transformers.initialization import no_init_weights

    found: AbstractContextManager[None] = no_init_weights()
    return found


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers from showing bars and warnings of its own."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        logging.enable_progress_bar()


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(
            f"Source {name!r} cannot be read: {str(path)!r}: {reason}. Accepted: a folder that "
            f"transformers' save_pretrained wrote, with {CONFIG}, {TOKENIZER} and {WEIGHTS}."
        ) from error
    return plain if isinstance(plain, dict) else {}


def _optional(path: Path) -> dict[str, Any]:
    """What stands in a file that need not be there."""
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}
