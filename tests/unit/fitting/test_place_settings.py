"""What a fit of a task of places can be asked for."""

from __future__ import annotations

import pytest

from headstart.backbones.catalogue import DEFAULTS
from headstart.errors import InputError
from headstart.fitting.place_settings import PlaceSettings
from headstart.plan import Plan, StagePlan
from headstart.tasks.registry import PLACE_TASKS


@pytest.mark.parametrize("task", PLACE_TASKS)
def test_the_task_is_enough(task):
    settings = PlaceSettings(task)
    assert settings.source_to_read == DEFAULTS["image"]
    assert str(settings.plan) == "auto"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "classification"}, r"'classification'; accepted: detection, local"),
        ({"test_fraction": 0.0}, r"test_size is 0\.0; .* above 0 and below 1"),
        ({"test_fraction": 1.0}, r"test_size is 1\.0; .* such as 0\.2"),
        ({"test_fraction": float("nan")}, r"test_size is nan"),
        ({"seed": -1}, r"seed is -1; .* at least 0"),
        ({"states": "maybe"}, r"'maybe'; accepted: auto, store, recompute"),
        ({"head": {"breadth": 3}}, r"breadth = 3; accepted: width, a multiple of 32, depth"),
        ({"head": {"width": 33}}, r"width = 33; accepted"),
        ({"head": {"width": 0}}, r"width = 0; accepted"),
        ({"head": {"width": True}}, r"width = True; accepted"),
        ({"head": {"depth": 1.5}}, r"depth = 1\.5; accepted"),
        ({"task": "localisation", "head": {"depth": 2}}, r"depth = 2; accepted: width, a mul"),
        ({"task": "segmentation", "head": {"depth": 48}}, r"depth = 48; .*depth, a multiple of 32"),
        ({"weights": "file.pth"}, r"'file\.pth' is given without a source.*--source"),
    ],
)
def test_what_is_not_accepted_is_named(changes, message):
    with pytest.raises(InputError, match=message):
        PlaceSettings(**{"task": "detection", **changes})


def test_a_plan_names_its_source():
    plan = Plan("x/net", (StagePlan("stem"),))
    assert PlaceSettings("detection", plan=plan).source_to_read == "x/net"
