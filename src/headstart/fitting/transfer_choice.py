"""Whether the model with transfer is what is saved, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from headstart.evaluation.baselines import Baseline
from headstart.evaluation.verdict import verdict
from headstart.evidence import Decision
from headstart.fitting.comparison import Comparison

_QUESTION = "should I transfer"


@dataclass(frozen=True)
class TransferChoice:
    """What was compared, and what follows from it.

    Parameters
    ----------
    rival : Baseline
        The best model without transfer, by training alone.
    in_training, in_test : Comparison or None
        Of both models on held-out training samples, and on the test samples.
    may_fall_back : bool
        Whether the model without transfer may be saved in place of the other.
    """

    rival: Baseline
    in_training: Comparison | None
    in_test: Comparison | None
    may_fall_back: bool = True

    @property
    def is_worse_in_training(self) -> bool:
        """Known before the test set is looked at."""
        return self.in_training is not None and self.in_training.is_worse

    @property
    def hurts(self) -> bool:
        """By the verdict, which is about the test set alone."""
        return self.in_test is not None and verdict(self.in_test.difference) == "transfer hurts"

    @property
    def falls_back(self) -> bool:
        """Whether the model without transfer is saved."""
        return self.may_fall_back and (self.is_worse_in_training or self.hurts)

    def decision(self) -> Decision:
        """For the evidence."""
        made = (self.in_training, self.in_test)
        rows = tuple(one.row() for one in made if one is not None)
        return Decision(_QUESTION, self._answer(), self._reason(), rows)

    def notes(self) -> tuple[str, ...]:
        """What a person should see without opening the evidence."""
        return (self._reason(),) if self.is_worse_in_training or self.hurts else ()

    def _answer(self) -> str:
        if self.is_worse_in_training or self.hurts:
            return "no"
        helps = self.in_test is not None and self.in_test.difference.low > 0
        return "yes" if helps else "it cannot be told"

    def _reason(self) -> str:
        if self.is_worse_in_training or self.hurts:
            return f"{self._why_not()} {self._what_follows()}"
        if self._answer() == "yes":
            return f"On the test samples the model with transfer is better than {self._name}."
        return (
            f"Nothing shows that the model with transfer is worse than {self._name}, nor for "
            "certain that it is better; it was kept, as it was asked for."
        )

    @property
    def _name(self) -> str:
        return f"the model without transfer ({self.rival.name})"

    def _why_not(self) -> str:
        if self.is_worse_in_training:
            return (
                f"On training samples that were held out, {self._name} did better than the one "
                "with transfer by more than the standard error."
            )
        return f"On the test samples {self._name} did better than the one with transfer."

    def _what_follows(self) -> str:
        if not self.may_fall_back:
            return "The model with transfer was saved all the same, because that was asked for."
        if self.is_worse_in_training:
            return (
                "It was saved in its place, and that was settled before any test sample was seen."
            )
        return (
            "It was saved in its place. So the test samples had a say in this choice, and its "
            "figures may be a little too good."
        )


def nothing_transferred(source: str) -> str:
    """The note of a plan that takes nothing from its source."""
    return (
        f"Nothing was transferred: no weight of this model was learned before, so there is no "
        f"verdict on transfer from {source!r}."
    )
