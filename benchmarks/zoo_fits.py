"""Fits on a target of the zoo as somebody makes them who never saw it, but saw the others."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from zoo_outcomes import of_product
from zoo_pictures import folder_of
from zoo_reading import BETTER, Pair
from zoo_sources import Zooling

#: What a plan is called that takes nothing from any source.
NOTHING = "no transfer"


@dataclass(frozen=True)
class Choice:
    """What a fit came to.

    Parameters
    ----------
    source, plan : str
        That were chosen.
    correct : tuple of bool
        Whether each test sample was named correctly, in the order of the test set.
    seconds, limit : float
        That the fit took, and that it was given.
    """

    source: str
    plan: str
    correct: tuple[bool, ...]
    seconds: float
    limit: float


def chosen(zoo: Path, found: Sequence[Zooling], target: str, limit: float) -> Choice:
    """Fit with all sources to choose from, the plan left open, and a time limit."""
    from headstart.activations.preparation import Request
    from headstart.fitting import Settings, Watch, fit, read_sides

    watch, folder = Watch(), folder_of(zoo, target)
    requests = tuple(Request(one.source, one.weights) for one in found)
    train, test = read_sides(folder / "train", None, folder / "test")
    model = fit(train, test, Settings(candidates=requests, time_limit=limit), watch=watch)
    told = {one.question: one.answer for one in model.evidence.decisions}
    names = {one.source: one.name for one in found}
    saved = model.plan.source
    return Choice(
        names.get(told["which source"], told["which source"]),
        told.get("how much to transfer", "probe") if saved in names else NOTHING,
        tuple(bool(answer.correct) for answer in model.predictions),
        round(watch.elapsed, 1),
        round(limit, 1),
    )


def as_experience(
    pairs: Iterable[Pair], measures: Mapping[str, Any], found: Iterable[Zooling], without: str
) -> list[Any]:
    """How all sources did on the other targets, with what the product measures there."""
    from headstart.advice.experience import Outcome

    names = {one.name: one.source for one in found}
    return [
        Outcome(
            one.target,
            names[one.source],
            one.accuracy(BETTER),
            of_product(measures[one.target][one.source]),
        )
        for one in pairs
        if one.target != without
        and one.is_whole
        and one.source in names
        and one.source in measures.get(one.target, {})
    ]


@contextmanager
def fresh_cache(converted: Path | None, experience: Sequence[Any]) -> Iterator[None]:
    """A cache with nothing but converted networks and this experience, gone afterwards.

    Outcomes of the zoo may have been packaged: they would tell of the target, and are left out.

    Parameters
    ----------
    converted : Path or None
        A folder of converted networks, which is copied; None: there are none.
    experience : sequence of Outcome
    """
    from headstart.advice.experience import remember
    from headstart.advice.prior import packaged_seed
    from headstart.fitting import source_choice

    seed, before = replace(packaged_seed(), outcomes=()), os.environ.get("HEADSTART_CACHE")
    with tempfile.TemporaryDirectory(prefix="headstart-zoo-") as folder:
        if converted is not None and converted.is_dir():
            shutil.copytree(converted, Path(folder) / converted.name)
        os.environ["HEADSTART_CACHE"] = folder
        remember(experience)
        try:
            with patch.object(source_choice, "packaged_seed", lambda: seed):
                yield
        finally:
            os.environ.pop("HEADSTART_CACHE")
            if before is not None:
                os.environ["HEADSTART_CACHE"] = before
