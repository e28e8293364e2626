"""Running commands as a person does."""

from __future__ import annotations

import os
import subprocess
import sys


def headstart(*arguments, cwd, check=0):
    """Run the command line in a process of its own."""
    command = [sys.executable, "-c", "from headstart.cli import main; main()"]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )
    assert done.returncode == check, done.stderr
    return done
