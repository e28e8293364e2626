"""Folders of text encoders: what is read of them, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.tiny_encoders import KINDS, make_encoder

from headstart.backbones.catalogue import find_source, load_backbone, load_network
from headstart.backbones.source import Source, with_tokenizer
from headstart.errors import SourceError
from headstart.fitting.source_modality import check_modality


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return Path(make_encoder(tmp_path_factory.mktemp("made") / "bert"))


@pytest.fixture
def folder(made, tmp_path):
    """A copy that may be damaged."""
    return Path(shutil.copytree(made, tmp_path / "encoder"))


def change(folder, name, **fields):
    path = folder / name
    plain = json.loads(path.read_text()) if path.is_file() else {}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**plain, **fields}))


def facts_of(folder):
    return load_network(f"transformers/{folder}")[1].preprocessing


def test_the_facts_are_those_of_the_files(folder):
    told = find_source(f"transformers/{folder}")
    assert told["modality"] == "text"
    assert told["architecture"] == "bert"
    facts = facts_of(folder)
    assert (facts.most_tokens, facts.pooling, facts.pad_id, facts.unknown_id) == (62, "mean", 0, 1)
    assert told["preprocessing"] == facts.to_dict()


def test_sentence_transformers_own_files_are_read(folder):
    change(folder, "1_Pooling/config.json", pooling_mode_cls_token=True)
    change(folder, "sentence_bert_config.json", max_seq_length=24)
    facts = facts_of(folder)
    assert (facts.pooling, facts.most_tokens) == ("cls", 24)


def test_a_length_that_nobody_means_is_left_aside(folder):
    change(folder, "tokenizer_config.json", model_max_length=10**30)
    assert facts_of(folder).most_tokens == 64


def test_a_folder_without_a_tokenizer_is_refused(folder):
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(SourceError, match=r"has no tokenizer that can be read.*tokenizer\.json"):
        load_network(f"transformers/{folder}")


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(SourceError, match=r"config\.json.*Accepted: a folder that transformers"):
        load_network(f"transformers/{tmp_path}")


def test_weights_that_do_not_fit_are_refused(folder, tmp_path):
    other = Path(make_encoder(tmp_path / "other", layers=1))
    shutil.copy(other / "model.safetensors", folder)
    with pytest.raises(SourceError, match=str(folder)):
        load_network(f"transformers/{folder}")
    (folder / "model.safetensors").unlink()
    with pytest.raises(SourceError, match=r"model\.safetensors"):
        load_network(f"transformers/{folder}")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("gpt2", {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 100}),
        ("t5", {"d_model": 32, "d_kv": 8, "num_layers": 2, "num_heads": 4, "vocab_size": 100}),
        (
            "albert",
            {
                "hidden_size": 32,
                "embedding_size": 16,
                "num_hidden_layers": 2,
                "num_attention_heads": 4,
                "intermediate_size": 64,
                "vocab_size": 100,
            },
        ),
        ("nothing-like-it", {}),
    ],
)
def test_what_is_no_encoder_in_the_manner_of_bert_is_refused(folder, kind, fields):
    (folder / "config.json").write_text(json.dumps({"model_type": kind, **fields}))
    with pytest.raises(SourceError, match=r"cannot be (cut into stages|built by transformers)"):
        load_backbone(f"transformers/{folder}", init="random")


def test_a_changed_tokenizer_is_refused(folder):
    source = load_network(f"transformers/{folder}")[1]
    plain = Source.from_dict(source.to_dict())
    with pytest.raises(SourceError, match=r"tokenizer of this source is not at hand"):
        plain.preprocessing.tokens("good")
    whole = with_tokenizer(plain, folder)
    assert (whole.preprocessing.tokens("good") == source.preprocessing.tokens("good")).all()
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + " ")
    with pytest.raises(SourceError, match=r"tokenizer\.json of this source was changed"):
        with_tokenizer(plain, folder)


@pytest.mark.parametrize(
    ("variant", "match"),
    [
        ("@63", r"asked to read 63 tokens; accepted: 8 to 62"),
        ("@max", r"is 'max'; accepted: .*mean or cls"),
        ("@4", r"is '4'; accepted"),
    ],
)
def test_variants_that_there_are_not(folder, variant, match):
    with pytest.raises(SourceError, match=match):
        load_network(f"transformers/{folder}{variant}")


def test_pictures_are_not_pooled_by_name():
    with pytest.raises(SourceError, match=r"reads pictures, so its variant is a number of pixels"):
        load_network("bundled/efficientnet-lite0@cls", init="random")


def test_a_source_for_other_samples_is_refused(folder):
    source = load_network(f"transformers/{folder}")[1]
    check_modality(source, "text")
    with pytest.raises(SourceError, match=r"kind 'text', but these are of kind 'image'.*bundled/e"):
        check_modality(source, "image")


@pytest.mark.parametrize("kind", KINDS)
def test_old_names_of_norms_and_heads_are_understood(tmp_path, kind):
    """Files of models with a head name the encoder's tensors behind a prefix."""
    from safetensors.torch import load_file, save_file

    folder = Path(make_encoder(tmp_path, kind))
    before = load_network(f"transformers/{folder}")[1].weights_hash
    tensors = load_file(folder / "model.safetensors")
    old = {
        f"{kind}.{name}".replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): one
        for name, one in tensors.items()
    }
    save_file(old, folder / "model.safetensors")
    assert load_network(f"transformers/{folder}")[1].weights_hash == before
