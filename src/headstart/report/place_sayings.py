"""Words for what says where something is: how much answers and truth overlap."""

from __future__ import annotations

from typing import Any, ClassVar

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.wording import PERCENT, counted, noun, of_hundred, signed_of_hundred

_WIDE_INTERVAL = 0.15


class _PlaceSayings:
    """What boxes and masks have in common."""

    #: What the figure is called inside of a sentence.
    measure: ClassVar[str]
    beaten: ClassVar[tuple[str, str]] = ("It scores above", "It does not score above")

    def held_out(self, value: float) -> str:
        """A figure on the training data."""
        return f"its {self.measure} was about {_percent(value)}"

    def verdict(self, result: Result, other: str, difference: Figure) -> str:
        """So many points higher or lower."""
        low, high = signed_of_hundred(difference.low), signed_of_hundred(difference.high)
        if result.verdict == "no measurable difference":
            subject = "the model with transfer" if result.fallback else "it"
            return (
                f"On this test set {subject} cannot be told apart from {other}, which uses no "
                f"pretrained network: its {self.measure} is higher by "
                f"{signed_of_hundred(difference.value)} points (95\u00a0% interval {low} to "
                f"{high}; below 0 it is lower)."
            )
        direction = "higher" if difference.value > 0 else "lower"
        owner = "The model with transfer: its" if result.fallback else "Its"
        return (
            f"{owner} {self.measure} is {direction} by {of_hundred(abs(difference.value))} points "
            f"than that of {other}, which uses no pretrained network (95\u00a0% interval of the "
            f"difference {low} to {high})."
        )

    def beats(self, own: float, other: float) -> bool:
        """More is better."""
        return own > other

    def shown(self, value: float) -> str:
        """In percent."""
        return _percent(value)

    def ends(self, cells: list[dict[str, Any]]) -> tuple[tuple[float, float], tuple[str, str]]:
        """Nothing to perfect."""
        return (0.0, 1.0), ("0 %", "100 %")

    def is_wide(self, figure: Figure) -> bool:
        """From fifteen of a hundred on."""
        return figure.high - figure.low > _WIDE_INTERVAL

    def about_mistakes(self, result: Result, mixups: list[dict[str, Any]]) -> str:
        """The class that does worst."""
        if len(result.per_class) < 2:
            return ""
        name, figure = min(result.per_class.items(), key=lambda item: item[1].value)
        return (
            f"Of the classes “{name}” does worst ({_percent(figure.value)}). Add training pictures "
            "that show it."
        )


class DetectionSayings(_PlaceSayings):
    """See :class:`~headstart.report.sayings.Sayings`."""

    metric: ClassVar[str] = "ap50"
    measure: ClassVar[str] = "average precision"
    axis: ClassVar[str] = "average precision: more is better"
    lanes_label: ClassVar[str] = "Average precision on the test set, with 95 % interval"
    hardest: ClassVar[str] = (
        "Those with the most boxes missed or made up. Look for boxes that your annotations lack "
        "first: they often gather here."
    )
    use: ClassVar[str] = "Find things in"

    def score(self, result: Result, figure: Figure) -> dict[str, str]:
        """Average precision."""
        many, share = noun(result.modality), _percent(figure.value)
        return {
            "headline": (
                f"For new {many} like your test {many} the average precision of its boxes is about "
                f"{share}"
            ),
            "short": f"average precision {share}",
            "small_print": _small_print(result, figure),
        }


class _OverlapSayings(_PlaceSayings):
    """Of one box, and of classes of pixels."""

    metric: ClassVar[str] = "mean_iou"
    measure: ClassVar[str] = "overlap"
    axis: ClassVar[str] = "overlap with the truth"
    lanes_label: ClassVar[str] = "Overlap with the truth on the test set, with 95 % interval"
    hardest: ClassVar[str] = (
        "Those whose answer overlaps the truth least. Look for wrong annotations first: they often "
        "gather here."
    )
    #: What overlaps what.
    pair: ClassVar[str]

    def score(self, result: Result, figure: Figure) -> dict[str, str]:
        """So much overlaps."""
        many, share = noun(result.modality), _percent(figure.value)
        return {
            "headline": (
                f"For new {many} like your test {many} {self.pair} overlap by about {share}"
            ),
            "short": f"overlap of {share}",
            "small_print": _small_print(result, figure),
        }


class LocalisationSayings(_OverlapSayings):
    """See :class:`~headstart.report.sayings.Sayings`."""

    pair: ClassVar[str] = "its box and the true one"
    use: ClassVar[str] = "Find the box in"


class SegmentationSayings(_OverlapSayings):
    """See :class:`~headstart.report.sayings.Sayings`."""

    pair: ClassVar[str] = "its regions and the true ones"
    use: ClassVar[str] = "Segment"


def _percent(value: float) -> str:
    return f"{of_hundred(value)}{PERCENT}"


def _small_print(result: Result, figure: Figure) -> str:
    return (
        f"95\u00a0% interval {of_hundred(figure.low)} to {_percent(figure.high)}; measured on "
        f"{counted(result.n_test, result.modality)} kept away from training"
    )
