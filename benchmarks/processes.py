"""Whole processes, timed from outside: start of the interpreter and imports included."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: The figures are for processors: a graphics card that happens to be there is hidden.
NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}


@dataclass(frozen=True)
class Finished:
    """A process that ended well."""

    seconds: float
    stdout: str


def headstart_command() -> str:
    """The ``headstart`` that stands beside this interpreter.

    Not looked up on PATH, where another version may stand first.
    """
    command = Path(sys.executable).parent / "headstart"
    if not command.exists():
        sys.exit(f"{command} is missing. Run this with the environment's Python: make install")
    return str(command)


def run_timed(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Finished:
    """Run to the end; a process that fails ends the benchmark with its own message."""
    settings = {**os.environ, **NO_GPU, **(environment or {})}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=settings)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nended with status {done.returncode}:\n{done.stderr}")
    return Finished(seconds, done.stdout)


def keep_to_cores(count: int) -> None:
    """Run this process and its children on so many cores, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        print(f"This system cannot keep to {count} cores: all are used.", file=sys.stderr)
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
