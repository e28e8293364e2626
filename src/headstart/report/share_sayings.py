"""Words for a classifier: shares of a hundred."""

from __future__ import annotations

from typing import Any, ClassVar

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.wording import counted, noun, of_hundred, signed_of_hundred

_WIDE_INTERVAL = 0.10


class ShareSayings:
    """See :class:`~headstart.report.sayings.Sayings`."""

    metric: ClassVar[str] = "accuracy"
    axis: ClassVar[str] = "labelled correctly"
    lanes_label: ClassVar[str] = "Share of the test set labelled correctly, with 95 % interval"
    beaten: ClassVar[tuple[str, str]] = ("It scores above", "It does not score above")
    hardest: ClassVar[str] = (
        "Those to whose true class the model gave the least probability. Look for wrong labels "
        "first: they often gather here."
    )
    use: ClassVar[str] = "Label"

    def score(self, result: Result, figure: Figure) -> dict[str, str]:
        """About 94 of 100 are labelled correctly."""
        many = noun(result.modality)
        share = of_hundred(figure.value)
        words = f"{share} of 100 new {many} like your test {many} are labelled correctly"
        low, high = of_hundred(figure.low), of_hundred(figure.high)
        return {
            "headline": f"Nearly all new {many} like your test {many} are labelled correctly"
            if share == "100"
            else f"About {words}",
            "short": f"{share} of 100 correct",
            "small_print": (
                f"95\u00a0% interval {low} to {high} of 100; measured on "
                f"{counted(result.n_test, result.modality)} kept away from training"
            ),
        }

    def held_out(self, value: float) -> str:
        """A share of the training data."""
        return f"about {of_hundred(value)} of 100 were right"

    def verdict(self, result: Result, other: str, difference: Figure) -> str:
        """So many more or fewer of 100 right."""
        low, high = signed_of_hundred(difference.low), signed_of_hundred(difference.high)
        interval = f"(95\u00a0% interval of the difference {low} to {high})"
        if result.verdict == "no measurable difference":
            subject = "the model with transfer" if result.fallback else "it"
            return (
                f"On this test set {subject} cannot be told apart from {other}, which uses no "
                f"pretrained network: {signed_of_hundred(difference.value)} of 100 {interval}."
            )
        direction = "more" if difference.value > 0 else "fewer"
        subject = "The model with transfer" if result.fallback else "It"
        return (
            f"{subject} gets {of_hundred(abs(difference.value))} {direction} of 100 right than "
            f"{other}, which uses no pretrained network {interval}."
        )

    def beats(self, own: float, other: float) -> bool:
        """More is better."""
        return own > other

    def shown(self, value: float) -> str:
        """As a count out of 100."""
        return f"{of_hundred(value)} of 100"

    def ends(self, cells: list[dict[str, Any]]) -> tuple[tuple[float, float], tuple[str, str]]:
        """None to all."""
        return (0.0, 1.0), ("0 %", "100 %")

    def is_wide(self, figure: Figure) -> bool:
        """From ten of a hundred on."""
        return figure.high - figure.low > _WIDE_INTERVAL

    def about_mistakes(self, result: Result, mixups: list[dict[str, Any]]) -> str:
        """The most frequent one."""
        if not mixups:
            return ""
        worst = mixups[0]
        times = "once" if worst["count"] == 1 else f"{worst['count']} times"
        pair = f"“{worst['true']}” taken for “{worst['predicted']}” ({times})"
        if worst["count"] == 1:
            return (
                f"Look at the few mistakes, such as {pair}: the label may be wrong, not the model."
            )
        return (
            f"Look at the most common mistake: {pair}. First check those labels, then add training "
            f"{noun(result.modality)} of both classes."
        )
