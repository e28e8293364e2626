"""The ``--plan`` argument: a name, or a JSON file with a plan."""

from __future__ import annotations

import json
from pathlib import Path

from headstart.errors import PlanError
from headstart.plan import PLAN_NAMES, Plan


def read_plan(text: str) -> Plan | str:
    """Read the argument once; below this, a strategy is a Plan.

    Raises
    ------
    PlanError
        If it is no known name and no file with a plan.
    """
    if text in PLAN_NAMES:
        return text
    path = Path(text)
    if not path.is_file():
        raise PlanError(
            f"The plan is {text!r}; accepted: {', '.join(PLAN_NAMES)}, or a JSON file with a plan. "
            "Plans that train below the cut (freeze:K, full, lora, scratch) are not there yet."
        )
    try:
        return Plan.from_dict(json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError(
            f"The plan file {text!r} is not JSON: {error}. Correct it, or start from the plan in "
            "a run's manifest.json."
        ) from error
