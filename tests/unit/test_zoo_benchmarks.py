"""What the benchmarks of the zoo make of a small zoo that was made up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SOURCES = ("mnist", "random", "squeezenet1_0", "efficientnet-lite0")
N_TRAIN, N_TEST = 30, 40


@pytest.fixture(scope="module", autouse=True)
def scripts():
    """The scripts import one another by name, as they do when they run."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARKS)):
            del sys.modules[name]


def write_pair(zoo, target, source, worth, plans=("probe", "full")):
    """Vectors that tell the classes apart by ``worth``, and a truth that follows it."""
    random = np.random.default_rng([SOURCES.index(source), ord(target[-1])])
    labels = np.arange(N_TRAIN) % 2
    vectors = random.normal(size=(N_TRAIN, 4)) + worth * labels[:, None]
    arrays = {
        "labels": labels,
        "classes": np.array(["a", "b"]),
        "stages": np.array(["early", "late"]),
        "vectors/early": random.normal(size=(N_TRAIN, 3)).astype(np.float16),
        "vectors/late": vectors.astype(np.float16),
        **{f"norm/bn/{name}": np.ones(3) for name in ("source_mean", "source_var")},
        **{f"norm/bn/{name}": np.full(3, 2.0) for name in ("target_mean", "target_var")},
    }
    if source != "random":
        arrays["probabilities"] = random.dirichlet(np.ones(5), N_TRAIN).astype(np.float32)
    np.savez(zoo / "vectors" / f"{target}--{source}.npz", **arrays)
    right = round(N_TEST * (0.5 + 0.1 * worth))
    fitted = {"correct": "1" * right + "0" * (N_TEST - right), "seconds": 2.0, "n_train": N_TRAIN}
    truth = {"source": source, "target": target, "harmful": source == "random"}
    truth |= dict.fromkeys(plans, fitted)
    (zoo / "truth" / f"{target}--{source}.json").write_text(json.dumps(truth))


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    """Three targets, the last of them not finished: one source is missing, one has no full fit."""
    folder = tmp_path_factory.mktemp("zoo")
    for name in ("truth", "vectors"):
        (folder / name).mkdir()
    for target in ("t1", "t2"):
        for worth, source in enumerate(SOURCES):
            write_pair(folder, target, source, worth)
    write_pair(folder, "t3", "mnist", 1)
    write_pair(folder, "t3", "random", 2, ("probe",))
    return folder


@pytest.fixture(scope="module")
def pairs(zoo):
    from zoo_reading import read_pairs

    return read_pairs(zoo)


@pytest.fixture(scope="module")
def measures(zoo, pairs, tmp_path_factory):
    from zoo_measures import measured

    return measured(zoo, pairs, tmp_path_factory.mktemp("kept") / "measures.json")


def test_what_was_not_tried_has_no_accuracy(pairs):
    from zoo_reading import BETTER

    (half,) = [one for one in pairs if not one.is_whole]
    assert half.accuracy("probe") == 0.7
    assert half.accuracy("full") is None
    assert half.accuracy(BETTER) is None


def test_an_empty_zoo_is_told(tmp_path):
    from zoo_reading import read_pairs

    with pytest.raises(SystemExit, match=r"no truth/TARGET--SOURCE\.json in .*Run zoo\.py first"):
        read_pairs(tmp_path)


def test_every_score_is_measured_where_its_inputs_are(measures):
    from headstart.scores import SCORES

    assert set(SCORES) <= set(measures["t1"]["mnist"])
    assert set(SCORES) - set(measures["t1"]["random"]) == {"leep"}
    assert measures["t1"]["mnist"]["batch_norm_gap"] < 0


def test_what_the_product_measures_bears_its_own_names(measures):
    from zoo_outcomes import of_product

    from headstart.advice.source_evidence import MEASURES, PROBE, PROBE_MERIT

    found = of_product(measures["t1"]["mnist"])
    assert set(found) == {PROBE, PROBE_MERIT, *MEASURES["classification"]}


def test_what_was_measured_is_kept(zoo, pairs, tmp_path, monkeypatch):
    import zoo_measures

    first = zoo_measures.measured(zoo, pairs[:1], tmp_path / "kept.json")
    monkeypatch.setattr(zoo_measures, "measure", lambda *_: pytest.fail("measured again"))
    assert zoo_measures.measured(zoo, pairs[:1], tmp_path / "kept.json") == first


def test_targets_with_too_few_sources_are_not_ranked(pairs, measures):
    from zoo_ranking import rows_of

    rows = rows_of("probe", pairs, measures)
    assert {row["targets"] for row in rows} == {2}
    taus = {row["way"]: row["weighted tau"] for row in rows}
    assert taus["static order"] == taus["combination"] == 1.0
    assert taus["combination minus static order"] == 0.0
    assert taus["ceiling: the truth against itself"] <= 1.0


