"""The converted network says what torch says, whichever samples run beside one."""

import gc
import json
import shutil
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from headstart.activations.conversion import FACTS
from headstart.activations.converted import convert, read_converted
from headstart.activations.encoding import stream
from headstart.activations.openvino_engine import OpenVinoEncoder, best_precision
from headstart.activations.openvino_model import MODEL, WEIGHTS
from headstart.backbones.stages import PooledBackbone
from headstart.errors import CacheError, SourceError


class Noise:
    """A picture of random pixels."""

    def __init__(self, seed):
        self.name = f"noise {seed}"
        self.fingerprint = bytes([seed] * 16)
        self.image = Image.fromarray(
            np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)
        )

    def open(self, at_least=None):
        return self.image


def vectors_of(encoder, items):
    found = {}
    stream(items, [[encoder]] * len(items), lambda row, _, vector: found.update({row: vector}))
    return np.stack([found[row] for row in range(len(items))])


@pytest.fixture(scope="module")
def items():
    return [Noise(seed) for seed in range(9)]


@pytest.fixture
def copied(tiny_converted, tmp_path):
    shutil.copytree(tiny_converted.folder, tmp_path / "copy")
    return read_converted(tmp_path / "copy")


def test_vectors_equal_those_of_torch(tiny_backbone, tiny_converted, items):
    facts = tiny_backbone.source.preprocessing
    pixels = torch.from_numpy(np.stack([facts.pixels(item.image) for item in items]))
    with torch.inference_mode():
        expected = torch.cat(PooledBackbone(tiny_backbone)(facts.normalise(pixels)), dim=1)
    encoder = OpenVinoEncoder(tiny_converted, "f32")
    vectors = vectors_of(encoder, items)
    np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-4)
    assert vectors.shape == (len(items), sum(encoder.sizes))
    assert vectors.dtype == np.float32
    assert vectors.std(axis=0).max() > 1e-2  # equal vectors of a dead network would say nothing


@pytest.mark.parametrize("precision", ["f32", best_precision()])
def test_a_vector_does_not_depend_on_its_company(tiny_converted, items, precision):
    encoder = OpenVinoEncoder(tiny_converted, precision)
    together = vectors_of(encoder, items)
    np.testing.assert_array_equal(vectors_of(encoder, items[::-1]), together[::-1])
    alone = [vectors_of(OpenVinoEncoder(tiny_converted, precision), [item])[0] for item in items]
    np.testing.assert_array_equal(np.stack(alone), together)


def test_a_compiled_network_is_freed_with_its_encoder(tiny_converted, items):
    """A queue that knew its holder would keep both for ever: each fit would leave its network."""
    encoder = OpenVinoEncoder(tiny_converted, "f32")
    vectors_of(encoder, items)
    requests = weakref.ref(encoder._requests)
    del encoder
    gc.collect()
    assert requests() is None


def test_the_key_names_all_that_vectors_depend_on(tiny_converted):
    encoder = OpenVinoEncoder(tiny_converted, "f32")
    others = [
        OpenVinoEncoder(tiny_converted, "bf16"),
        OpenVinoEncoder(replace(tiny_converted, constants="others")),
        *(
            OpenVinoEncoder(replace(tiny_converted, source=source), "f32")
            for source in (
                replace(tiny_converted.source, architecture="other"),
                replace(
                    tiny_converted.source,
                    preprocessing=replace(tiny_converted.source.preprocessing, crop_fraction=1.0),
                ),
            )
        ),
    ]
    digests = {encoder.key.digest, *(other.key.digest for other in others)}
    assert len(digests) == 1 + len(others)
    renamed = replace(tiny_converted, source=replace(tiny_converted.source, name="elsewhere/net"))
    assert OpenVinoEncoder(renamed, "f32").key.digest == encoder.key.digest


def test_facts_survive_writing(tiny_backbone, tiny_converted):
    again = read_converted(tiny_converted.folder)
    assert again == tiny_converted
    assert again.source == tiny_backbone.source
    assert [stage.name for stage in again.stages] == list(tiny_backbone.stage_names)
    for fact, stage in zip(again.stages, tiny_backbone.stages, strict=True):
        assert fact.state_shape == stage.state_shape
        assert (fact.feature_size, fact.flops) == (stage.feature_size, stage.flops)
    assert again.sizes[WEIGHTS] == (again.folder / WEIGHTS).stat().st_size > 0


def test_the_same_numbers_have_the_same_hash(tiny_backbone, tiny_converted, tmp_path):
    assert convert(tiny_backbone, tmp_path / "again").constants == tiny_converted.constants


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


@pytest.mark.parametrize("name", [MODEL, WEIGHTS, FACTS])
@pytest.mark.parametrize("damage", [cut, Path.unlink])
def test_a_damaged_folder_is_noticed(copied, name, damage):
    damage(copied.folder / name)
    with pytest.raises(CacheError, match=r"cannot be read: .*made again when it is needed"):
        read_converted(copied.folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.pop("source"),
        lambda facts: facts["source"].pop("architecture"),
        lambda facts: facts["source"].update(preprocessing=None),
        lambda facts: facts.update(stages=[{"name": "x"}]),
        lambda facts: facts.update(stages=[3]),
        lambda facts: facts.pop("sizes"),
        lambda facts: facts.update(sizes=[]),
    ],
)
def test_facts_that_say_too_little_are_noticed(copied, change):
    facts = json.loads((copied.folder / FACTS).read_bytes())
    change(facts)
    (copied.folder / FACTS).write_text(json.dumps(facts))
    with pytest.raises(CacheError, match="cannot be read"):
        read_converted(copied.folder)


def test_a_disk_that_fills_up_leaves_nothing(tiny_backbone, tmp_path, monkeypatch):
    import openvino

    def half(model, path, **_):
        path.write_bytes(b"half")
        raise RuntimeError("basic_ios::clear: iostream error")

    monkeypatch.setattr(openvino, "save_model", half)
    with pytest.raises(CacheError, match=r"iostream error.*headstart cache --clear"):
        convert(tiny_backbone, tmp_path / "converted")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_openvino_cannot_take_is_told(tiny_backbone, tmp_path, monkeypatch):
    def refuse(*arguments):
        raise NotImplementedError("no such operation.")

    monkeypatch.setattr("headstart.activations.conversion.to_openvino", refuse)
    with pytest.raises(SourceError, match=r"'tiny/net' cannot be converted.*no such operation"):
        convert(tiny_backbone, tmp_path / "converted")
