"""The packaged table of sources, and what follows from it."""

from __future__ import annotations

import pytest

from headstart.backbones.catalogue import DEFAULTS, list_sources
from headstart.backbones.recommended import (
    about_speed,
    candidates_within,
    expected_seconds,
    origin,
    recommendation,
    recommended,
)
from headstart.errors import InputError

BUNDLED = "bundled/efficientnet-lite0"


def test_every_source_is_in_the_catalogue():
    names = [one.name for one in recommended()]
    assert 15 <= len(names) == len(set(names)) <= 25
    assert set(names) <= set(list_sources())
    assert DEFAULTS["image"] in names  # accuracy on ImageNet says nothing of texts


def test_the_facts_are_plausible_and_have_an_origin():
    assert any("timm" in line for line in origin())
    assert "i7-12700H" in about_speed()
    for one in recommended():
        assert 50 < one.accuracy < 92, one.name
        assert 0.5 < one.parameters < 120, one.name
        assert one.images_per_second >= 5, one.name
        assert 224 <= one.size <= 256, one.name


def test_the_fastest_comes_first():
    speeds = [one.images_per_second for one in recommended()]
    assert speeds == sorted(speeds, reverse=True)


def test_no_recommended_timm_source_is_beaten_by_another():
    ours = [one for one in recommended() if one.name.startswith("timm/")]
    assert len(ours) > 5
    assert [one.accuracy for one in ours] == sorted(one.accuracy for one in ours)


def test_timm_still_states_these_sizes():
    from headstart.backbones.catalogue import find_source

    for one in recommended():
        assert find_source(one.name)["preprocessing"]["size"] == [one.size] * 2, one.name


def test_seconds_follow_from_the_ratio_of_the_speeds():
    slow, fast = recommendation("torchvision/resnet50"), recommendation(BUNDLED)
    ratio = fast.images_per_second / slow.images_per_second
    assert expected_seconds(slow.name, {BUNDLED: 0.01}) == pytest.approx(0.01 * ratio)
    assert expected_seconds(BUNDLED, {BUNDLED: 0.01}) == 0.01
    both = {BUNDLED: 0.01, slow.name: 0.04 * ratio}
    middle = expected_seconds("torchvision/resnet18", both)
    alone = expected_seconds("torchvision/resnet18", {BUNDLED: 0.01})
    assert middle == pytest.approx(2 * alone)


def test_without_facts_nothing_follows():
    assert expected_seconds("torchvision/alexnet", {BUNDLED: 0.01}) is None
    assert expected_seconds(BUNDLED, {"torchvision/alexnet": 0.01}) is None
    assert expected_seconds(BUNDLED, {}) is None
    assert candidates_within(1.0, {}) == ()
    assert recommendation("torchvision/alexnet") is None


def test_candidates_keep_to_the_time_and_the_most_accurate_comes_first():
    found = candidates_within(0.02, {BUNDLED: 0.01})
    assert BUNDLED in {one.name for one, _ in found}
    assert all(seconds <= 0.02 for _, seconds in found)
    accuracies = [one.accuracy for one, _ in found]
    assert accuracies == sorted(accuracies, reverse=True)
    assert len(found) < len(candidates_within(10.0, {BUNDLED: 0.01})) == len(recommended())


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_time_that_is_none_is_refused(seconds):
    with pytest.raises(InputError, match=r"must be above 0\. Got .* instead"):
        expected_seconds("torchvision/resnet18", {BUNDLED: seconds})
