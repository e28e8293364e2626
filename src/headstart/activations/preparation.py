"""Getting the converted form of a source, from the cache or by making it.

Making it imports torch and the library the source comes from, which takes seconds and much memory.
So it happens in a process of its own: the fit goes on beside it on another core, and the process
that encodes stays small. ``python -m headstart.activations.preparation`` is that process.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

from headstart import errors
from headstart.activations.conversion import FACTS
from headstart.activations.converted import ConvertedBackbone, convert, read_converted
from headstart.activations.place import cache_folder
from headstart.backbones.catalogue import RUN
from headstart.errors import CacheError, HeadstartError, SourceError
from headstart.files import sha256_of
from headstart.plan import Init

#: Counts up when stages are discovered or converted in another way than before.
_FORMAT = 2
_LIBRARIES = ("torch", "torchvision", "timm", "transformers", "openvino")


@dataclass(frozen=True)
class Request:
    """Which network is wanted.

    Parameters
    ----------
    source : str
        Name in the catalogue.
    weights : str or None
        Path of a local file of weights; None: those of the source.
    init : {"pretrained", "random"}
        Random: the same architecture without what it learned.
    seed : int
        For random weights.
    """

    source: str
    weights: str | None = None
    init: Init = "pretrained"
    seed: int = 0

    @cached_property
    def digest(self) -> str:
        """Name of the converted form in the cache; a file of weights is read for it once."""
        facts = {**asdict(self), "format": _FORMAT, "versions": [_version(n) for n in _LIBRARIES]}
        facts["weights"] = None if self.weights is None else _hash_file(Path(self.weights))
        if self.source.startswith(RUN):  # another run may have taken the place of this one
            facts["run"] = _hash_file(Path(self.source.removeprefix(RUN)) / "manifest.json")
        if self.init == "pretrained":
            del facts["seed"]
        text = json.dumps(facts, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _hash_file(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise SourceError(
            f"The weights file {str(path)!r} cannot be read: {error.strerror}. Give the path of a "
            "safetensors file with --weights."
        ) from error


def find_converted(request: Request) -> ConvertedBackbone | None:
    """The converted form in the cache, or None if it has to be made."""
    folder = cache_folder() / "converted" / request.digest
    if not (folder / FACTS).is_file():
        return None
    try:
        return read_converted(folder)
    except CacheError:
        return None


def make_converted(request: Request) -> ConvertedBackbone:
    """Build the network here, convert it, and put it into the cache."""
    from headstart.backbones.catalogue import load_backbone

    folder = cache_folder() / "converted" / request.digest
    backbone = load_backbone(request.source, request.weights, request.init, request.seed)
    return convert(backbone, folder)


def prepare(request: Request) -> ConvertedBackbone:
    """The converted form, made in another process if the cache does not hold it.

    Where torch is imported already there is nothing to save, so it is made right here.

    Raises
    ------
    SourceError
        If the source is unknown or its weights cannot be had.
    CacheError
        If the cache cannot be written.
    """
    found = find_converted(request)
    if found is not None:
        return found
    maker: Callable[[Request], ConvertedBackbone]
    maker = make_converted if "torch" in sys.modules else _make_elsewhere
    return maker(request)


def _make_elsewhere(request: Request) -> ConvertedBackbone:
    command = [sys.executable, "-m", __name__, json.dumps(asdict(request))]
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if finished.returncode < 0:
        raise SourceError(
            f"The process that prepares {request.source!r} was ended by signal "
            f"{-finished.returncode}; signal 9 mostly means that memory ran out. Close other "
            "programs, or choose a smaller source. See: headstart sources"
        )
    try:
        answer = json.loads(finished.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(
            f"converting {request.source} ended with status {finished.returncode}:\n"
            f"{finished.stderr[-2000:]}"
        ) from None
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["message"])
    return read_converted(Path(answer["folder"]))


def main(text: str) -> dict[str, str]:
    """What the other process answers: a folder, or one of our errors by name."""
    try:
        return {"folder": str(make_converted(Request(**json.loads(text))).folder)}
    except HeadstartError as error:
        return {"error": type(error).__name__, "message": str(error)}


def _answer_and_end(text: str) -> NoReturn:
    """The whole life of the other process, a quarter shorter than with its garbage searched.

    Importing makes a million objects that all stay; looking through them for garbage, and tearing
    them down at the end, took 1.3 of 4.9 seconds.
    """
    gc.disable()
    print(json.dumps(main(text)), flush=True)
    os._exit(0)


if __name__ == "__main__":
    _answer_and_end(sys.argv[1])
