"""Looking at whole pictures with a converted network: each at its own size, whoever asks."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import nn

from headstart.activations.conversion import FACTS
from headstart.activations.converted_places import (
    ConvertedPlaces,
    convert_places,
    read_converted_places,
)
from headstart.activations.openvino_engine import Requests
from headstart.activations.place_engine import PlaceEngine
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.items import FileItem, PictureItem
from headstart.errors import CacheError, SourceError
from headstart.progress import silent

CANVAS = (32, 48)
FILL = (128, 102, 76)


class Means(nn.Module):
    """Of all pixels a channel, and of the middle."""

    def forward(self, pixels):
        x = pixels.float()
        return torch.cat([x.mean(dim=(1, 2)), x[:, 16, 24]], dim=1)


def facts_for(folder):
    facts = Preprocessing(CANVAS, 1.0, "bilinear", (0.5, 0.4, 0.3), (0.5,) * 3, whole=True)
    source = Source("x/net@32x48", "image", "net", facts, "MIT", "random-0", 5, None, "test")
    return ConvertedPlaces(folder, source, (32,), ((3,), (1, 3)), "", {"width": 32})


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("converted") / "means"
    return convert_places(Means(), facts_for(folder), {"head/x": torch.ones(2)})


def answers_of(engine, items):
    found = {}

    def receive(row, outputs, placement):
        assert row not in found
        found[row] = (outputs, placement)

    return found, engine.run(items, receive)


def pictures(sizes):
    images = [Image.new("RGB", size, (250, 5 * at, 9)) for at, size in enumerate(sizes)]
    return [PictureItem.of(image, str(at)) for at, image in enumerate(images)]


SIZES = [(96, 64), (1, 1), (3, 900), (700, 2), (48, 32), (640, 480)]


def test_each_picture_gets_its_outputs_and_its_place(network):
    found, failures = answers_of(PlaceEngine(network, "f32"), pictures(SIZES))
    assert failures == {}
    assert sorted(found) == [*range(len(SIZES))]
    for row, size in enumerate(SIZES):
        (means, middle), placement = found[row]
        assert placement.size == size
        assert (placement.canvas, placement.mirrored) == (CANVAS, False)
        assert (means.shape, middle.shape) == ((3,), (1, 3))
        assert means.dtype == np.float32
    middle = found[0][0][1][0]
    assert middle == pytest.approx([250, 0, 9], abs=1)
    means = found[1][0][0]  # a square in the middle of the canvas
    assert means == pytest.approx(np.array([250, 5, 9]) * 2 / 3 + np.array(FILL) / 3, abs=1)


@pytest.mark.parametrize("turn", [1, 8])
def test_a_large_photo_is_decoded_smaller_and_answered_at_its_own_size(network, tmp_path, turn):
    image = Image.new("RGB", (1601, 1203), (250, 0, 0))
    ImageDraw.Draw(image).rectangle((800, 0, 1601, 1203), fill=(0, 0, 250))
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "photo.jpg"
    image.save(path, exif=exif, quality=95)
    item = FileItem(str(path), fingerprint_bytes(path.read_bytes()))
    engine = PlaceEngine(network, "f32")
    assert item.open(engine.smallest_side).size != item.open().size
    ((means, _), placement) = answers_of(engine, [item])[0][0]
    upright = item.open()
    assert placement.size == upright.size == ((1601, 1203) if turn == 1 else (1203, 1601))
    expected = network.source.preprocessing.pixels(upright).mean(axis=(0, 1))
    assert means == pytest.approx(expected, abs=2)


def test_large_sizes_are_kept_to_the_pixel(network):
    engine = PlaceEngine(network, "f32")
    received = []
    engine.start(((99_991, 65_537), np.zeros((1, *CANVAS, 3), np.uint8)), received.append)
    engine.finish()
    assert received[0][:2].tolist() == [99_991, 65_537]
    assert engine.sizes == (len(received[0]),) == (8,)


def test_unreadable_pictures_are_named_and_the_others_answered(network, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    items = pictures(SIZES[:2])
    items.insert(1, FileItem(str(broken), b"0" * 16))
    found, failures = answers_of(PlaceEngine(network), items)
    assert sorted(found) == [0, 2]
    assert list(failures) == [1]
    assert failures[1]


def test_no_pictures_are_no_answers_and_nothing_is_compiled(network, tmp_path):
    gone = read_converted_places(shutil.copytree(network.folder, tmp_path / "gone"))
    shutil.rmtree(gone.folder)
    assert answers_of(PlaceEngine(gone), []) == ({}, {})


def test_threads_that_ask_at_once_each_get_their_answers(network, monkeypatch):
    compiled, before = [], Requests._compile

    def slowly(self):
        compiled.append(self)
        time.sleep(0.2)
        return before(self)

    monkeypatch.setattr(Requests, "_compile", slowly)
    engine = PlaceEngine(network, "f32")
    shares = [pictures(SIZES[at:] + SIZES[:at]) for at in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda items: answers_of(engine, items), shares))
    assert len(compiled) == 1
    for at, (found, failures) in enumerate(results):
        assert failures == {}
        assert [found[row][1].size for row in range(len(SIZES))] == SIZES[at:] + SIZES[:at]


def test_who_is_told_of_the_progress(network):
    told = []
    engine = PlaceEngine(network)
    engine.run(pictures(SIZES[:3]), lambda *_: None, lambda *one: told.append(one), "look")
    assert told == [("look", 1, 3), ("look", 2, 3), ("look", 3, 3)]
    assert silent("look", 1, 3) is None


def test_what_the_outputs_depend_on_is_in_the_key(network):
    keys = {repr(PlaceEngine(network, precision).key) for precision in ("f32", "bf16")}
    assert len(keys) == 2
    assert network.constants in next(iter(keys))


def test_a_converted_network_is_read_as_it_was_written(network):
    again = read_converted_places(network.folder)
    assert again.facts() == network.facts()
    assert again.canvas == CANVAS
    assert len(network.constants) == 64
    assert again.head == {"width": 32}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\xff"])
def test_facts_that_make_no_sense_are_refused(network, tmp_path, content):
    folder = shutil.copytree(network.folder, tmp_path / "copy")
    (folder / FACTS).write_bytes(content)
    with pytest.raises(CacheError, match=r"cannot be read: .*Make it again"):
        read_converted_places(folder)


def test_facts_of_a_text_source_are_refused(network, tmp_path):
    folder = shutil.copytree(network.folder, tmp_path / "copy")
    facts = json.loads((folder / FACTS).read_bytes())
    facts["source"]["modality"] = "smell"
    (folder / FACTS).write_text(json.dumps(facts))
    with pytest.raises(CacheError, match="cannot be read"):
        read_converted_places(folder)


def test_a_network_that_openvino_cannot_take_is_refused(tmp_path):
    class Odd(nn.Module):
        def forward(self, pixels):
            raise ValueError("not today")

    with pytest.raises(SourceError, match=r"'x/net@32x48' cannot be converted .*not today"):
        convert_places(Odd(), facts_for(tmp_path / "odd"), {})
    assert not (tmp_path / "odd").exists()


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match=r"cannot be written to .*HEADSTART_CACHE"):
        convert_places(Means(), facts_for(tmp_path / "file" / "below"), {})
