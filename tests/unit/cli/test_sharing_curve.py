"""What curve --targets and a fit with groups print."""

from __future__ import annotations

from dataclasses import replace

from headstart.cli.sharing_curve import sharing_lines
from headstart.evaluation.several_targets import Sharing
from headstart.evaluation.sharing_curve import SharingCurve, SharingPoint, TargetCurve
from headstart.metrics.figure import Figure

BETTER = Sharing(
    {"accuracy": Figure(0.9, 0.8, 0.95)},
    {"accuracy": Figure(0.8, 0.7, 0.9)},
    Figure(0.1, 0.02, 0.2),
    "sharing helps",
)
CURVE = SharingCurve(
    "image",
    "bundled/x",
    {},
    120,
    50,
    (40, 120),
    (
        TargetCurve(
            "car",
            "classification",
            50,
            (SharingPoint(40, 31, BETTER), SharingPoint(120, 90, BETTER)),
        ),
        TargetCurve("sign", "classification", 0, (SharingPoint(120, 60, Sharing({}, {})),)),
    ),
    {"40": {"shared": 2.0, "car": 5.0, "sign": 3.0}, "120": {}},
    ({"input": "a.png", "reason": "empty file (0 bytes)"},),
    ("With 40 samples the target 'sign' is not compared: too few samples have it among them.",),
    {"train": 9.0},
)


def test_a_line_for_each_target_and_size():
    lines = list(sharing_lines(CURVE))
    assert lines[0] == (
        "One network for 2 targets against one for each: 50 pictures to test on, up to 120 to "
        "learn from with bundled/x"
    )
    rows = [line.split() for line in lines[3:6]]
    assert rows[0][:6] == ["car", "40", "31", "accuracy", "0.9", "0.8"]
    assert rows[0][6:] == ["+0.1", "+0.02", "to", "+0.2", "sharing", "helps"]
    assert rows[1][:3] == ["car", "120", "90"]
    assert " ".join(rows[2]) == "sign 120 60 accuracy - - - - no test sample has it"


def test_costs_notes_and_what_was_set_aside_are_told():
    lines = list(sharing_lines(CURVE))
    assert "With 40 samples one for all took 0.25 of the others' time." in lines
    assert not any(line.startswith("With 120 samples one for all") for line in lines)
    assert "Set aside, because they could not be used: 1; --json has them" in lines
    assert lines[-2].startswith("Note: With 40 samples the target 'sign'")
    assert lines[-1] == "Took 9.0 s."
    assert not any("Set aside" in line for line in sharing_lines(replace(CURVE, quarantined=())))
