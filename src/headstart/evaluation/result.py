"""The figures of a finished fit: plain data, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from headstart.metrics.figure import Figure

#: How the name of a model with transfer begins where another was saved.
WITH_TRANSFER = "with transfer"

Verdict = Literal["transfer helps", "no measurable difference", "transfer hurts"]


@dataclass(frozen=True)
class BaselineFigures:
    """The test figures of a model without transfer."""

    name: str
    test: Mapping[str, Figure]


@dataclass(frozen=True)
class TransferFigures:
    """The model with transfer that was not saved: where from, how, and its test figures."""

    source: str
    plan: Mapping[str, Any]
    test: Mapping[str, Figure]


@dataclass(frozen=True)
class NearDuplicate:
    """A test sample and a training sample that look almost the same."""

    test: str
    train: str
    similarity: float


@dataclass(frozen=True)
class Result:
    """What a fit found out; the same as ``RUN/result.json``.

    Parameters
    ----------
    task, modality : str
        ``"classification"`` or ``"regression"``; ``"image"`` or ``"embedding"``.
    classes : tuple of str
        As text, in the order of the probability columns; empty for a regression.
    n_train, n_test : int
        Samples that the figures stand on.
    source : str
        The source's name; of a model without a network ``"classical"``.
    plan : mapping
        The plan as it was carried out.
    test : mapping of str to Figure
        Metric name to value and interval, of the model that was saved.
    baselines : tuple of BaselineFigures
        Models without transfer on the same test samples.
    compared_with : str
        The baseline that the verdict is about.
    verdict : str or None
        One of three sentences about transfer; None when nothing could be compared, or nothing was
        transferred.
    difference : Figure or None
        Accuracy of the model with transfer less that of ``compared_with``, on the same test
        samples; of a regression the mean absolute error of ``compared_with`` less that of the
        model with transfer. Above 0 that is better.
    confusion : tuple of tuple of int
        Rows are true classes, columns predicted ones; empty for a regression.
    calibration : tuple of mapping
        Bins of the reliability curve: ``confidence``, ``accuracy``, ``count``; empty for a
        regression.
    fallback : str or None
        The baseline that was saved in place of the model with transfer, because that hurts.
    with_transfer : TransferFigures or None
        That model with transfer; None where it is the one that was saved.
    duplicates : tuple of str
        Training samples left out because the test set holds the same content.
    near_duplicates : tuple of NearDuplicate
        Pairs across the splits that look almost the same. They stay in.
    quarantined : tuple of mapping
        ``{"input", "reason"}`` of everything that could not be read.
    notes : tuple of str
        Sentences that the user should see.
    seconds : mapping of str to float
        Step name to wall-clock seconds.
    per_class : mapping of str to Figure
        Class to its figure on the test samples: of a detection AP at an overlap of 0.5, of a
        segmentation IoU; empty for other tasks.
    label_column : str or None
        What the column of the labels is called, where they stood in one: by it a run of one target
        is found among those of several.
    """

    task: str
    modality: str
    classes: tuple[str, ...]
    n_train: int
    n_test: int
    source: str
    plan: Mapping[str, Any]
    test: Mapping[str, Figure]
    baselines: tuple[BaselineFigures, ...]
    compared_with: str | None = None
    verdict: Verdict | None = None
    difference: Figure | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    calibration: tuple[Mapping[str, float], ...] = ()
    fallback: str | None = None
    with_transfer: TransferFigures | None = None
    duplicates: tuple[str, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    quarantined: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    per_class: Mapping[str, Figure] = field(default_factory=dict)
    label_column: str | None = None

    @property
    def others(self) -> tuple[BaselineFigures, ...]:
        """Every model that was measured beside the one that was saved.

        What was saved in place of the model with transfer is no longer another; that is.
        """
        rest = tuple(one for one in self.baselines if one.name != self.fallback)
        if self.with_transfer is None or not self.with_transfer.test:
            return rest
        tried = self.with_transfer
        return (*rest, BaselineFigures(f"{WITH_TRANSFER} from {tried.source}", tried.test))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON (lists, dictionaries, numbers, text)."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Result:
        """Read what :meth:`to_dict` wrote. Unknown keys are ignored: a newer version wrote them."""
        known = {key: value for key, value in plain.items() if key in cls.__dataclass_fields__}
        known["test"] = _figures(plain["test"])
        known["baselines"] = tuple(
            BaselineFigures(row["name"], _figures(row["test"])) for row in plain["baselines"]
        )
        known["near_duplicates"] = tuple(
            NearDuplicate(**row) for row in plain.get("near_duplicates", ())
        )
        if plain.get("with_transfer") is not None:
            tried = plain["with_transfer"]
            known["with_transfer"] = TransferFigures(
                tried["source"], tried["plan"], _figures(tried["test"])
            )
        if plain.get("difference") is not None:
            known["difference"] = Figure(**plain["difference"])
        for key in ("classes", "calibration", "duplicates", "quarantined", "notes"):
            known[key] = tuple(plain.get(key, ()))
        known["per_class"] = _figures(plain.get("per_class", {}))
        known["confusion"] = tuple(tuple(row) for row in plain.get("confusion", ()))
        return cls(**known)


def _figures(plain: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure(**figure) for name, figure in plain.items()}
