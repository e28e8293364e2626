"""From labelled samples to a model with its figures: the order of the steps."""

from headstart.fitting.job import fit
from headstart.fitting.reading import read_sides
from headstart.fitting.settings import Settings
from headstart.fitting.watch import Watch

__all__ = ["Settings", "Watch", "fit", "read_sides"]
