"""Words for a regression: errors in the unit of the targets."""

from __future__ import annotations

from typing import Any, ClassVar

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.wording import amount, counted, noun

#: Width of the interval as a share of the error.
_WIDE_INTERVAL = 0.5


class NumberSayings:
    """See :class:`~headstart.report.sayings.Sayings`."""

    metric: ClassVar[str] = "mean_absolute_error"
    axis: ClassVar[str] = "mean absolute error: less is better"
    lanes_label: ClassVar[str] = "Mean absolute error on the test set, with 95 % interval"
    beaten: ClassVar[tuple[str, str]] = ("It errs less than", "It does not err less than")
    hardest: ClassVar[str] = (
        "Those with the largest errors. Look for wrong numbers in your labels first: they often "
        "gather here."
    )
    use: ClassVar[str] = "Predict"

    def score(self, result: Result, figure: Figure) -> dict[str, str]:
        """Predicted to within so much."""
        many, value = noun(result.modality), amount(figure.value)
        return {
            "headline": (
                f"For new {many} like your test {many} it is off by about {value} on average"
            ),
            "short": f"off by {value} on average",
            "small_print": (
                f"95\u00a0% interval {amount(figure.low)} to {amount(figure.high)}; measured on "
                f"{counted(result.n_test, result.modality)} kept away from training"
            ),
        }

    def held_out(self, value: float) -> str:
        """An error on the training data."""
        return f"it was off by about {amount(value)} on average"

    def verdict(self, result: Result, other: str, difference: Figure) -> str:
        """So much smaller or larger an error."""
        if result.verdict == "no measurable difference":
            ends = f"{amount(difference.low)} to {amount(difference.high)}"
            subject = "the model with transfer" if result.fallback else "it"
            return (
                f"On this test set {subject} cannot be told apart from {other}, which uses no "
                "pretrained network: its mean absolute error is smaller by "
                f"{amount(difference.value)} (95\u00a0% interval {ends}; below 0 it is larger)."
            )
        direction = "smaller" if difference.value > 0 else "larger"
        owner = "The model with transfer: its" if result.fallback else "Its"
        low, high = sorted((abs(difference.low), abs(difference.high)))
        return (
            f"{owner} mean absolute error is {direction} by {amount(abs(difference.value))} than "
            f"that of {other}, which uses no pretrained network (95\u00a0% interval of the "
            f"difference {amount(low)} to {amount(high)})."
        )

    def beats(self, own: float, other: float) -> bool:
        """Less is better."""
        return own < other

    def shown(self, value: float) -> str:
        """As an error."""
        return f"off by {amount(value)}"

    def ends(self, cells: list[dict[str, Any]]) -> tuple[tuple[float, float], tuple[str, str]]:
        """No error to the largest that an interval holds."""
        largest = max((cell["high"] or cell["value"] for cell in cells), default=0.0) or 1.0
        return (0.0, largest), ("0", amount(largest))

    def is_wide(self, figure: Figure) -> bool:
        """From half the error on."""
        return figure.high - figure.low > _WIDE_INTERVAL * figure.value

    def about_mistakes(self, result: Result, mixups: list[dict[str, Any]]) -> str:
        """The largest errors."""
        if not result.test:
            return ""
        return (
            "Look at the largest errors below: the number in your data may be wrong, not the model."
        )
