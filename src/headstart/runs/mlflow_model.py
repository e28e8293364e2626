"""The model of a run for MLflow's pyfunc: MLflow runs this file, so that nothing is pickled.

It is the one module that does something when it is imported: MLflow asks for that of a model that
is kept as code, and nothing else imports it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from headstart.evaluation.several_targets import SEVERAL_TARGETS
from headstart.tasks.registry import PLACE_TASKS

#: The name under which MLflow keeps the run folder.
RUN = "run"


class RunModel(PythonModel):
    """Answers as ``headstart predict`` does."""

    def load_context(self, context: Any) -> None:
        """Open the run folder that lies beside the model."""
        from headstart.runs.loading import load

        self.model = load(context.artifacts[RUN])

    # MLflow reads the annotation: of a DataFrame it checks nothing, and passes others on too.
    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """A row for each path, text or row of an embedding.

        Parameters
        ----------
        context : object
            MLflow's; not needed.
        model_input : DataFrame with one column, array or list
            Paths of pictures or texts; or embeddings, a column a feature.
        params : mapping or None
            Not needed.

        Returns
        -------
        pandas.DataFrame
            ``predicted``, and ``p:CLASS`` for each class; of places ``width``, ``height``, and
            ``boxes`` as JSON or ``share:CLASS`` for each class; of several targets ``TARGET``,
            ``TARGET:probability`` and ``TARGET:p:CLASS``. ``reason`` where there is no answer.
        """
        rows = [row.to_dict() for row in self.model.predict_rows(self._inputs(model_input))]
        flat = _FLAT.get(self.model.result_.task, _flat)
        return pd.DataFrame([flat(row) for row in rows])

    def _inputs(self, given: Any) -> Any:
        if self.model.result_.modality == "embedding":
            return getattr(given, "to_numpy", lambda: given)()
        if hasattr(given, "iloc"):
            given = given.iloc[:, 0] if getattr(given, "ndim", 1) == 2 else given
        return [str(one) for one in given]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    shares = {f"p:{name}": share for name, share in row.get("probabilities", {}).items()}
    told = {"predicted": row.get("predicted"), "reason": row.get("reason")}
    return {**told, **shares}


def _flat_places(row: dict[str, Any]) -> dict[str, Any]:
    """A cell holds no list in every place that MLflow writes tables to."""
    told = {key: row.get(key) for key in ("width", "height", "reason")}
    if "boxes" in row:
        told["boxes"] = json.dumps(row["boxes"])
    return told | {f"share:{name}": share for name, share in row.get("shares", {}).items()}


def _flat_targets(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of ``predict --out``."""
    told = {"reason": row.get("reason")}
    for name, one in row.get("targets", {}).items():
        told[name] = one["predicted"]
        if "confidence" in one:
            told[f"{name}:probability"] = one["confidence"]
        shares = one.get("probabilities", {})
        told |= {f"{name}:p:{label}": share for label, share in shares.items()}
    return told


#: By task, where the answer is more than a label or a number.
_FLAT: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(PLACE_TASKS, _flat_places),
    SEVERAL_TARGETS: _flat_targets,
}

mlflow.models.set_model(RunModel())
