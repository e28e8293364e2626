"""Pure functions from targets and predictions to figures with intervals."""

from headstart.metrics.absolute_error import mean_absolute_error
from headstart.metrics.accuracy import accuracy
from headstart.metrics.auroc import auroc
from headstart.metrics.calibration import calibration_error, reliability_bins
from headstart.metrics.classification import classification_figures
from headstart.metrics.confusion import confusion_matrix
from headstart.metrics.f1 import macro_f1
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import wilson_interval
from headstart.metrics.log_loss import log_loss
from headstart.metrics.paired_accuracy import paired_difference
from headstart.metrics.paired_errors import paired_error_difference
from headstart.metrics.r2 import r2
from headstart.metrics.regression import regression_figures
from headstart.metrics.squared_error import root_mean_squared_error

__all__ = [
    "Figure",
    "accuracy",
    "auroc",
    "calibration_error",
    "classification_figures",
    "confusion_matrix",
    "log_loss",
    "macro_f1",
    "mean_absolute_error",
    "paired_difference",
    "paired_error_difference",
    "r2",
    "regression_figures",
    "reliability_bins",
    "root_mean_squared_error",
    "wilson_interval",
]
