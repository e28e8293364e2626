"""An exported model of places beside the run that it came from, on the same pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.place_engine import PlaceEngine
from headstart.data import read_any, read_unlabelled
from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset, Item
from headstart.data.placement import Placement
from headstart.errors import InputError, RunError
from headstart.progress import Progress, silent
from headstart.runs.export.comparison import MOST_DIFFERENT, Comparison
from headstart.runs.export.place_forms import Compute
from headstart.runs.export.place_run import PlaceRun
from headstart.runs.inputs import gather_inputs

#: As many pictures are looked at.
_MOST = 100
_MADE_UP = 8
#: Computed together: another size of a batch than the one that a network was traced with.
_TOGETHER = 4
#: Pixels that corners of the same box may differ by, in a thousandth of the picture's longer side.
_NEAR = 1.0


@dataclass(frozen=True)
class PlaceComparison(Comparison):
    """How far an exported model is from its run; differences are relative to the largest number.

    ``same`` counts pictures with the same boxes, or with the same class for all but one pixel of
    a thousand.
    """

    def lines(self, output: str) -> list[str]:
        """What the command prints, and the card says."""
        all_of = "all" if self.same == self.samples else f"{self.same} of {self.samples}"
        _, *others = super().lines("")
        return [
            f"Checked on {self.samples} {self.kind}: largest difference of an output "
            f"{self.difference:.1e} of its largest number (both in float32; the same answer for "
            f"{all_of})",
            *others,
        ]


@dataclass(frozen=True)
class Pictures:
    """Pictures that an export is checked on.

    Parameters
    ----------
    items : sequence of Item
        They can be read.
    kind : str
        What they are, in words.
    are_real : bool
        Whether they were not made up.
    """

    items: Sequence[Item]
    kind: str
    are_real: bool = True


def pictures_of(run: PlaceRun, data: Path | None, progress: Progress = silent) -> Pictures:
    """What is given; else the test pictures that are still there; else made-up ones.

    Raises
    ------
    InputError
        If what is given holds no picture that can be read.
    """
    if data is not None:
        if not data.exists():
            raise InputError(
                f"There is no file or folder '{data}' to check on. Check the spelling."
            )
        found = _readable(read_unlabelled(data, progress=progress))
        if not found:
            raise InputError(
                f"'{data}' holds no picture that the model can be checked on. Give a folder or a "
                "table of pictures."
            )
        return Pictures(found, "inputs")
    names = dict.fromkeys(one.input for one in run.model.predictions if one.reason is None)
    there = [name for name in names if os.path.isfile(name)]
    tested = _readable(gather_inputs(there).dataset) if there else []
    if tested:
        return Pictures(tested, "test inputs of the run")
    return Pictures(_made_up(run), "made-up inputs", are_real=False)


def _readable(dataset: Dataset) -> list[Item]:
    rows = np.unique(np.linspace(0, len(dataset) - 1, min(len(dataset), _MOST)).round())
    return [dataset.items[int(row)] for row in rows] if len(dataset) else []


def _made_up(run: PlaceRun) -> Sequence[Item]:
    random = np.random.default_rng(0)
    height, width = run.canvas
    noise = [
        random.normal(128, 16 * count, (height + 3, width - 5, 3)) for count in range(1, _MADE_UP)
    ]
    return read_any([one.clip(0, 255).astype(np.uint8) for one in noise]).items


@dataclass
class _Seen:
    """What the run says of some pictures: outputs, and where each lay."""

    outputs: dict[int, list[NDArray[Any]]] = field(default_factory=dict)
    placements: dict[int, Placement] = field(default_factory=dict)

    def receive(self, row: int, outputs: list[NDArray[Any]], placement: Placement) -> None:
        self.outputs[row] = [np.array(one, dtype=np.float64) for one in outputs]
        self.placements[row] = placement


def compare_places(
    run: PlaceRun, pictures: Pictures, compute: Compute, progress: Progress = silent
) -> PlaceComparison:
    """Ask both, and look how far they are apart.

    Raises
    ------
    RunError
        If they are too far apart, or no picture can be read any more.
    """
    tally = _Tally(run, compute)
    for start in range(0, len(pictures.items), _TOGETHER):
        tally.look(pictures.items[start : start + _TOGETHER])
        progress("check", min(start + _TOGETHER, len(pictures.items)), len(pictures.items))
    if not tally.gaps:
        raise RunError(
            f"The run {str(run.place)!r} is not exported: no picture that it could be checked on "
            "can be read. Give some with --check DATA."
        )
    found = tally.comparison(pictures)
    if not found.is_near:
        raise _too_far(run, found, tally.worst)
    return found


def _too_far(run: PlaceRun, found: PlaceComparison, name: str) -> RunError:
    return RunError(
        f"The run {str(run.place)!r} is not exported: on {found.samples} {found.kind} the exported "
        f"model differs from it by up to {found.difference:.1e} of the largest number (most for "
        f"{name}); accepted is {MOST_DIFFERENT:.0e}. Choose another format, or report this with "
        f"the name of the source ({run.model.network.source.name})."
    )


class _Tally:
    """Differences of picture after picture.

    Parameters
    ----------
    run : PlaceRun
        What is asked in float32, and as it predicts.
    compute : callable
        What was exported.
    """

    def __init__(self, run: PlaceRun, compute: Compute) -> None:
        self._run, self._compute = run, compute
        self._precision = run.model.precision or "f32"
        self._exact = PlaceEngine(run.model.network, "f32")
        self._usual = PlaceEngine(run.model.network, self._precision)
        self.names: list[str] = []
        #: A row a picture, a column an output: differences, and the largest number.
        self.gaps: list[list[float]] = []
        self.usual_gaps: list[list[float]] = []
        self.sizes: list[list[float]] = []
        self.same = 0

    def look(self, items: Sequence[Item]) -> None:
        """Some pictures, computed together; those that cannot be read are left out."""
        exact, usual = _Seen(), _Seen()
        self._exact.run(items, exact.receive)
        self._usual.run(items, usual.receive)
        rows = sorted(exact.outputs)
        if not rows:
            return
        written = self._compute(np.stack([_pixels(self._run, items[row]) for row in rows]))
        for place, row in enumerate(rows):
            own = [np.asarray(one[place], dtype=np.float64) for one in written]
            true = exact.outputs[row]
            self.names.append(items[row].name)
            self.gaps.append(_gaps(own, true))
            self.usual_gaps.append(_gaps(own, usual.outputs[row]))
            self.sizes.append([float(np.abs(one).max(initial=1e-30)) for one in true])
            self.same += _same(self._run, own, true, exact.placements[row])

    @property
    def worst(self) -> str:
        """The picture for which the difference is largest."""
        return self.names[int(self._relative(self.gaps).max(axis=1).argmax())]

    def comparison(self, pictures: Pictures) -> PlaceComparison:
        """The largest differences."""
        return PlaceComparison(
            samples=len(self.gaps),
            kind=pictures.kind,
            are_real=pictures.are_real,
            difference=float(self._relative(self.gaps).max()),
            size=1.0,
            same=self.same,
            precision=self._precision,
            as_it_predicts=float(self._relative(self.usual_gaps).max()),
        )

    def _relative(self, gaps: list[list[float]]) -> NDArray[np.float64]:
        return np.array(gaps) / np.array(self.sizes).max(axis=0)


def _pixels(run: PlaceRun, item: Item) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = run.preprocessing.pixels(item.open())
    return pixels


def _gaps(own: Sequence[NDArray[Any]], others: Sequence[NDArray[Any]]) -> list[float]:
    pairs = zip(own, others, strict=True)
    return [float(np.abs(one - other).max(initial=0.0)) for one, other in pairs]


def _same(
    run: PlaceRun, own: list[NDArray[Any]], true: list[NDArray[Any]], placement: Placement
) -> bool:
    model = run.model
    found, wanted = (model.answer_of(outputs, placement) for outputs in (own, true))
    if isinstance(found, Boxes) and isinstance(wanted, Boxes):
        found, wanted = model.shown(found), model.shown(wanted)
        near = _NEAR * max(placement.size) / 1000
        return found.labels.tolist() == wanted.labels.tolist() and bool(
            np.abs(found.corners - wanted.corners).max(initial=0.0) <= near
        )
    return bool(np.mean(np.asarray(found) != np.asarray(wanted)) <= 1e-3)
