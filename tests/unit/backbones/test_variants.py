"""``NAME@SIZE``: another size of pictures, carried by the name."""

from __future__ import annotations

import pytest

from headstart.backbones import find_source, load_backbone
from headstart.backbones.variants import split_variant, with_canvas, with_size
from headstart.errors import SourceError


def test_a_source_at_another_size_is_cut_and_described_at_that_size(tiny_provider):
    own, other = load_backbone("tiny/net", init="random"), load_backbone("tiny/net@24")
    assert own.source.preprocessing.size == (16, 16)
    assert other.source.preprocessing.size == (24, 24)
    assert other.source.name == "tiny/net@24"
    assert other.stage_names == own.stage_names
    assert other.stages[0].flops == pytest.approx(own.stages[0].flops * (11 / 7) ** 2, rel=0.01)


def test_all_else_of_the_preprocessing_stays(tiny_provider):
    own, other = (load_backbone(f"tiny/net{end}").source.preprocessing for end in ("", "@24"))
    assert {**other.to_dict(), "size": [16, 16]} == own.to_dict()


def test_facts_without_a_network_have_the_size():
    facts = find_source("bundled/efficientnet-lite0@96")
    assert facts["name"] == "bundled/efficientnet-lite0@96"
    assert facts["preprocessing"]["size"] == [96, 96]


@pytest.mark.parametrize("size", ["", "x", "7", "-64", "64@32", "6.4"])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(
        SourceError, match=rf"size in the source 'tiny/net@{size}' is '{size}'; acc"
    ):
        split_variant(f"tiny/net@{size}")


def test_a_size_that_no_source_can_have():
    with pytest.raises(SourceError, match=r"'tiny/net@4' is '4'; .* at least 8"):
        with_size("tiny/net", 4)


def test_a_network_of_one_size_says_so():
    with pytest.raises(SourceError, match="cannot be measured on pictures of 64x64 pixels"):
        load_backbone("timm/vit_tiny_patch16_224@64", init="random")


def test_a_source_reads_whole_pictures_on_a_canvas(tiny_provider):
    own = load_backbone("tiny/net").source.preprocessing
    backbone = load_backbone("tiny/net@24x40")
    facts = backbone.source.preprocessing
    assert backbone.source.name == "tiny/net@24x40"
    assert (facts.size, facts.whole, facts.crop_fraction) == ((24, 40), True, 1.0)
    assert (facts.mean, facts.std, facts.interpolation) == (own.mean, own.std, own.interpolation)
    assert backbone.stages[0].flops > load_backbone("tiny/net@24").stages[0].flops


def test_facts_without_a_network_have_the_canvas():
    facts = find_source("bundled/efficientnet-lite0@96x128")["preprocessing"]
    assert (facts["size"], facts["whole"]) == ([96, 128], True)


def test_a_canvas_is_read_off_the_name():
    assert with_canvas("tiny/net", (96, 128)) == "tiny/net@96x128"
    assert split_variant("tiny/net@96x128") == ("tiny/net", "96x128")


@pytest.mark.parametrize("size", ["64x", "x64", "64x7", "64x64x64", "64X64", "6.4x64", "64x-64"])
def test_what_is_no_canvas_is_refused(size):
    with pytest.raises(SourceError, match=rf"size in the source 'tiny/net@{size}' is '{size}'"):
        split_variant(f"tiny/net@{size}")


def test_texts_have_no_canvas():
    with pytest.raises(SourceError, match=r"asked to read 64x64 tokens; accepted: 8 to"):
        load_backbone("bundled/minilm-l6@64x64")
