"""Weights that earlier downloads left behind are found by their files."""

from __future__ import annotations

import pytest

from headstart.backbones.at_hand import sources_at_hand

BUNDLED = "bundled/efficientnet-lite0"


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def test_on_a_fresh_machine_there_is_the_bundled_one():
    assert sources_at_hand() == (BUNDLED,)


def test_files_of_torchvision_are_known_by_name(tmp_path):
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "resnet18-f37072fd.pth").touch()
    (folder / "something-else.pth").touch()
    assert sources_at_hand() == (BUNDLED, "torchvision/resnet18")


def test_folders_of_the_hub_are_known_by_name(tmp_path):
    weights = tmp_path / "hub" / "models--timm--resnet10t.c3_in1k" / "snapshots" / "abc"
    weights.mkdir(parents=True)
    assert sources_at_hand() == (BUNDLED,)  # a download that never ended
    (weights / "model.safetensors").touch()
    assert sources_at_hand() == (BUNDLED, "timm/resnet10t.c3_in1k")
