"""Learning curves of places: growing parts of the training pictures, the same test pictures."""

from __future__ import annotations

import pytest
from tests.tiny_places import CONVOLUTIONS, TOKENS, scenes

from headstart.activations.preparation import Request
from headstart.cli.place_curve import place_curve_lines
from headstart.errors import InputError
from headstart.evaluation.place_curve import PlaceCurve, PlaceCurvePoint
from headstart.fitting import place_curves as module
from headstart.fitting.place_curves import place_curves, place_sizes
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.metrics.figure import Figure
from headstart.report.label_curve import label_curve
from headstart.tasks.registry import PLACE_TASKS

pytestmark = pytest.mark.usefixtures("place_sources")


def settings_for(task, **changes):
    head = {"width": 32, **({"depth": 1} if task == "detection" else {})}
    training = {"epochs": 1, "views": ("original",), "validation": 0.0, "batch_size": 4}
    usual = {"source": CONVOLUTIONS, "twin": False, "head": head, "training": training}
    return PlaceSettings(task, **{**usual, **changes})


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(module, "_FEWEST", 3)


@pytest.mark.parametrize("task", PLACE_TASKS)
def test_the_last_point_is_the_fit_and_each_has_its_twin(task, few):
    sides = scenes(task, range(6)), scenes(task, [20, 21, 22])
    curve = place_curves(*sides, settings_for(task, twin=True))
    assert [one.n_train for one in curve.points] == [3, 6]
    assert (curve.n_test, curve.metric) == (3, PLACE_TASKS[task].metric)
    for one in curve.points:
        assert one.twin is not None
        assert one.transfer.value == pytest.approx(one.figure.value - one.twin.value)
    first, last = curve.points
    assert first.more is None
    assert last.more.value == pytest.approx(last.figure.value - first.figure.value)
    lines = list(place_curve_lines(curve))
    assert f"on 3 test pictures with {CONVOLUTIONS}@64x64" in lines[0]
    assert lines[1].split()[0] == "pictures"
    assert any(line.startswith("From 3 to 6 pictures: ") for line in lines)


def test_the_last_point_has_the_figure_of_a_fit_of_all(few):
    sides = scenes("localisation", range(6)), scenes("localisation", [20, 21, 22])
    curve = place_curves(*sides, settings_for("localisation", seed=3))
    assert curve.points[-1].twin is None
    # Rows come in another order, which the order of the batches hangs on.
    whole = fit_places(*sides, settings_for("localisation", seed=3))
    assert curve.points[-1].figure.value == pytest.approx(
        whole.result_.test["mean_iou"].value, abs=0.2
    )


def test_each_part_holds_the_smaller_ones_and_reads_their_states(few, monkeypatch):
    seen = []
    true = module.PlaceLearner.learn

    def learn(self, plan=None):
        seen.append(set(self.dataset.names))
        return true(self, plan)

    monkeypatch.setattr(module.PlaceLearner, "learn", learn)
    place_curves(
        scenes("localisation", range(12)),
        scenes("localisation", [20]),
        settings_for("localisation"),
    )
    assert [len(one) for one in seen] == [12, 6, 3]
    assert seen[0] > seen[1] > seen[2]


def curve_of(*points):
    return PlaceCurve("detection", "a/b", "ap50", 40, points, ("Told.",), {"train": 2.0})


POINT = PlaceCurvePoint(20, Figure(0.5, 0.4, 0.6))
MORE = PlaceCurvePoint(
    40, Figure(0.7, 0.6, 0.8), Figure(0.2, 0.1, 0.3), Figure(0.5, 0.4, 0.6), Figure(0.2, 0.1, 0.3)
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (Figure(0.2, 0.1, 0.3), "more pictures help"),
        (Figure(-0.2, -0.3, -0.1), "more pictures hurt"),
        (Figure(0.0, -0.1, 0.1), "no measurable difference"),
    ],
)
def test_whether_more_pictures_pay_is_said(more, said):
    curve = curve_of(POINT, PlaceCurvePoint(40, Figure(0.5, 0.4, 0.6), more=more))
    assert curve.pays == curve.to_dict()["pays"] == said
    assert f"From 20 to 40 pictures: {said}: " in "\n".join(place_curve_lines(curve))


def test_one_point_alone_says_nothing_of_more():
    assert curve_of(POINT).pays is None
    told = list(place_curve_lines(curve_of(POINT)))
    assert "There are too few pictures to tell whether more of them would help." in told
    assert told[-2:] == ["Note: Told.", "Took 2.0 s."]


def test_a_report_takes_the_json_of_a_curve():
    twin = PlaceCurvePoint(20, Figure(0.5, 0.4, 0.6), Figure(0.1, 0.0, 0.2), Figure(0.4, 0.3, 0.5))
    told = curve_of(twin, MORE).to_dict()
    assert told["transfer"][1] == {
        **{"labels": 40, "value": 0.5, "low": 0.4, "high": 0.6, "verdict": "transfer helps"}
    }
    shown = label_curve(told)
    assert (shown["measure"], shown["form"]) == ("AP50", "percent")
    assert [line["name"] for line in shown["lines"]] == ["with transfer", "without transfer"]
    assert [row["labels"] for row in shown["lines"][1]["rows"]] == [20, 40]


def test_several_sources_are_refused():
    two = (Request(CONVOLUTIONS), Request(TOKENS))
    with pytest.raises(InputError, match="2 sources are named; a curve is about one"):
        place_curves(
            scenes("localisation", range(6)),
            None,
            settings_for("localisation", source="auto", candidates=two),
        )


def test_sizes_are_halved_as_long_as_they_say_something():
    assert place_sizes(1000) == [125, 250, 500, 1000]
    assert place_sizes(15) == [15]
