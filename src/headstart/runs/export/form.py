"""What every form of an exported run brings."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.exportable import Exportable


class Form(Protocol):
    """Writes a network, and opens it again as any other program would."""

    @property
    def name(self) -> str:
        """As the command line takes it."""
        ...

    def check(self, run: Exportable) -> None:
        """Raise where the run cannot have this form, before anything is computed."""
        ...

    def write(self, run: Exportable, folder: Path) -> None:
        """Write the network."""
        ...

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What the written network says in float32, shape (n_samples, n_outputs)."""
        ...

    def use(self, run: Exportable) -> Use:
        """How it is used."""
        ...