def test_the_first_place_says_what_is_lost():
    from zoo_ranking import judged

    found = judged({"a": 3.0, "b": 2.0, "c": 1.0}, {"a": 0.8, "b": 0.9, "c": 0.7})
    assert found["lost"] == pytest.approx(10.0)
    assert -1 < found["tau"] < 1


def test_outcomes_teach_the_worth_of_scores_under_names_that_no_source_has(pairs, measures):
    from zoo_outcomes import KNOWN, own_outcomes

    from headstart.advice.experience import read_outcomes
    from headstart.advice.prior import static_prior

    outcomes = read_outcomes(own_outcomes(pairs, measures))
    scored = [one for one in outcomes if one.measures]
    assert {one.source for one in scored} == {f"zoo/{source}" for source in SOURCES}
    common = [one for one in outcomes if not one.measures]
    assert {one.source for one in common} == set(KNOWN.values())
    assert not {one.target for one in common} & {one.target for one in scored}
    prior = static_prior(outcomes)
    assert prior["bundled/efficientnet-lite0"].value > prior["torchvision/squeezenet1_0"].value


def test_only_whole_targets_are_chosen_on(pairs, capsys):
    from zoo_choice import trials

    assert [one.target for one in trials([p for p in pairs if p.is_whole], None)] == ["t1", "t2"]
    assert "t3: left out, because" in capsys.readouterr().err


def test_the_best_and_its_honest_accuracy(pairs):
    from zoo_choice import trials

    trial = next(trials([one for one in pairs if one.is_whole], ["t1"]))
    assert trial.best == ("efficientnet-lite0", "probe")
    assert trial.honest_accuracy == pytest.approx(0.8)
    assert trial.exhaustive_seconds == 16.0


def test_a_choice_that_loses_too_much_has_not_reached_it(pairs):
    from zoo_choice import _row, rival_rows, summary, trials

    rows = []
    for trial in trials([one for one in pairs if one.is_whole], None):
        correct = trial.tried["random", "probe"]
        own = _row(trial.target, "choice", "random", "probe", correct)
        rows += [{**own, "seconds": 1.0, "limit": 1.6, "share": 0.1}]
        rows += rival_rows(trial, correct, ("probe", trial.tried["efficientnet-lite0", "probe"]))
    told = {row["way"]: row for row in summary(rows)}
    assert told["exhaustive best"]["gain"] == -20.0
    assert not told["exhaustive best"]["reached"]
    assert not told["always probe"]["reached"]
    assert told["choice"]["reached"]


def test_targets_of_a_run_that_was_broken_off_are_kept(pairs, tmp_path):
    from argparse import Namespace

    from zoo_choice import keep, kept_rows, trials

    trial = next(trials([one for one in pairs if one.is_whole], ["t1"]))
    kept, rows = tmp_path / "kept.json", [{"target": "t1", "limit": 1.6}]
    assert kept_rows(kept, trial, Namespace(again=False, share=0.1)) == []
    keep(kept, trial, [*rows, {"target": "another", "limit": 1.0}])
    assert kept_rows(kept, trial, Namespace(again=False, share=0.1)) == rows
    assert kept_rows(kept, trial, Namespace(again=False, share=0.2)) == []
    assert kept_rows(kept, trial, Namespace(again=True, share=0.1)) == []


def test_experience_holds_the_other_targets_alone(pairs, measures):
    from zoo_fits import as_experience
    from zoo_sources import Zooling

    found = [Zooling(name, f"run:/{name}") for name in SOURCES]
    outcomes = as_experience(pairs, measures, found, "t1")
    assert {one.target for one in outcomes} == {"t2", "t3"}
    assert {one.source for one in outcomes} == {f"run:/{name}" for name in SOURCES}
    assert all("probe" in one.measures for one in outcomes)


def test_a_fresh_cache_forgets_packaged_outcomes_and_goes_away(tmp_path, monkeypatch):
    import os

    from zoo_fits import fresh_cache

    from headstart.advice.experience import Outcome, recall
    from headstart.fitting import source_choice

    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "before"))
    (tmp_path / "converted").mkdir()
    (tmp_path / "converted" / "network").write_bytes(b"1")
    with fresh_cache(tmp_path / "converted", [Outcome("t", "s", 0.5)]):
        inside = Path(os.environ["HEADSTART_CACHE"])
        assert (inside / "converted" / "network").read_bytes() == b"1"
        assert [one.source for one in recall().outcomes] == ["s"]
        assert source_choice.packaged_seed().outcomes == ()
    assert not inside.exists()
    assert os.environ["HEADSTART_CACHE"] == str(tmp_path / "before")
