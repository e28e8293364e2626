"""Folders for timm and transformers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from headstart import load
from headstart.errors import RunError
from headstart.runs.export import export_run, timm_form

SENTENCES = ["the play was good and the actors were better", "soup", "a bad film"]


def test_plain_timm_loads_the_folder(run_of, pictures, tmp_path):
    import timm
    import torch

    run = run_of("timm/test_efficientnet@32", own_weights=True, tested=tuple(map(str, pictures)))
    done = export_run(run, "huggingface", tmp_path / "out")
    assert done.comparison.kind == "test inputs of the run"
    model = timm.create_model(f"local-dir:{tmp_path / 'out'}", pretrained=True).eval()
    facts = load(run).backbone.source.preprocessing
    pixels = np.stack([facts.pixels(Image.open(path)) for path in pictures])
    with torch.inference_mode():
        found = model(facts.normalise(torch.from_numpy(pixels))).softmax(1).numpy()
    expected = load(run).predict_proba(pictures)
    assert np.ptp(expected, axis=0).max() > 1e-3
    assert np.allclose(found, expected, atol=1e-5)
    assert model.pretrained_cfg["label_names"] == ["ant", "bee", "cat | dog"]
    assert list(timm.data.resolve_model_data_config(model)["input_size"]) == [3, 32, 32]


def test_a_transformer_of_one_size(run_of, tmp_path):
    import timm

    export_run(run_of("timm/test_vit", own_weights=True), "huggingface", tmp_path / "out")
    model = timm.create_model(f"local-dir:{tmp_path / 'out'}", pretrained=True)
    assert model.patch_embed.img_size == (160, 160)


def test_a_number_from_timm(run_of, tmp_path):
    run = run_of("timm/test_efficientnet@32", own_weights=True, numbers=True)
    export_run(run, "huggingface", tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_bytes())
    assert (config["num_classes"], "label_names" in config) == (1, False)


def test_a_head_on_other_stages_is_no_classifier_of_timm(run_of, tmp_path):
    run = run_of("timm/test_efficientnet@32", stages=(0, -1))
    with pytest.raises(RunError, match=r"its head reads the stages .*, and a classifier of"):
        export_run(run, "huggingface", tmp_path / "out")


def test_a_classifier_that_reads_something_else(run_of, tmp_path, monkeypatch):
    run = run_of("timm/test_convnext@32", own_weights=True)
    monkeypatch.setattr(timm_form, "_alike", lambda mine, theirs: False)
    with pytest.raises(RunError, match="its head reads the mean of the last stage, and the class"):
        export_run(run, "huggingface", tmp_path / "out")


def test_a_classifier_that_is_no_linear_layer(run_of, tmp_path, monkeypatch):
    import torch
    from timm.models.convnext import ConvNeXt

    run = run_of("timm/test_convnext@32")
    monkeypatch.setattr(ConvNeXt, "get_classifier", lambda self: torch.nn.Identity())
    with pytest.raises(RunError, match="timm's classifier of it is no linear layer with a bias"):
        export_run(run, "huggingface", tmp_path / "out")


def test_a_network_that_neither_library_knows(run_of, tmp_path):
    with pytest.raises(RunError, match="neither timm nor transformers knows the network of 'tiny"):
        export_run(run_of(), "huggingface", tmp_path / "out")


@pytest.mark.parametrize("stages", [(-1,), (0, 2)])
def test_plain_transformers_loads_the_folder(run_of, encoder, tmp_path, stages):
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    run = run_of(encoder, stages)
    export_run(run, "huggingface", tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    model = AutoModel.from_pretrained(tmp_path / "out").eval()
    head = load_file(tmp_path / "out" / "head.safetensors")
    facts = json.loads((tmp_path / "out" / "head.json").read_bytes())
    batch = tokenizer(SENTENCES, return_tensors="pt", padding=True, truncation=True)
    with torch.inference_mode():
        states = model(**batch, output_hidden_states=True).hidden_states
    mask = batch["attention_mask"][:, :, None]
    pooled = [(states[place] * mask).sum(1) / mask.sum(1) for place in facts["hidden_states"]]
    found = (torch.cat(pooled, 1) @ head["weight"].T + head["bias"]).softmax(1).numpy()
    expected = load(run).predict_proba(SENTENCES)
    assert np.ptp(expected, axis=0).max() > 1e-3
    assert np.allclose(found, expected, atol=1e-5)
