import subprocess
import sys

import pytest
import torch

from headstart.backbones import default_source, find_source, list_sources, load_backbone
from headstart.errors import InputError, SourceError


def test_importing_the_package_imports_nothing_heavy():
    heavy = "{'torch', 'timm', 'torchvision', 'PIL', 'openvino'}"
    code = f"import sys, headstart.backbones; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_unknown_source_is_told_what_comes_close():
    with pytest.raises(SourceError, match="is unknown") as caught:
        find_source("timm/resnet8")
    assert str(caught.value) == (
        "Source 'timm/resnet8' is unknown. Close matches: resnet18, resnet18d, skresnet18. "
        "See: headstart sources --search resnet"
    )


def test_an_unknown_source_that_nothing_is_close_to(tiny_provider):
    with pytest.raises(SourceError, match=r"'tiny/zzz' is unknown\. Close matches: none\. See"):
        find_source("tiny/zzz")


def test_a_bare_name_is_told_its_providers():
    message = (
        "Source 'resnet18' is named without its provider. "
        "Accepted: torchvision/resnet18, timm/resnet18. See: headstart sources --search resnet"
    )
    with pytest.raises(SourceError, match=message):
        load_backbone("resnet18")


def test_an_unknown_bare_name(tiny_provider):
    with pytest.raises(SourceError, match=r"'nett' is unknown\. Close matches: .*net"):
        find_source("nett")


def test_an_unknown_provider(tiny_provider):
    with pytest.raises(SourceError, match=r"no provider 'hub'\. Providers: bundled, .*tiny"):
        find_source("hub/net")


def test_the_default_is_listed():
    assert default_source("image") in list_sources("EFFICIENTNET-LITE0")


def test_a_modality_without_source():
    with pytest.raises(SourceError, match="modality 'embedding'; accepted: image"):
        default_source("embedding")


def test_a_registered_provider_takes_part(tiny_provider):
    assert list_sources("tiny/") == ["tiny/net", "tiny/nest"]
    assert find_source("tiny/net") == {"name": "tiny/net"}


def test_random_weights_follow_the_seed_and_leave_other_random_numbers_alone(tiny_provider):
    before = torch.get_rng_state()
    first, again, other = (load_backbone("tiny/net", init="random", seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    images = torch.ones(3, 3, 16, 16)
    assert torch.equal(first(images), again(images))
    assert not torch.equal(first(images), other(images))


def test_an_unknown_init(tiny_provider):
    with pytest.raises(InputError, match="init of source 'tiny/net' is 'zero'; accepted: pre"):
        load_backbone("tiny/net", init="zero")


def test_random_weights_from_a_file_contradict_each_other(tiny_provider):
    with pytest.raises(InputError, match=r"random weights and with the weights of 'x\.pth'"):
        load_backbone("tiny/net", weights="x.pth", init="random")
