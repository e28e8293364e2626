"""Folders as ``save_pretrained`` writes them, of text encoders small enough for tests."""

from __future__ import annotations

import json
from pathlib import Path

SENTENCES = (
    "the play was good and the actors were better",
    "a bad film with a long and boring end",
    "what a happy song about the sea and the sun",
    "nobody liked the cold soup in that house",
)
#: Tokens that every tokenizer here begins with: their numbers are those of the configurations.
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SIZE, LAYERS, POSITIONS = 32, 3, 64
KINDS = ("bert", "distilbert", "electra", "roberta")


def make_encoder(folder, kind="bert", seed=0, layers=LAYERS):
    """Write configuration, tokenizer and random weights; the folder as a string."""
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = _byte_pairs() if kind == "roberta" else _word_pieces()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModel.from_config(configuration(kind, tokenizer.get_vocab_size(), layers))
        for parameter in model.parameters():  # norms of ones and zeros would hide a lost layer
            if parameter.min() == parameter.max():
                parameter.data += torch.randn_like(parameter) * 0.1
            elif parameter.ndim == 2:
                parameter.data *= 4.0  # of a scale at which texts differ
    model.save_pretrained(folder)
    told = {"model_max_length": POSITIONS - 2}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    return str(folder)


def configuration(kind, n_tokens, layers=LAYERS):
    from transformers import BertConfig, DistilBertConfig, ElectraConfig, RobertaConfig

    shape = {"vocab_size": n_tokens, "max_position_embeddings": POSITIONS, "pad_token_id": 0}
    usual = {
        "hidden_size": SIZE,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "intermediate_size": 2 * SIZE,
        **shape,
    }
    makers = {
        "bert": lambda: BertConfig(**usual),
        "roberta": lambda: RobertaConfig(**{**usual, "bos_token_id": 2, "eos_token_id": 3}),
        "electra": lambda: ElectraConfig(**usual, embedding_size=SIZE // 2),
        "distilbert": lambda: DistilBertConfig(
            dim=SIZE, n_layers=layers, n_heads=4, hidden_dim=2 * SIZE, **shape
        ),
    }
    return makers[kind]()


def _word_pieces():
    """Every small letter, and the words of the sentences."""
    from string import ascii_lowercase, digits

    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    signs = ascii_lowercase + digits
    words = sorted({*signs, ",", ".", *(f"##{one}" for one in signs), *" ".join(SENTENCES).split()})
    known = {token: place for place, token in enumerate([*SPECIAL, *words])}
    tokenizer = Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _framed(tokenizer)


def _byte_pairs():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return _framed(tokenizer)


def _framed(tokenizer):
    from tokenizers.processors import TemplateProcessing

    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


GOOD = ("good", "great", "lovely", "happy", "wonderful", "fine")
BAD = ("bad", "awful", "boring", "sad", "terrible", "poor")
PLACES = ("film", "play", "soup", "house", "song", "sea", "actor", "story")


def reviews(count=48, seed=0):
    """Made-up sentences of different lengths, and whether they praise."""
    import numpy as np

    random = np.random.default_rng(seed)
    texts, labels = [], []
    for number in range(count):
        words = GOOD if number % 2 else BAD
        more = " ".join(random.choice(PLACES, random.integers(0, 12)))
        texts.append(
            f"the {random.choice(PLACES)} was {random.choice(words)} and "
            f"{random.choice(words)} , number {number} {more}".strip()
        )
        labels.append("praise" if number % 2 else "blame")
    return texts, labels


def write_reviews(path, count=48, seed=0):
    """A table of them."""
    import csv

    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(zip(*reviews(count, seed), strict=True))
    return path
