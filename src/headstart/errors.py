"""The errors that headstart raises on purpose.

Each child is also a builtin exception, so that code which knows nothing of headstart can
catch what it would expect (``ValueError`` for bad data, ``LookupError`` for an unknown name).
A message says what is wrong, the value seen, what is accepted, and the next step.
"""

from __future__ import annotations


class HeadstartError(Exception):
    """Base of every error that headstart raises on purpose.

    At the command line it ends with exit status 2 and its message, never with a traceback.
    """


class InputError(HeadstartError, ValueError):
    """The data or the arguments are at fault."""


class UnreadableInputError(InputError):
    """One sample cannot be read; the others are not affected."""


class SourceError(HeadstartError, LookupError):
    """A source is unknown, or its weights cannot be had or do not fit."""


class PlanError(HeadstartError, ValueError):
    """A plan is impossible or cannot be understood."""


class TrainingError(PlanError):
    """A training came to nothing: its losses are no numbers any more."""


class RunError(HeadstartError, ValueError):
    """A run folder is missing, cut short, tampered with or of an unknown format."""


class CacheError(HeadstartError, OSError):
    """The activation store cannot be written or read."""


class MissingDependencyError(HeadstartError, ImportError):
    """An optional library is needed and not installed."""
