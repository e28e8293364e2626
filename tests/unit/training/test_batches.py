"""Batches: all samples once, the same for the same seed, shared out among processes."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.training.batches import batches_of_epoch, drawn_views


def batches(n_samples=23, size=5, views=(0, 1, 2), seed=3, epoch=1):
    return batches_of_epoch(n_samples, size, views, seed, epoch)


def flat(found):
    return [(*map(int, one.places), *map(int, one.views)) for one in found]


def test_the_same_seed_gives_the_same_batches():
    assert flat(batches()) == flat(batches())


@pytest.mark.parametrize("change", [{"seed": 4}, {"epoch": 2}])
def test_seeds_and_epochs_differ(change):
    assert flat(batches()) != flat(batches(**change))


@pytest.mark.parametrize("n_samples", [1, 2, 5, 6, 23, 25])
@pytest.mark.parametrize("size", [1, 5, 100])
def test_all_samples_once_in_batches_of_about_the_same_size(n_samples, size):
    found = batches(n_samples, size)
    places = np.concatenate([one.places for one in found])
    assert sorted(places.tolist()) == list(range(n_samples))
    sizes = [len(one) for one in found]
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    assert len(found) == -(-n_samples // size)


def test_views_are_drawn_from_those_that_are_asked_for():
    drawn = np.concatenate([one.views for one in batches(300, 50, views=(2, 5))])
    assert set(drawn.tolist()) == {2, 5}
    assert 100 < (drawn == 2).sum() < 200


@pytest.mark.parametrize("size", [1, 5, 100])
def test_views_that_some_epoch_draws_are_known_before(size):
    epochs = [batches(23, size, (1, 3, 4), seed=3, epoch=epoch) for epoch in range(3)]
    pairs = {
        pair
        for one in epochs
        for batch in one
        for pair in zip(batch.places.tolist(), batch.views.tolist(), strict=True)
    }
    drawn = drawn_views(23, (1, 3, 4), seed=3, epochs=3)
    assert drawn.shape == (23, 5)
    assert set(zip(*(side.tolist() for side in np.nonzero(drawn)), strict=True)) == pairs
    assert drawn.sum() < 3 * 23


@pytest.mark.parametrize("world", [1, 2, 3])
def test_shares_are_the_whole(world):
    for batch in batches():
        shares = [batch.share(rank, world) for rank in range(world)]
        pairs = [pair for one in shares for pair in zip(one.places, one.views, strict=True)]
        assert sorted(pairs) == sorted(zip(batch.places, batch.views, strict=True))
        sizes = [len(one) for one in shares]
        assert max(sizes) - min(sizes) <= 1


def test_samples_of_about_the_same_length_are_together():
    lengths = np.random.default_rng(0).integers(5, 60, size=640)
    batches = batches_of_epoch(640, 16, [0], seed=1, epoch=0, lengths=lengths)
    assert sorted(np.concatenate([batch.places for batch in batches]).tolist()) == list(range(640))
    assert {len(batch) for batch in batches} == {16}
    padded = sum(len(batch) * lengths[batch.places].max() for batch in batches)
    shuffled = batches_of_epoch(640, 16, [0], seed=1, epoch=0)
    assert padded < 0.7 * sum(len(batch) * lengths[batch.places].max() for batch in shuffled)
    longest = [int(lengths[batch.places].max()) for batch in batches]
    assert longest != sorted(longest)  # short ones do not come first


def test_no_batch_is_left_with_one_sample():
    for n_samples in (2, 3, 17, 33, 129, 1000):
        batches = batches_of_epoch(n_samples, 16, [0], 0, 0, np.arange(n_samples))
        assert sum(map(len, batches)) == n_samples
        assert min(map(len, batches)) > 1
        assert max(map(len, batches)) <= 20
