"""From labelled samples to a model with its figures: the order of the steps."""

from headstart.fitting.job import fit
from headstart.fitting.pretraining import Pretraining, pretrain
from headstart.fitting.reading import read_sides
from headstart.fitting.settings import Settings
from headstart.fitting.watch import Watch

__all__ = ["Pretraining", "Settings", "Watch", "fit", "pretrain", "read_sides"]
