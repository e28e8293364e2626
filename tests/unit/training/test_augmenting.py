"""Random views: what they keep, what they change, and what they depend on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from headstart.training.augmenting import DRAWS, Augmentation
from headstart.training.view_pairs import ViewPairs

GREY = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
#: Crops whole, not mirrored, neither coloured nor grey.
PLAIN = {0: 1.0, 1: 0.5, 4: 0.9, 9: 0.9, 10: 0.9}


def draws(n=1, **changed):
    """The middle of everything, but for what is named by its place: ``p4=0.1``."""
    numbers = np.full((n, DRAWS), 0.5)
    for place, value in {**PLAIN, **{int(key[1:]): one for key, one in changed.items()}}.items():
        numbers[:, place] = value
    return numbers


@pytest.fixture
def pictures():
    random = torch.Generator().manual_seed(0)
    return torch.randint(60, 190, (3, 3, 10, 10), generator=random).float()


def view(pictures, size=(10, 10), **changed):
    return Augmentation().views(pictures, draws(len(pictures), **changed), size).float()


def test_nothing_drawn_is_the_picture_itself(pictures):
    assert torch.equal(view(pictures), pictures)


def test_a_mirrored_view(pictures):
    assert torch.equal(view(pictures, p4=0.1), pictures.flip(3))


def test_a_crop_keeps_its_share_of_the_picture():
    ramp = torch.arange(20.0).expand(1, 3, 20, 20)
    small = view(ramp, (8, 8), p0=0.0, p2=0.0)
    large = view(ramp, (8, 8))
    side = 20 * np.sqrt(0.2)
    assert float(small.max()) == pytest.approx(side, abs=1.5)
    assert float(small.min()) <= 1
    assert float(large.max() - large.min()) == pytest.approx(18, abs=1)
    assert float(view(ramp, (8, 8), p0=0.0, p2=1.0).min()) == pytest.approx(20 - side, abs=1.5)


def test_brightness_scales(pictures):
    bright = view(pictures, p5=1.0, p9=0.1)
    assert torch.allclose(bright, (pictures * 1.4).clamp(max=255), atol=0.51)


def test_contrast_moves_away_from_the_mean(pictures):
    flat = view(pictures, p6=0.0, p9=0.1)
    middle = (pictures * GREY).sum(dim=1, keepdim=True).mean(dim=(2, 3), keepdim=True)
    assert torch.allclose(flat, 0.6 * pictures + 0.4 * middle, atol=0.51)


def test_hue_keeps_luma_and_greys(pictures):
    turned = view(pictures, p8=1.0, p9=0.1)
    assert not torch.allclose(turned, pictures, atol=5)
    luma = [(one * GREY).sum(dim=1) for one in (turned, pictures)]
    assert torch.allclose(*luma, atol=1.5)
    grey = pictures.mean(dim=1, keepdim=True).expand_as(pictures).round()
    assert torch.allclose(view(grey, p8=1.0, p9=0.1), grey, atol=0.51)


def test_a_grey_view_has_the_luma_in_all_channels(pictures):
    grey = view(pictures, p10=0.1)
    wanted = (pictures * GREY).sum(dim=1, keepdim=True).expand_as(pictures)
    assert torch.allclose(grey, wanted, atol=0.51)


def test_each_picture_has_draws_of_its_own(pictures):
    same = pictures[:1].expand(3, -1, -1, -1)
    numbers = np.random.default_rng(0).random((3, DRAWS))
    whole = Augmentation().views(same, numbers, (8, 8))
    assert not torch.equal(whole[0], whole[1])
    for row in range(3):
        alone = Augmentation().views(same[:1], numbers[row : row + 1], (8, 8))
        assert torch.equal(alone[0], whole[row])


class Stored:
    """Ten pictures of 12 by 12 pixels."""

    pixels = np.random.default_rng(1).integers(0, 256, (10, 12 * 12 * 3), dtype=np.uint8)

    def read(self, rows, views):
        assert not views.any()
        return self.pixels[rows]


def pairs(rows, views, seed=0):
    return ViewPairs(Stored(), 12, (8, 8), seed).read(np.array(rows), np.array(views))


def test_a_pair_is_two_different_views():
    rows = pairs([3, 4], [1, 1])
    assert rows.shape == (2, 2 * 8 * 8 * 3)
    assert rows.dtype == np.uint8
    assert not np.array_equal(*np.split(rows[0], 2))


def test_a_pair_depends_on_seed_picture_and_number_alone():
    together = pairs([3, 4, 3], [1, 1, 2])
    assert np.array_equal(pairs([3], [1])[0], together[0])
    assert np.array_equal(pairs([3], [2])[0], together[2])
    assert not np.array_equal(together[0], together[2])
    assert not np.array_equal(pairs([3], [1], seed=1)[0], together[0])
