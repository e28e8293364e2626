"""A run in forms that other programs can use, checked against the run before it is written."""

from headstart.runs.export.exporting import Exported, check_folder, export_run
from headstart.runs.export.forms import FORMS

__all__ = ["FORMS", "Exported", "check_folder", "export_run"]
