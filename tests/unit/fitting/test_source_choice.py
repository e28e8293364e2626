"""Several sources: one pass each, the choice on the training side alone."""

from __future__ import annotations

import time
from concurrent.futures import Future
from threading import Event, Thread

import numpy as np
import pytest

from headstart import TransferClassifier
from headstart.activations.preparation import Request, find_converted
from headstart.errors import InputError, SourceError
from headstart.fitting import Settings, Watch, fit, read_sides
from headstart.fitting.ranking_time import RankingTime
from headstart.fitting.source_choice import SourceChoice, choose_source
from headstart.plan import Budget
from headstart.progress import silent


def requests(names):
    return tuple(Request(name) for name in names)


@pytest.fixture
def settings(tiny_sources):
    return Settings(candidates=requests(tiny_sources))


def test_a_fit_takes_the_source_that_stands_first(same_photos, tiny_sources):
    classifier = TransferClassifier(tiny_sources).fit(same_photos)
    (told,) = [
        one for one in classifier.model_.evidence.decisions if one.question == "which source"
    ]
    assert classifier.result_.source == told.answer
    assert {row["source"] for row in told.measurements} == set(tiny_sources)
    assert sum(row["chosen"] for row in told.measurements) == 1


def test_the_choice_never_sees_a_test_sample(same_photos, settings):
    seen = []

    class Told:
        def __init__(self, dataset, *rest):
            seen.extend(dataset.fingerprints)
            self.choice = SourceChoice(dataset, *rest)

        def run(self, requests):
            return self.choice.run(requests)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headstart.fitting.source_choice.SourceChoice", Told)
        train, _ = read_sides(same_photos)
        model = fit(train, None, settings)
    tested = {row.input for row in model.predictions}
    by_name = dict(zip(train.names, train.fingerprints, strict=True))
    assert len(tested) == 4
    assert seen
    assert not {by_name[name] for name in tested} & set(seen)


def test_a_given_test_set_stays_whole(same_photos, settings):
    train, _ = read_sides(same_photos)
    chosen = choose_source(
        train.take(range(16)), train.take(range(16, 20)), settings, silent, Watch()
    )
    assert len(chosen.train) == 16
    assert len(chosen.test) == 4
    assert chosen.settings.candidates == ()
    assert chosen.settings.source in [one.source for one in settings.candidates]


def test_a_source_that_cannot_be_had_stands_aside(same_photos, tiny_source, settings):
    train, _ = read_sides(same_photos)
    choice = SourceChoice(train, settings, silent, Watch())
    ranking = choice.run(requests([tiny_source, "fitting/nothing"]))
    assert ranking.best.source == tiny_source
    assert "is unknown" in ranking.refused["fitting/nothing"]


def test_without_any_source_there_is_no_choice(same_photos, tiny_source, settings):
    train, _ = read_sides(same_photos)
    with pytest.raises(SourceError, match=r"None of the sources can be used\. fitting/nothing: "):
        SourceChoice(train, settings, silent, Watch()).run(requests(["fitting/nothing"]))


def test_a_broken_picture_is_told_and_the_rest_compared(photos, settings):
    (photos / "red" / "broken.png").write_bytes(b"This is no picture.\n" * 9)
    train, _ = read_sides(photos)
    choice = SourceChoice(train, settings, silent, Watch())
    ranking = choice.run(settings.candidates)
    assert len(choice.failures) + len(train.quarantined) == 1
    assert len(choice.labelled.targets) == 20
    assert len(ranking.ranked) == 2


def test_runs_of_one_source_compute_its_first_stages_once(same_photos, tiny_source, tmp_path):
    """Both froze the first stage, and trained the second one for so many epochs."""
    for name, epochs in (("one", 2), ("two", 3)):
        classifier = TransferClassifier(tiny_source, "freeze:1", epochs=epochs, fallback=False)
        classifier.fit(same_photos).save(tmp_path / name)
    names = [f"run:{tmp_path / name}" for name in ("one", "two")]
    train, _ = read_sides(same_photos)
    choice = SourceChoice(train, Settings(candidates=requests(names)), silent, Watch())
    ranking = choice.run(requests(names))
    assert not ranking.refused
    (family,) = choice.vectors.families
    assert family.cut == 1
    assert 0 < ranking.spared < 1
    ids = choice.labelled.fingerprints
    for name in names:
        alone = SourceChoice(train, Settings(), silent, Watch())
        alone.run(requests([name]))
        whole = alone.vectors.features(name, ids)
        shared = choice.vectors.features(name, ids)
        assert set(shared) == set(whole)
        for stage, vectors in shared.items():
            assert np.allclose(vectors, whole[stage], rtol=0.02, atol=0.02), stage


