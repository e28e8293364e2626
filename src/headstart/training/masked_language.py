"""Learning without labels: guess the words of a text that are hidden.

To the training loop it is a loss like any other: the "scores" of a text are its loss and the share
of its hidden words that were guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from headstart.backbones.providers.seeding import seeded
from headstart.backbones.stages import step
from headstart.backbones.text_preprocessing import NOTHING
from headstart.progress import Progress, silent
from headstart.training.job import TrainingJob, make_fabric, make_trainer, set_up
from headstart.training.linear_head import LinearHead, zero_head
from headstart.training.loop import Trained
from headstart.training.suffix import SuffixNetwork, without_padding

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.plan import Plan

#: Words that were never seen count as this often.
_UNSEEN = 0.1


class Guess(nn.Module):
    """From the vector of a token to scores of all words, by the encoder's own vectors of words.

    It begins by scoring what is most like the vector itself, and words by how frequent they are.

    Parameters
    ----------
    words : Embedding
        Of the encoder; it is trained as a part of it.
    size : int
        Length of a token's vector after the last layer.
    counts : ndarray of shape (n_words,)
        How often each word stands in the texts.
    """

    def __init__(self, words: nn.Embedding, size: int, counts: NDArray[Any]) -> None:
        super().__init__()
        self.shared = (words,)  # not a part of this module, whose parameters learn faster
        self.linear = nn.Linear(size, words.embedding_dim)
        self.norm = nn.LayerNorm(words.embedding_dim)
        nn.init.zeros_(self.linear.bias)
        if size == words.embedding_dim:
            nn.init.eye_(self.linear.weight)
        shares = (counts + _UNSEEN) / (counts + _UNSEEN).sum()
        self.bias = nn.Parameter(torch.tensor(np.log(shares), dtype=torch.float32))

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of shape (n, n_words) for vectors of shape (n, size)."""
        (words,) = self.shared
        return functional.linear(self.norm(self.linear(vectors)), words.weight, self.bias)


class GuessingNetwork(SuffixNetwork):
    """A whole encoder that guesses what is hidden.

    Parameters
    ----------
    assembled : Assembled
        Its parameters are shared, so what is trained here changes there.
    plan : Plan
        Freezes no stage at the beginning.
    counts : ndarray of shape (n_words,)
        How often each word stands in the texts.
    """

    def __init__(self, assembled: Assembled, plan: Plan, counts: NDArray[Any]) -> None:
        backbone = assembled.backbone
        size = backbone.stages[-1].feature_size
        super().__init__(backbone, plan, zero_head(size, np.zeros(1), is_shares=False))
        words: Any = assembled.network.model
        self.add_module("head", Guess(words.get_input_embeddings(), size, counts))

    def forward(self, rows: Tensor) -> Tensor:
        """Loss of each text and share of its words that were guessed, of shape (n, 2).

        Parameters
        ----------
        rows : Tensor of shape (n, 2 * length), int64
            As :class:`~headstart.training.hidden_words.HiddenWords` gives them.
        """
        shown, goals = rows.chunk(2, dim=1)
        state = without_padding(self.entry(shown))
        for piece in self.pieces:
            state = step(piece, state)
        text, place = torch.nonzero(goals != NOTHING, as_tuple=True)
        scores = self.head(state["x"][text, place]).float()
        wanted = goals[text, place]
        losses = functional.cross_entropy(scores, wanted, reduction="none")
        guessed = (scores.argmax(dim=1) == wanted).float()
        both = torch.stack([losses, guessed, torch.ones_like(losses)], dim=1)
        sums = torch.zeros(len(rows), 3, device=rows.device).index_add(0, text, both)
        return sums[:, :2] / sums[:, 2:]


class GuessLoss:
    """The loss that the network has computed, as the loop expects it."""

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """Nothing is to be known of a text: a column of zeros."""
        return np.zeros((len(targets), 1), dtype=np.float32)

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Of shape (n,)."""
        return scores[:, 0]

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Losses, and shares that were guessed: both of shape (n,)."""
        losses, shares = scores.double().numpy().T
        return losses, shares

    def inward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head

    def outward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head


def learn_to_guess(
    job: TrainingJob, assembled: Assembled, counts: NDArray[Any], progress: Progress = silent
) -> Trained:
    """Train an encoder to guess hidden words.

    Parameters
    ----------
    job : TrainingJob
        Its states are texts with hidden words; its head is not used.
    assembled : Assembled
        The network that the plan starts from; it is changed in place.
    counts : ndarray of shape (n_words,)
        How often each word stands in the texts.
    progress : Progress
        Told after each step.
    """
    with seeded(job.learning.seed):
        network = GuessingNetwork(assembled, job.plan, counts)
    with set_up(network, job):
        trained = make_trainer(make_fabric(job), network, job, progress).run()
    network.cpu().eval().requires_grad_(False)
    return trained
