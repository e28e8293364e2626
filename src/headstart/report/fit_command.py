"""The command that fits a model of a task, as far as a report can know it."""

from __future__ import annotations

from collections.abc import Mapping

_DATA: Mapping[str, str] = {
    "detection": "BOXES --task detect",
    "localisation": "BOXES --task locate",
    "segmentation": "PICTURES --masks MASKS --task segment",
}
_TESTS: Mapping[str, str] = {
    "detection": "--test TEST_BOXES",
    "localisation": "--test TEST_BOXES",
    "segmentation": "--test TEST_PICTURES --test-masks TEST_MASKS",
}


def fit_command(task: str, *options: str, tests: bool = False) -> str:
    """What is typed, with words in capitals for what the user has.

    Parameters
    ----------
    task : str
        What is predicted.
    *options : str
        What stands behind the data.
    tests : bool
        Whether test data are given too.

    Examples
    --------
    >>> fit_command("classification", "--plan probe", tests=True)
    'headstart fit DATA --test TEST_DATA --plan probe --out RUN'
    >>> fit_command("detection")
    'headstart fit BOXES --task detect --out RUN'
    """
    given = [_DATA.get(task, "DATA")]
    if tests:
        given.append(_TESTS.get(task, "--test TEST_DATA"))
    return " ".join(["headstart fit", *given, *options, "--out RUN"])
