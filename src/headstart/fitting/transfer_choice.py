"""Whether the model with transfer is what is saved, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from headstart.evaluation.baselines import Baseline
from headstart.evaluation.result import Verdict
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
    is_vouched_for : bool
        Whether the source's weights are known ones. Others have to earn their place: where they
        are not clearly better, the simpler model is taken, as among plans.
    """

    rival: Baseline
    in_training: Comparison | None
    in_test: Comparison | None
    may_fall_back: bool = True
    is_vouched_for: bool = True

    @property
    def fails_in_training(self) -> bool:
        """Known before the test set is looked at."""
        if self.in_training is None:
            return False
        doubtful = not self.is_vouched_for and not self.in_training.is_better
        return self._is_worse or doubtful

    @property
    def _is_worse(self) -> bool:
        return self.in_training is not None and self.in_training.is_worse

    @property
    def verdict(self) -> Verdict | None:
        """By the test samples; help is claimed only where the training samples do not deny it."""
        if self.in_test is None:
            return None
        said = verdict(self.in_test.difference)
        denied = said == "transfer helps" and self.fails_in_training
        return "no measurable difference" if denied else said

    @property
    def hurts(self) -> bool:
        """By the verdict."""
        return self.verdict == "transfer hurts"

    @property
    def falls_back(self) -> bool:
        """Whether the model without transfer is saved."""
        return self.may_fall_back and (self.fails_in_training or self.hurts)

    def decision(self) -> Decision:
        """For the evidence."""
        made = (self.in_training, self.in_test)
        rows = tuple(one.row() for one in made if one is not None)
        return Decision(_QUESTION, self._answer(), self._reason(), rows)

    def notes(self) -> tuple[str, ...]:
        """What a person should see without opening the evidence."""
        return (self._reason(),) if self._speaks_against else ()

    @property
    def _speaks_against(self) -> bool:
        return self.fails_in_training or self.hurts

    def _answer(self) -> str:
        if self.hurts or self._is_worse:
            return "no"
        return "yes" if self.verdict == "transfer helps" else "it cannot be told"

    def _reason(self) -> str:
        if self._speaks_against:
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
        if not self.fails_in_training:
            return f"On the test samples {self._name} did better than the one with transfer."
        if self._is_worse:
            return (
                f"On training samples that were held out, {self._name} did better than the one "
                "with transfer by more than the standard error."
            )
        return (
            "Nobody vouches for the weights of this source, and on training samples that were held "
            f"out the model with transfer was not better than {self._name} by more than the "
            "standard error."
        )

    def _what_follows(self) -> str:
        if not self.may_fall_back:
            return "The model with transfer was saved all the same, because that was asked for."
        saved = "The model without transfer was saved in its place"
        if self.fails_in_training:
            return f"{saved}, and that was settled before any test sample was seen."
        return (
            f"{saved}. So the test samples had a say in this choice, and its figures may be a "
            "little too good."
        )


def nothing_transferred(source: str) -> str:
    """The note of a plan that takes nothing from its source."""
    return (
        f"Nothing was transferred: no weight of this model was learned before, so there is no "
        f"verdict on transfer from {source!r}."
    )
