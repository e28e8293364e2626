"""How close the target's pictures are to what a source was trained on, without its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from headstart.activations.norm_statistics import NormStatistics
from headstart.evidence import Decision
from headstart.scores import batch_norm_gap

#: How close the data are to what the source was trained on.
Level = Literal["near", "far"]

#: For EfficientNet-Lite0 the gap of colour photographs is 0.02 to 0.05, and that of X-ray pictures,
#: grey portraits, spectrograms and digits 0.11 to 0.19.
FAR_FROM = 0.08


@dataclass(frozen=True)
class Similarity:
    """What the BatchNorm layers of a source say of the target's pictures.

    Parameters
    ----------
    gap : float or None
        At least 0, which is no gap; None for a network without BatchNorm.
    n_layers, n_samples : int
        That were looked at.
    """

    gap: float | None
    n_layers: int
    n_samples: int

    @property
    def level(self) -> Level | None:
        """In one word; None where nothing is known.

        Examples
        --------
        >>> Similarity(0.03, 49, 32).level, Similarity(None, 0, 32).level
        ('near', None)
        """
        if self.gap is None:
            return None
        return "far" if self.gap > FAR_FROM else "near"

    def decision(self) -> Decision:
        """As evidence."""
        if self.gap is None:
            reason = "The network has no BatchNorm layer that would remember its source's data."
        else:
            reason = (
                f"In its {self.n_layers} BatchNorm layers {self.n_samples} pictures lie "
                f"{self.gap:.2f} from what the source was trained on; above {FAR_FROM:g} is far."
            )
        row = {"gap": self.gap, "layers": self.n_layers, "samples": self.n_samples}
        return Decision("how similar", self.level or "not known", reason, (row,))


def read_similarity(statistics: Sequence[NormStatistics], n_samples: int) -> Similarity:
    """Compare what the layers see with what they saw.

    Parameters
    ----------
    statistics : sequence of NormStatistics
        One a layer.
    n_samples : int
        Pictures that they stand on.
    """
    if not statistics:
        return Similarity(None, 0, n_samples)
    gap = batch_norm_gap([one.source for one in statistics], [one.target for one in statistics])
    return Similarity(float(gap), len(statistics), n_samples)
