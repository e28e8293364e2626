"""Pure functions from targets and predictions to figures with intervals."""

from headstart.metrics.accuracy import accuracy
from headstart.metrics.auroc import auroc
from headstart.metrics.calibration import calibration_error, reliability_bins
from headstart.metrics.classification import classification_figures
from headstart.metrics.confusion import confusion_matrix
from headstart.metrics.f1 import macro_f1
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import wilson_interval
from headstart.metrics.log_loss import log_loss

__all__ = [
    "Figure",
    "accuracy",
    "auroc",
    "calibration_error",
    "classification_figures",
    "confusion_matrix",
    "log_loss",
    "macro_f1",
    "reliability_bins",
    "wilson_interval",
]
