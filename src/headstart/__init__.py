"""headstart: transfer learning for small data sets, with an honest number.

The public names are loaded when they are first used, so that ``import headstart`` stays fast and
imports no heavy library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headstart.errors import HeadstartError
    from headstart.estimators import TransferClassifier, TransferRegressor
    from headstart.multi_task import MultiTaskModel
    from headstart.place_estimators import TransferDetector, TransferLocaliser, TransferSegmenter
    from headstart.plan import HeadPlan, Plan, StagePlan
    from headstart.question_answerer import QuestionAnswerer
    from headstart.runs import load

__version__ = "0.1.0"

__all__ = [
    "HeadPlan",
    "HeadstartError",
    "MultiTaskModel",
    "Plan",
    "QuestionAnswerer",
    "StagePlan",
    "TransferClassifier",
    "TransferDetector",
    "TransferLocaliser",
    "TransferRegressor",
    "TransferSegmenter",
    "__version__",
    "load",
]

_HOMES = {
    "HeadPlan": "headstart.plan",
    "HeadstartError": "headstart.errors",
    "MultiTaskModel": "headstart.multi_task",
    "Plan": "headstart.plan",
    "QuestionAnswerer": "headstart.question_answerer",
    "StagePlan": "headstart.plan",
    "TransferClassifier": "headstart.estimators",
    "TransferDetector": "headstart.place_estimators",
    "TransferLocaliser": "headstart.place_estimators",
    "TransferRegressor": "headstart.estimators",
    "TransferSegmenter": "headstart.place_estimators",
    "load": "headstart.runs",
}


def __getattr__(name: str) -> object:
    """Import a public name from its home on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'headstart' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
