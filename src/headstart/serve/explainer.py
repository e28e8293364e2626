"""Why the model says so: one explanation at a time, beside the batches."""

from __future__ import annotations

import base64
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from headstart.serve.answers import answer_of
from headstart.serve.engine import Engine, Sample
from headstart.serve.limits import Limits
from headstart.serve.refusals import too_many

#: The longer side of a picture that is explained and shown with its heat.
_LONGEST_SIDE = 1024
#: Training samples that are shown.
_NEAREST = 5
_COME_AGAIN = 5
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


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
        future = self._thread.submit(explained, self._engine, sample)
        future.add_done_callback(self._count_down)
        return future

    def close(self) -> None:
        """Finish what was accepted, then end the thread."""
        self._thread.shutdown(wait=True)

    def _count_down(self, _: Future[dict[str, Any]]) -> None:
        with self._lock:
            self._waiting -= 1


def explained(engine: Engine, sample: Sample) -> dict[str, Any]:
    """Prediction, explanation and nearest training samples of one sample, as plain data.

    Raises
    ------
    UnreadableInputError
        If the sample cannot be read.
    """
    vectors, (prediction,) = engine.look([engine.prepare(sample)])
    return {
        "prediction": answer_of(prediction),
        "explanation": _explanation(engine, sample, prediction.predicted),
        "nearest": _nearest(engine, vectors[0]),
    }


def _explanation(engine: Engine, sample: Sample, label: Any) -> dict[str, Any] | None:
    """None for a number: what is explained is the probability of a class."""
    if not engine.model.task.gives_probabilities:
        return None
    from headstart.explanations import explain

    found = explain(engine.model, _reduced(engine, sample), label)
    plain: dict[str, Any] = found.to_dict()
    overlay = getattr(found, "overlay_png", None)
    return plain if overlay is None else plain | {"overlay": _data_uri(overlay)}


def _reduced(engine: Engine, sample: Sample) -> Any:
    """A picture of a size that a page can show."""
    opened = engine.open(sample, at_least=_LONGEST_SIDE)
    if not isinstance(opened, str) and max(opened.size) > _LONGEST_SIDE:
        opened.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return opened


def _nearest(engine: Engine, vector: Any) -> list[dict[str, Any]]:
    kept = getattr(engine.model, "kept_samples", None)
    if kept is None:
        return []
    return [
        {
            "name": one.name,
            "label": one.label,
            "similarity": float(one.similarity),
            "text": one.text,
            "thumbnail": None if one.thumbnail is None else _data_uri(one.thumbnail),
        }
        for one in kept.nearest(vector, count=_NEAREST)
    ]


def _data_uri(picture: bytes) -> str:
    kind = next((kind for magic, kind in _PICTURES.items() if picture.startswith(magic)), None)
    return f"data:{kind or 'image/png'};base64,{base64.b64encode(picture).decode()}"
