"""The suffix under a head that reads every token, rather than a vector a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from headstart.training.suffix import SuffixNetwork

if TYPE_CHECKING:
    from headstart.backbones.stages import Stage, State

#: The score of what is no token: small enough to have no share of anything, and finite.
_NO_TOKEN = -1e4


class TokenNetwork(SuffixNetwork):
    """The stages after the cut of a text encoder, and a head that scores each token.

    The parameters are those of :class:`~headstart.training.suffix.SuffixNetwork`.
    """

    def forward(self, rows: Tensor) -> Tensor:
        """Scores of shape (n, length, n_outputs); very low behind the end of a text.

        Parameters
        ----------
        rows : Tensor of shape (n, size), float16 states or int64 tokens
            As they are stored.
        """
        scores = super().forward(rows)
        there = self.entry(rows)["mask"] > 0
        whole = scores.new_full((*there.shape, scores.shape[-1]), _NO_TOKEN)
        whole[:, : scores.shape[1]] = scores
        return whole.masked_fill(~there[..., None], _NO_TOKEN)

    def seen(self, stage: Stage, state: State) -> Tensor:
        """The vectors of all tokens, shape (n, length, n_features)."""
        return state["x"]
