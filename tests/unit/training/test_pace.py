"""A training keeps to its time, by a clock that the test turns."""

from __future__ import annotations

import pytest

from headstart.training.pace import Pace


class Clock:
    """Stands still until it is turned."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def slow(trainer, clock, seconds):
    """Each step of the trainer takes so many seconds."""
    step = trainer.step

    def timed(*arguments):
        clock.now += seconds
        return step(*arguments)

    trainer.step = timed


@pytest.fixture
def trained(make_trainer, make_plan, clock):
    """Ten epochs of two steps of a second each, with so many seconds for them."""

    def train(seconds, epochs=10, **values):
        trainer = make_trainer(make_plan(epochs=epochs, **values))
        trainer.pace = Pace(seconds, clock)
        slow(trainer, clock, 1.0)
        return trainer.run(), trainer

    return train


def test_enough_time(trained):
    result, _ = trained(1000.0)
    assert (result.ended, len(result.history)) == ("finished", 11)
    assert result.step_seconds == 1.0


def test_without_a_deadline_nothing_is_late(trained, clock):
    clock.now = 1e9
    result, _ = trained(None)
    assert (result.ended, len(result.history)) == ("finished", 11)


def test_a_deadline_that_is_over_ends_it_after_a_step(trained, clock):
    result, _ = trained(0.5)
    assert (result.ended, [one.epoch for one in result.history]) == ("out of time", [0])
    assert result.kept_epochs == (0,)
    assert clock.now == 1.0


def test_epochs_that_are_over_count(trained, clock):
    result, _ = trained(9.0, patience=None)
    assert result.ended == "out of time"
    assert 1 < len(result.history) < 11
    assert clock.now <= 9.0


def test_the_same_weights_with_and_without_a_deadline_far_away(trained, weights_of, changed):
    (one, first), (other, second) = trained(1e6), trained(None)
    assert one == other or [row.valid_loss for row in one.history] == [
        row.valid_loss for row in other.history
    ]
    assert changed(weights_of(first.network), weights_of(second.network)) == set()


def test_as_long_as_no_epoch_is_over_all_have_to_fit(make_trainer, make_plan, clock):
    trainer = make_trainer(make_plan(epochs=10, batch_size=2))  # eight steps an epoch
    trainer.pace = Pace(60.0, clock)
    slow(trainer, clock, 1.0)
    result = trainer.run()
    assert (result.ended, len(result.history)) == ("out of time", 1)
    assert clock.now == 5.0  # it is seen after the first steps


def test_slow_first_steps_are_not_held_against_it(clock):
    pace = Pace(100.0, clock)
    for seconds in (20.0, 20.0, 1.0, 1.0, 1.0):
        clock.now += seconds
        pace.step_done()
    assert pace.step_seconds == 1.0
    assert pace.allows(57)
    assert not pace.allows(58)


def test_what_lies_between_epochs_is_no_step(clock):
    pace = Pace(100.0, clock)
    clock.now = 50.0
    pace.start_steps()
    clock.now = 51.0
    pace.step_done()
    assert pace.step_seconds == 1.0


def test_a_training_behind_the_others_says_so(make_trainer, make_plan):
    trainer = make_trainer(make_plan(epochs=9))
    trainer.highest_loss = 0.0
    result = trainer.run()
    assert (result.ended, len(result.history)) == ("fell behind", 3)


def test_random_stages_get_longer_before_they_are_compared(make_trainer, make_plan):
    trainer = make_trainer(make_plan("ftt", epochs=16, init="random"))
    trainer.highest_loss = 0.0
    assert len(trainer.run().history) == 5


def test_losses_that_run_away_are_an_error_of_their_own(make_trainer, make_plan):
    from headstart.errors import TrainingError

    trainer = make_trainer(make_plan(epochs=3))
    trainer.step = lambda *_: float("nan")
    with pytest.raises(TrainingError, match=r"loss of epoch 1 is nan: training ran away"):
        trainer.run()
