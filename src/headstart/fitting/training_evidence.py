"""What a training has to show for its decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.activations.room import Room, shown
from headstart.evidence import Decision

if TYPE_CHECKING:
    from headstart.training.loop import Trained


def states_decision(room: Room, is_stored: bool) -> Decision:
    """Whether the states at the cut were stored."""
    size = f"They take {shown(room.needed)}, and {shown(room.allowed)} are allowed"
    answer = "stored once" if is_stored else "computed again in each epoch"
    chosen = "; so they are read in each epoch." if is_stored else "."
    row = {"bytes needed": room.needed, "bytes allowed": room.allowed, "stored": is_stored}
    return Decision("where the states at the cut come from", answer, size + chosen, (row,))


def epochs_decision(trained: Trained) -> Decision:
    """Which weights were kept."""
    rows = tuple(
        {**figures.to_dict(), "chosen": figures.epoch in trained.kept_epochs}
        for figures in trained.history
    )
    if trained.history[-1].valid_loss is None:
        reason = "No sample was held back to judge the epochs, so the last one counts."
    elif trained.history[-1].epoch in trained.kept_epochs:
        reason = "No other epoch is better by more than a standard error on the samples held back."
    else:
        reason = "On the samples held back it beats the last epoch by more than a standard error."
    if trained.ended == "interrupted":
        reason = f"Training was interrupted after epoch {trained.history[-1].epoch}. {reason}"
    return Decision("which weights", trained.kept, reason, rows)
