from __future__ import annotations

import pytest

from headstart.report.charts import SQUARE, calibration_marks, stage_marks


def _row(accuracy: float, error: float | None = 0.01) -> dict[str, float | None]:
    return {"value": accuracy, "error": error}


def test_stage_scale_holds_all_whiskers_and_ends_on_round_numbers():
    marks = stage_marks([_row(0.58), _row(0.93, 0.02)], "percent")
    assert marks["ends"] == ["55\u00a0%", "95\u00a0%"]
    places = [float(place[:-1]) for strip in marks["strips"] for place in strip.values()]
    assert all(0 <= place <= 100 for place in places)
    assert len(set(places)) == 6


@pytest.mark.parametrize("accuracy", [0.0, 0.5, 1.0])
def test_stage_scale_has_a_width_even_where_all_scores_agree(accuracy):
    marks = stage_marks([_row(accuracy, None), _row(accuracy, None)], "percent")
    assert marks["ends"][0] != marks["ends"][1]


def test_calibration_marks_put_a_perfect_bin_on_the_diagonal():
    bins = [
        {"confidence": 0.5, "accuracy": 0.5, "count": 1},
        {"confidence": 1.0, "accuracy": 1.0, "count": 400},
    ]
    small, large = calibration_marks(bins)["circles"]
    assert small["x"] == small["y"] == SQUARE / 2
    assert (large["x"], large["y"]) == (SQUARE, 0)
    assert 0 < small["r"] < large["r"]
