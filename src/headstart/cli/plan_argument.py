"""The ``--plan`` argument: a name, or a JSON file with a plan."""

from __future__ import annotations

import json
from pathlib import Path

from headstart.errors import PlanError
from headstart.plan import Plan
from headstart.strategies import PlanName, read_plan_name


def read_plan(text: str) -> Plan | PlanName:
    """Read the argument once; below this, a strategy is a Plan.

    A run's ``manifest.json`` will do as well as a file with the plan alone.

    Raises
    ------
    PlanError
        If it is no known name and no file with a plan.
    """
    path = Path(text)
    if not path.is_file():
        return read_plan_name(text)
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise PlanError(
            f"The plan file {text!r} is not JSON: {error}. Correct it, or start from the plan in "
            "a run's manifest.json."
        ) from error
    whole = plain if isinstance(plain, dict) else {}
    return Plan.from_dict(whole.get("plan", plain))
