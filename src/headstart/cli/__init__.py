"""The command line: one file a command."""

from headstart.cli.app import main

__all__ = ["main"]