def test_when_the_share_of_the_ranking_is_over_the_fewest_samples_decide(
    same_photos, tiny_sources, monkeypatch
):
    train, _ = read_sides(same_photos)
    settings = Settings(candidates=requests(tiny_sources), time_limit=1000.0)
    early = SourceChoice(train, settings, silent, Watch()).run(settings.candidates)
    assert early.rounds[-1].n_samples == 20
    monkeypatch.setattr("headstart.fitting.ranking_time.RANKING", 0.0)
    late = SourceChoice(train, settings, silent, Watch()).run(settings.candidates)
    assert [one.n_samples for one in late.rounds] == [4]
    assert len(late.ranked) == 2
    assert "time for 4 of the 20 samples" in late.decision().reason


class OneAtATime:
    """A pool that has time for its first job alone: the others stay in the queue."""

    def __init__(self, *_, **__):
        self.jobs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, function, request, modality):
        self.jobs.append(Future())
        if len(self.jobs) == 1:
            self.jobs[0].set_result(function(request, modality))
        return self.jobs[-1]


def test_sources_whose_turn_comes_too_late_are_refused(same_photos, tiny_sources, monkeypatch):
    monkeypatch.setattr("headstart.fitting.source_choice.ThreadPoolExecutor", OneAtATime)
    train, _ = read_sides(same_photos)
    settings = Settings(candidates=requests(tiny_sources), time_limit=100.0)
    late = Watch(began=time.perf_counter() - 30.0)
    ranking = SourceChoice(train, settings, silent, late).run(settings.candidates)
    assert ranking.best.source == tiny_sources[0]
    assert "left no time to convert it" in ranking.refused[tiny_sources[1]]


def test_a_slow_source_does_not_hold_up_the_refusal_of_those_behind_it(
    same_photos, tiny_sources, monkeypatch
):
    """The first one is still at it when time is up; the second is there, the third not begun."""
    slow, begun = Event(), []
    found = find_converted(Request(tiny_sources[0]))

    def had(request, modality):
        assert modality == "image"
        begun.append(request.source)
        if request.source == "fitting/slow":
            assert slow.wait(20)
        return found

    class Leaving(RankingTime):
        @property
        def left_for_preparing(self):
            return -1.0

    class Told(Future):
        def cancel(self):
            left = super().cancel()
            if left:
                slow.set()
            return left

    class Pool(OneAtATime):
        def submit(self, function, request, modality):
            future = Told()
            if request.source == tiny_sources[0]:
                future.set_result(function(request, modality))
            elif request.source == "fitting/slow":
                future.set_running_or_notify_cancel()
                Thread(target=lambda: future.set_result(function(request, modality))).start()
            return future

    monkeypatch.setattr("headstart.fitting.source_choice._had", had)
    monkeypatch.setattr("headstart.fitting.source_choice.ThreadPoolExecutor", Pool)
    train, _ = read_sides(same_photos)
    choice = SourceChoice(train, Settings(), silent, Watch())
    choice._time = Leaving(Budget(10.0), Watch())
    refused = choice._prepare(requests(["fitting/slow", tiny_sources[0], "fitting/third"]))
    assert list(choice.converted) == ["fitting/slow", tiny_sources[0]]
    assert list(refused) == ["fitting/third"]
    assert "fitting/third" not in begun


def test_a_source_beside_candidates_is_refused(tiny_sources):
    with pytest.raises(InputError, match=r"'x/y', and 2 sources are to be compared"):
        Settings(source="x/y", candidates=requests(tiny_sources))
