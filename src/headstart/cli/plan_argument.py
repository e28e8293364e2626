"""The ``--plan`` argument: a name, or a JSON file with a plan."""

from __future__ import annotations

import json
from pathlib import Path

from headstart.errors import PlanError
from headstart.plan import Plan
from headstart.strategies import STRATEGIES, PlanName, read_plan_name


def read_plan(text: str) -> Plan | PlanName:
    """Read the argument once; below this, a strategy is a Plan.

    A run's ``manifest.json`` will do as well as a file with the plan alone. A name is a name even
    where a file is called so; write ``./full`` for the file.

    Raises
    ------
    PlanError
        If it is no known name and no file with a plan.
    """
    if text.partition(":")[0] in STRATEGIES or not _is_file(text):
        return read_plan_name(text)
    try:
        plain = json.loads(Path(text).read_bytes())
    except (OSError, ValueError) as error:
        raise PlanError(
            f"The plan file {text!r} is not JSON: {error}. Correct it, or start from the plan in "
            "a run's manifest.json."
        ) from error
    whole = plain if isinstance(plain, dict) else {}
    return Plan.from_dict(whole.get("plan", plain))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # no file can have such a name
        return False
