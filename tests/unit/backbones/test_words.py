"""Word vectors as a source: the tokenizer, the network, and the run that holds them."""

from dataclasses import replace

import numpy as np
import pytest

from headstart.backbones import find_source, load_backbone
from headstart.backbones.catalogue import list_sources, load_network
from headstart.backbones.word_tokenizer import split_into_words, word_facts
from headstart.errors import SourceError

TEXTS = ["A slow, SLOW film.", "Don't miss it!", "好看的 film", "naïve café", "...", ""]


def test_texts_are_split_at_spaces_and_signs():
    assert split_into_words(TEXTS) == [
        ["a", "slow", "slow", "film"],
        ["don", "t", "miss", "it"],
        ["好", "看", "的", "film"],
        ["naïve", "café"],
        [],
        [],
    ]


def test_the_tokenizer_splits_as_the_vectors_were_learned():
    words = sorted({word for text in split_into_words(TEXTS) for word in text})
    facts = word_facts(words)
    for text, split in zip(TEXTS[:4], split_into_words(TEXTS), strict=False):
        assert [words[number - 2] for number in facts.tokens(text)] == split


@pytest.mark.parametrize("text", ["", "...", " \u200b ", "unheard of"])
def test_a_text_without_known_words_has_the_unknown_one(text):
    facts = word_facts(["film"])
    assert set(facts.tokens(text).tolist()) == {facts.unknown_id}


def test_the_whole_network_and_its_stage_agree():
    import torch

    backbone = load_backbone("words/9x8", init="random", seed=3)
    network, source = load_network("words/9x8", init="random", seed=3)
    rows = torch.tensor([[2, 3, 4], [5, -1, -1], [1, -1, -1]])
    assert backbone.stage_names == ("words",)
    assert backbone(rows).shape == (3, 8)
    assert torch.allclose(backbone(rows), network(rows))
    assert torch.allclose(backbone(rows)[1], network.words.weight[5])
    assert (source.weights_hash, source.n_classes) == ("random-3", 0)


def test_random_vectors_depend_on_the_seed_alone():
    first, again, other = (load_network("words/9x8", init="random", seed=s)[0] for s in (1, 1, 2))
    assert first.words.weight.equal(again.words.weight)
    assert not first.words.weight.equal(other.words.weight)


def test_it_is_described_but_not_listed():
    assert find_source("words/9x8")["architecture"] == "word vectors"
    assert not [name for name in list_sources() if name.startswith("words/")]


@pytest.mark.parametrize(
    ("name", "init", "message"),
    [
        ("words/9x8", "pretrained", "has no weights of its own. Accepted: the run that 'headstart"),
        ("words/9", "random", "is not understood; accepted: the number of words and the size"),
    ],
)
def test_what_is_no_source(name, init, message):
    with pytest.raises(SourceError, match=message):
        load_network(name, init=init)


def test_openvino_computes_the_same(tmp_path):
    import torch

    from headstart.activations.converted import convert
    from headstart.activations.text_engine import OpenVinoTextEncoder

    backbone = load_backbone("words/4x8", init="random")
    source = replace(backbone.source, preprocessing=word_facts(["slow", "film"]))
    backbone.source = source
    encoder = OpenVinoTextEncoder(convert(backbone, tmp_path / "words"), "f32")
    found = {}
    texts = ["Slow film", "film", "???"]
    for place, text in enumerate(texts):
        encoder.start(encoder.prepare(text), lambda row, place=place: found.update({place: row}))
    encoder.finish()
    for place, text in enumerate(texts):
        expected = backbone(torch.from_numpy(source.preprocessing.tokens(text))[None])[0]
        assert np.allclose(found[place], expected.numpy(), atol=1e-6)
