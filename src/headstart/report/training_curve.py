"""How training went, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from headstart.evidence import Decision, Evidence
from headstart.report.wording import amount, duration, listed

#: The questions of the decisions that training leaves behind.
EPOCHS_QUESTION = "which weights"
STATES_QUESTION = "where the states at the cut come from"
#: The share by which the last epoch must have lowered the loss for more epochs to be worth a try.
_STILL_FALLING = 0.02


def training_curve(evidence: Evidence) -> dict[str, Any] | None:
    """The losses of every epoch, the weights that were kept, and where states came from.

    Returns
    -------
    dict or None
        ``sentence``, ``states`` (text or empty) and ``rows`` (list of ``{"epoch", "train",
        "valid", "train_text", "valid_text", "seconds", "chosen"}``, the start being epoch 0);
        None when nothing was trained.
    """
    decision = _decision(evidence, EPOCHS_QUESTION)
    rows = [] if decision is None else [_row(one) for one in decision.measurements]
    if decision is None or not any(row["train"] is not None for row in rows):
        return None
    states = _decision(evidence, STATES_QUESTION)
    return {
        "sentence": f"{_kept(rows)} {decision.reason}",
        "states": "" if states is None else f"{states.answer}. {states.reason}",
        "rows": rows,
    }


def is_still_falling(curve: Mapping[str, Any] | None) -> bool:
    """Whether the last epoch was clearly the best on the samples held back."""
    losses = [row["valid"] for row in curve["rows"] if row["valid"] is not None] if curve else []
    return len(losses) > 2 and losses[-1] < (1 - _STILL_FALLING) * min(losses[:-1])


def is_in_vain(curve: Mapping[str, Any] | None) -> bool:
    """Whether the weights from before training were kept."""
    return curve is not None and [row["epoch"] for row in curve["rows"] if row["chosen"]] == [0]


def _kept(rows: Sequence[Mapping[str, Any]]) -> str:
    chosen = [row["epoch"] for row in rows if row["chosen"]]
    if chosen == [0]:
        return "The weights from before the first epoch were kept."
    if len(chosen) == 1:
        return f"Of {rows[-1]['epoch']} epochs, the weights after epoch {chosen[0]} were kept."
    names = listed([str(epoch) for epoch in chosen])
    return f"The mean of the weights after epochs {names} was kept."


def _decision(evidence: Evidence, question: str) -> Decision | None:
    return next((one for one in evidence.decisions if one.question == question), None)


def _row(measured: Mapping[str, Any]) -> dict[str, Any]:
    train, valid = (_number(measured.get(key)) for key in ("train_loss", "valid_loss"))
    return {
        "epoch": int(measured.get("epoch", 0)),
        "train": train,
        "valid": valid,
        "train_text": _text(train),
        "valid_text": _text(valid),
        "seconds": duration(float(measured.get("seconds") or 0.0)),
        "chosen": bool(measured.get("chosen", False)),
    }


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _text(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else amount(value)
