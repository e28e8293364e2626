"""A source whose tokenizer does not know the texts is told."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.backbones.source import Source
from headstart.backbones.text_preprocessing import TextPreprocessing, tokenizer_hash
from headstart.backbones.word_tokenizer import word_facts
from headstart.data.dataset import Dataset
from headstart.data.texts import TextItem
from headstart.fitting.unknown_tokens import unknown_notes, unknown_share

ENGLISH = ["the film was good", "the sea was cold", "a good film"]
CHINESE = ["这部电影非常好看", "太难看了", "我很喜欢"]


def facts_of(*words, unknown=1):
    """Knows those words alone, and puts two tokens around each text."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    known = {one: place for place, one in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    text = tokenizer.to_str()
    return TextPreprocessing(tokenizer_hash(text), 32, unknown_id=unknown, tokenizer=text)


FACTS = facts_of("the", "film", "was", "good", "sea", "a", "cold")


def source_of(facts):
    return Source("test/net", "text", "net", facts, "MIT", "random-0", 0, None, "test")


def dataset_of(texts):
    items = [TextItem(f"row {row}", text, row.to_bytes(16)) for row, text in enumerate(texts)]
    return Dataset("text", items, labels=np.array(["a"] * len(texts), dtype=object))


def test_special_tokens_do_not_count():
    assert unknown_share(FACTS, ["the film nobody knew"]) == 0.5
    assert unknown_share(FACTS, ENGLISH) == 0.0
    assert unknown_share(FACTS, CHINESE) == 1.0
    assert unknown_share(FACTS, [""]) == unknown_share(FACTS, []) == 0.0


def test_words_alone_have_no_special_tokens():
    assert unknown_share(word_facts(["the", "film", "good"]), ["the good film nobody"]) == 0.25


def test_a_tokenizer_of_bytes_knows_everything():
    assert unknown_share(facts_of("the", unknown=None), CHINESE) == 0.0


def test_chinese_on_an_english_source_is_told_with_what_follows():
    (note,) = unknown_notes(source_of(FACTS), dataset_of([*CHINESE * 100, *ENGLISH]))
    assert note.startswith("test/net does not know 9")
    for part in ("% of what these texts", "transformers/bert-base-chinese", "TF-IDF of characters"):
        assert part in note


@pytest.mark.parametrize("texts", [ENGLISH, ["the film was good xylophone"], []])
def test_what_is_known_needs_no_word(texts):
    assert unknown_notes(source_of(FACTS), dataset_of(texts)) == ()


def test_only_texts_have_tokens():
    assert unknown_notes(None, dataset_of(CHINESE)) == ()
    embeddings = Dataset("embedding", vectors=np.zeros((2, 3)))
    assert unknown_notes(source_of(FACTS), embeddings) == ()


def test_the_bundled_source_is_for_english():
    from headstart.backbones.providers.encoder_folder import preprocessing_of
    from headstart.backbones.providers.minilm import packaged_folder

    facts = preprocessing_of(packaged_folder(), "bundled/minilm-l6")
    assert unknown_share(facts, ENGLISH) == 0.0
    assert unknown_share(facts, CHINESE) > 0.3
