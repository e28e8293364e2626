"""Parameters that estimators share: what each must be, and what a fit is asked for by them."""

from __future__ import annotations

import os
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from headstart.errors import InputError, PlanError
from headstart.plan import Plan
from headstart.strategies import accepted_plans, read_plan_name


def shared_settings(estimator: Any) -> dict[str, Any]:
    """Fields of the settings of any fit, from parameters that no fit refuses.

    Parameters
    ----------
    estimator : BaseEstimator
        With ``plan``, ``epochs``, ``batch_size``, ``learning_rate``, ``test_size`` and
        ``random_state``.

    Raises
    ------
    InputError, PlanError
        If a parameter of the estimator is none that a fit can be made with.
    """
    check_parameters(estimator)
    plan, seed = estimator.plan, estimator.random_state
    return {
        "plan": plan if isinstance(plan, Plan) else read_plan_name(plan),
        "test_fraction": float(estimator.test_size),
        "seed": 0 if seed is None else int(seed),
        "training": _changes_of_training(estimator),
    }


def _changes_of_training(estimator: Any) -> dict[str, Any]:
    """What is to be other than the plan says."""
    given = {name: getattr(estimator, name) for name in ("epochs", "batch_size", "learning_rate")}
    return {name: value for name, value in given.items() if value is not None}


def weights_file(estimator: Any) -> str | None:
    """The local file of weights of an estimator, as a fit takes it."""
    return None if estimator.weights is None else os.fspath(estimator.weights)


def one_source(estimator: Any) -> str:
    """The source of an estimator that takes one alone.

    Raises
    ------
    InputError
        If it is anything but a name.
    """
    if not isinstance(estimator.source, str):
        raise InputError(
            f"The 'source' parameter of {type(estimator).__name__} must be the name of one source. "
            f"Got {estimator.source!r} instead."
        )
    return estimator.source


def check_parameters(estimator: BaseEstimator) -> None:
    """Refuse parameters that no fit can be made with.

    Raises
    ------
    InputError, PlanError
        With the parameter, what it must be, and what it is.
    """
    own = estimator.get_params(deep=False)
    for name, accepted, is_accepted in _PARAMETERS:
        if name not in own:
            continue
        value = own[name]
        if not is_accepted(value):
            kind = PlanError if name == "plan" else InputError
            raise kind(
                f"The {name!r} parameter of {type(estimator).__name__} must be {accepted}. "
                f"Got {value!r} instead."
            )


def _are_names(value: Any) -> bool:
    names = [value] if isinstance(value, str) else value
    return (
        isinstance(names, (list, tuple))
        and len(names) > 0
        and all(isinstance(name, str) for name in names)
    )


def _is_share(value: Any) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return number and 0.0 < float(value) < 1.0


def _is_plan_name(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        read_plan_name(value)
    except PlanError:
        return False
    return True


def _is_count(value: Any) -> bool:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    return value is None or (whole and value >= 1)


def _is_rate(value: Any) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return value is None or (number and 0.0 < float(value) < float("inf"))


def _is_seed(value: Any) -> bool:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    return value is None or (whole and value >= 0)


#: Parameter, what it must be, and whether a value is that.
_PARAMETERS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("source", "the name of a source, such as 'auto', or a list of them", _are_names),
    ("plan", accepted_plans(), lambda value: isinstance(value, Plan) or _is_plan_name(value)),
    ("epochs", "a whole number of at least 1, or None", lambda value: _is_count(value)),
    ("batch_size", "a whole number of at least 1, or None", lambda value: _is_count(value)),
    ("learning_rate", "a number above 0, or None", lambda value: _is_rate(value)),
    (
        "weights",
        "the path of a file, or None",
        lambda value: value is None or isinstance(value, (str, os.PathLike)),
    ),
    ("test_size", "a number above 0 and below 1, such as 0.2", _is_share),
    ("time_limit", "a number of seconds above 0, or None", lambda value: _is_rate(value)),
    ("random_twin", "True or False", lambda value: isinstance(value, (bool, np.bool_))),
    ("fallback", "True or False", lambda value: isinstance(value, (bool, np.bool_))),
    ("random_state", "a whole number of at least 0, or None", _is_seed),
)
