"""The search over plans, with trials that cost nothing."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.plan_search import PlanSearch
from headstart.advice.trials import NO_TIME, RAN_AWAY, Bar, Trial, Trials, is_clearly_better

NOISE = np.where(np.arange(40) % 2, 1.0, -1.0)


def trial(rank, loss, noise=0.0, **values):
    """A trial whose samples differ by ``noise`` from one to the next."""
    return Trial(rank, f"plan {rank}", loss + noise * NOISE, np.full(40, 1 - loss), **values)


class Bench:
    """Tries plans of known losses; None: no time for it; a text: it came to nothing."""

    def __init__(self, *losses):
        self.losses, self.places, self.bars = losses, [], []

    def __call__(self, place, bar):
        self.places.append(place)
        self.bars.append(bar)
        loss = self.losses[place]
        if loss is None:
            return Trial(place, f"plan {place}", happened=NO_TIME)
        if isinstance(loss, str):
            return Trial(place, f"plan {place}", happened=loss)
        return trial(place, loss)


def searched(*losses, start=1, patience=2):
    bench = Bench(*losses)
    search = PlanSearch(bench, len(losses), trial(0, losses[0]), patience)
    search.run(start)
    return search, bench


@pytest.mark.parametrize(
    ("losses", "start", "patience", "places"),
    [
        ((0.5, 0.6, 0.6, 0.6, 0.6), 1, 2, [1, 2]),
        ((0.5, 0.4, 0.3, 0.6, 0.6, 0.2), 1, 2, [1, 2, 3, 4]),
        ((0.5, 0.4, 0.3, 0.6, 0.1), 1, 2, [1, 2, 3, 4]),
        # A guess that helps: on with more, then with less.
        ((0.5, 0.6, 0.6, 0.4, 0.3, 0.6), 3, 1, [3, 4, 5, 2]),
        # A guess that does not: less first.
        ((0.5, 0.2, 0.6, 0.7, 0.6), 3, 2, [3, 2, 4]),
        ((0.5, 0.2, 0.6, 0.7, 0.6), 3, 3, [3, 2, 1, 4]),
        # The probe is the guess: it has been tried already.
        ((0.5, 0.6, 0.6, 0.6), 0, 2, [1, 2]),
        ((0.5, 0.6, 0.4), 9, 2, [2, 1]),
        ((0.5,), 1, 2, []),
    ],
)
def test_the_order_of_trials(losses, start, patience, places):
    assert searched(*losses, start=start, patience=patience)[1].places == places


def test_a_plan_without_time_is_passed_over():
    search, bench = searched(0.5, 0.4, None, None, 0.2, 0.6, 0.6, start=1)
    assert bench.places == [1, 2, 3, 4, 5, 6]
    assert search.tried.chosen.rank == 4


def test_no_time_for_the_first_guess():
    search, bench = searched(0.5, 0.3, 0.4, None, None, start=3, patience=3)
    assert bench.places == [3, 2, 1, 4]
    assert search.tried.chosen.rank == 1


def test_a_trial_that_came_to_nothing_ends_no_search():
    search, bench = searched(0.5, 0.4, RAN_AWAY, 0.2, 0.1, start=1)
    assert bench.places == [1, 2, 3, 4]
    assert search.tried.chosen.rank == 4
    assert search.tried.rows()[2]["loss"] is None


def test_losses_that_are_no_numbers_count_for_nothing():
    search, _ = searched(0.5, float("nan"), 0.3, start=1)
    assert search.tried.chosen.rank == 2
    assert search.tried.best.rank == 2


def test_what_was_tried_before_a_break_is_there():
    bench = Bench(0.5, 0.3, 0.2, 0.1)

    def interrupted(place, bar):
        if place == 2:
            raise KeyboardInterrupt
        return bench(place, bar)

    search = PlanSearch(interrupted, 4, trial(0, 0.5), 2)
    with pytest.raises(KeyboardInterrupt):
        search.run(1)
    assert search.tried.chosen.rank == 1


def test_the_bar_is_the_best_so_far():
    _, bench = searched(0.5, 0.3, 0.4, 0.6)
    assert [bar.loss for bar in bench.bars] == pytest.approx([0.5, 0.3, 0.3])
    assert Bar(0.25, 0.5).highest_loss == 0.75


def test_the_simplest_within_a_standard_error_is_taken():
    tried = Trials([trial(0, 0.5), trial(3, 0.2), trial(2, 0.201, 0.1), trial(1, 0.4)])
    assert (tried.best.rank, tried.chosen.rank) == (3, 2)
    assert tried.reason == "plan 3 is not better by more than a standard error, and trains more."
    assert Trials([trial(0, 0.5), trial(3, 0.2)]).reason == (
        "It has the lowest loss on the samples held back."
    )


def test_the_same_trials_in_another_order_choose_the_same():
    trials = [trial(rank, loss, 0.05 * rank) for rank, loss in enumerate((0.5, 0.305, 0.3, 0.31))]
    assert {Trials(trials).chosen.rank, Trials(trials[::-1]).chosen.rank} == {1}


def test_a_difference_counts_sample_by_sample():
    shared = Trial(0, "a", 1.0 + 5.0 * NOISE, NOISE), Trial(1, "b", 1.1 + 5.0 * NOISE, NOISE)
    assert is_clearly_better(*shared)
    assert not is_clearly_better(shared[1], shared[0])
    assert not is_clearly_better(trial(0, 1.0), trial(1, 1.1, 5.0))


def test_a_row_for_the_evidence():
    tried = Trials([trial(0, 0.5, seconds=2.0), Trial(1, "b", happened=NO_TIME)])
    first, second = tried.rows()
    assert list(first) == list(second)
    assert (first["plan"], first["chosen"], first["seconds"]) == ("plan 0", True, 2.0)
    assert (first["loss"], first["what_happened"]) == (pytest.approx(0.5), "finished")
    assert (second["loss"], second["score"], second["chosen"]) == (None, None, False)
    assert second["what_happened"] == "not begun: no time"
