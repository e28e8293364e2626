"""The folder that a fit leaves behind: save it, load it, predict with it."""

from headstart.runs.loading import load
from headstart.runs.model import Model
from headstart.runs.own_source import OwnSource
from headstart.runs.saving import check_place, save
from headstart.tasks.prediction import Prediction

__all__ = ["Model", "OwnSource", "Prediction", "check_place", "load", "save"]
