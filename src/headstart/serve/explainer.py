"""Why the model says so: one explanation at a time, beside the batches."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from typing import Any

from headstart.data.thumbnails import data_uri
from headstart.explanations import PictureExplanation, explain
from headstart.runs import Model
from headstart.serve.answers import answer_of
from headstart.serve.engine import Engine
from headstart.serve.limits import Limits
from headstart.serve.refusals import too_many
from headstart.serve.sample_reader import Sample

#: Pixels of the shorter side that are enough to explain a picture, and of the longer side at most.
_SHORTER_SIDE, _LONGEST_SIDE = 320, 2048
#: Training samples that are shown.
_NEAREST = 5
_COME_AGAIN = 5


class Explainer:
    """A thread that explains, and the samples that wait for it.

    Parameters
    ----------
    engine : Engine
        Whose answers are explained.
    limits : Limits
        ``explanations``.
    """

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        # A network of its own, compiled with the first explanation: in turns with the batches, one
        # long text would keep them all waiting.
        self.model = replace(engine.model)
        self._lock = Lock()
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explain")

    def submit(self, sample: Sample) -> Future[dict[str, Any]]:
        """Accept a sample.

        Raises
        ------
        RefusedError
            429 when too many wait.
        """
        with self._lock:
            if self._waiting >= self._limits.explanations:
                raise too_many(f"{self._waiting} explanations wait already.", _COME_AGAIN)
            self._waiting += 1
        future = self._thread.submit(explained, self._engine, self.model, sample)
        future.add_done_callback(self._count_down)
        return future

    def close(self) -> None:
        """Finish what was accepted, then end the thread."""
        self._thread.shutdown(wait=True)

    def _count_down(self, _: Future[dict[str, Any]]) -> None:
        with self._lock:
            self._waiting -= 1


def explained(engine: Engine, model: Model, sample: Sample) -> dict[str, Any]:
    """Prediction, explanation and nearest training samples of one sample, as plain data.

    Parameters
    ----------
    engine : Engine
        What predicts.
    model : Model
        The same model, which is asked about parts of the sample.
    sample : bytes or str
        What is explained.

    Raises
    ------
    UnreadableInputError
        If the sample cannot be read.
    """
    vector, prediction = engine.look(engine.prepare(sample))
    return {
        "prediction": answer_of(prediction),
        "explanation": _explanation(model, _reduced(engine, sample), prediction.predicted),
        "nearest": _nearest(model, vector),
    }


def _explanation(model: Model, opened: Any, predicted: Any) -> dict[str, Any]:
    label = predicted if model.task.gives_probabilities else None
    found = explain(model, opened, label)
    plain = found.to_dict()
    if isinstance(found, PictureExplanation):
        plain["overlay"] = found.overlay_uri
    return plain


def _reduced(engine: Engine, sample: Sample) -> Any:
    """A picture of a size that a page can show."""
    opened = engine.open(sample, at_least=_SHORTER_SIDE)
    if not isinstance(opened, str) and max(opened.size) > _LONGEST_SIDE:
        opened.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return opened


def _nearest(model: Model, vector: Any) -> list[dict[str, Any]]:
    kept = model.kept_samples
    if kept is None:
        return []
    return [
        {
            "name": _last_part(one.name),
            "label": one.label,
            "similarity": one.similarity,
            "text": one.text,
            "thumbnail": None if one.thumbnail is None else data_uri(one.thumbnail),
        }
        for one in kept.nearest(vector, count=_NEAREST)
    ]


def _last_part(name: str) -> str:
    """The name of a file without its folders: where they lay is nobody's business."""
    return name.replace("\\", "/").rpartition("/")[2]
