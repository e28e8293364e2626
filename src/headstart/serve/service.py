"""A run that is being served: the model, what waits for it, and what was counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from headstart.runs import Model
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel
from headstart.serve.answers import Answer
from headstart.serve.batcher import Batcher
from headstart.serve.engine import Engine
from headstart.serve.explainer import Explainer
from headstart.serve.limits import Limits
from headstart.serve.metrics import Metrics
from headstart.serve.place_serving import PlaceServing
from headstart.serve.refusals import RefusedError
from headstart.serve.sample_reader import Sample
from headstart.serve.several_serving import SeveralServing

Wanted = TypeVar("Wanted")
_PLACES_NOT_EXPLAINED = (
    "This model says itself where something is, and is not explained. Look at its answer on the "
    "picture: POST /predict."
)
_SEVERAL_NOT_EXPLAINED = (
    "This model answers several questions about a sample, and no one of its answers is explained. "
    "A run of one target is: headstart fit --label-column NAME."
)


@dataclass
class Counted:
    """Requests that were taken up, and those of them that got an answer."""

    accepted: int = 0
    answered: int = 0
    gone: int = 0


@dataclass
class Service:
    """All that the routes need.

    Parameters
    ----------
    name : str
        Of the model, in addresses.
    model : Model, PlaceModel or SeveralModel
        Of pictures or of texts.
    limits : Limits
        What is accepted.
    """

    name: str
    model: Model | PlaceModel | SeveralModel
    limits: Limits = field(default_factory=Limits)
    draining: bool = False
    counted: Counted = field(default_factory=Counted)

    def __post_init__(self) -> None:
        self.explainer: Explainer | None = None
        self.engine: Engine | PlaceServing | SeveralServing
        if isinstance(self.model, PlaceModel):
            self.engine = PlaceServing(self.model, self.limits)
        elif isinstance(self.model, SeveralModel):
            self.engine = SeveralServing(self.model, self.limits)
        else:
            self.engine = Engine(self.model, self.limits)
            self.explainer = Explainer(self.engine, self.limits)
        self.metrics = Metrics(lambda: self.batcher.waiting)
        self.batcher = Batcher(self.engine, self.limits, self.metrics.batch)

    async def answers(self, samples: Sequence[Sample]) -> list[Answer]:
        """An answer or a reason for each sample, in order.

        Raises
        ------
        RefusedError
            429 when too many wait, 504 when it takes too long.
        """
        answers = await self._in_time(self.batcher.submit(samples))
        unreadable = sum(answer.reason is not None for answer in answers)
        self.metrics.samples(len(answers) - unreadable, unreadable)
        return answers

    async def explanation(self, sample: Sample) -> dict[str, Any]:
        """Prediction, explanation and nearest training samples; raises as :meth:`answers`.

        Raises
        ------
        RefusedError
            404 where the model says where something is, or has several targets.
        """
        if self.explainer is None:
            is_places = isinstance(self.model, PlaceModel)
            raise RefusedError(404, _PLACES_NOT_EXPLAINED if is_places else _SEVERAL_NOT_EXPLAINED)
        (explained,) = await self._in_time([self.explainer.submit(sample)])
        return explained

    async def _in_time(self, futures: Sequence[Future[Wanted]]) -> list[Wanted]:
        """What is given up is not computed, unless that has begun."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await asyncio.gather(*map(asyncio.wrap_future, futures))
        except TimeoutError:
            raise RefusedError(
                504, f"There was no answer within {self.limits.seconds:g} s. Try again later."
            ) from None

    def close(self) -> None:
        """Finish what was accepted and end all threads."""
        self.batcher.close()
        if self.explainer is not None:
            self.explainer.close()
