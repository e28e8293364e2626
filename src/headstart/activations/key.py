"""What makes two stored activations the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ActivationKey:
    """Everything but the sample that an activation depends on.

    Parameters
    ----------
    source : str
        Name of the source, for people; the hash does not depend on it.
    weights : str
        Hash of the weights that the sample passes through.
    preprocessing : str
        The preparation of the sample, as text.
    engine : str
        What computes, with its version.
    precision : str
        For example ``"bf16"``.
    outputs : tuple of str
        Names of the arrays of a row: stages.
    kept : str
        ``"pooled"`` for a vector a stage.
    view : str
        ``"original"``, or the name of an augmentation.

    Examples
    --------
    >>> key = ActivationKey("a", "w", "p", "e", "f32", ("s",))
    >>> key.digest == ActivationKey("renamed", "w", "p", "e", "f32", ("s",)).digest
    True
    >>> key.digest == ActivationKey("a", "other", "p", "e", "f32", ("s",)).digest
    False
    """

    source: str
    weights: str
    preprocessing: str
    engine: str
    precision: str
    outputs: tuple[str, ...]
    kept: str = "pooled"
    view: str = "original"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """Name of the table's folder: 32 hexadecimal digits."""
        facts = self.to_dict()
        del facts["source"]
        text = json.dumps(facts, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
