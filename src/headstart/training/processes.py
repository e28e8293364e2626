"""A training in several processes of this machine at once."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headstart import errors
from headstart.errors import HeadstartError
from headstart.files import to_json, write_atomically
from headstart.training.outcome import Outcome

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_OUTCOME = "outcome.safetensors"
_ERROR = "error-{}.json"
_PORT = "MASTER_PORT"
#: Names of logs.
FABRIC, _TORCH = "lightning_fabric", "torch.multiprocessing.spawn"


def run_in_processes(fabric: Fabric, function: Callable[[Fabric], Outcome]) -> Outcome:
    """Run ``function`` in all processes of ``fabric``, and give what the first one gives.

    Outcomes go by a file: Fabric's own way back waits forever for large ones and refuses frozen
    dataclasses.

    Parameters
    ----------
    fabric : Fabric
        That starts processes itself.
    function : callable
        Can be sent to another process.

    Raises
    ------
    HeadstartError
        What one of the processes raised on purpose.
    RuntimeError
        If one of the processes raised anything else; the message holds its traceback.
    """
    from torch.multiprocessing.spawn import ProcessRaisedException

    with tempfile.TemporaryDirectory(prefix="headstart-") as name, _free_port(), quiet(_TORCH):
        folder = Path(name)
        try:
            fabric.launch(partial(_run_and_tell, function=function, folder=folder, mute=_Mute()))
        except ProcessRaisedException as error:
            ours = _error_told(folder)
            if ours is None:
                raise RuntimeError(str(error).strip()) from None
            raise ours from error
        return Outcome.from_file(folder / _OUTCOME)


def _run_and_tell(
    fabric: Fabric, function: Callable[[Fabric], Outcome], folder: Path, mute: object
) -> None:
    """What each process does: its outcome or its error becomes a file."""
    try:
        outcome = function(fabric)
    except HeadstartError as error:
        _tell_error(error, folder / _ERROR.format(fabric.global_rank))
        raise
    if fabric.is_global_zero:
        outcome.to_file(folder / _OUTCOME)


def _tell_error(error: HeadstartError, path: Path) -> None:
    with suppress(OSError):  # on a full disk the other process's traceback has to do
        content = to_json({"error": type(error).__name__, "message": str(error)})
        write_atomically(path, content)


def _error_told(folder: Path) -> HeadstartError | None:
    """The first error of ours that a process has told of; None where there is none."""
    for path in sorted(folder.glob(_ERROR.format("*"))):
        answer = json.loads(path.read_bytes())
        kind = getattr(errors, answer["error"], None)
        if isinstance(kind, type) and issubclass(kind, HeadstartError):
            return kind(answer["message"])
    return None


class _Mute:
    """Silences Fabric in a process that is sent this, before Fabric greets the others there."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _silence, ()


def _silence() -> None:
    import lightning_fabric  # noqa: F401 - it sets the level of its log when it is imported

    logging.getLogger(FABRIC).setLevel(logging.WARNING)
    # Of 1 x 1 convolutions, whose gradients may lie in memory either way.
    warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")


@contextmanager
def quiet(name: str, level: int = logging.ERROR) -> Iterator[None]:
    """A library's log says meanwhile nothing below ``level``."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _free_port() -> Iterator[None]:
    """Fabric leaves the port where processes met to the next ones, who may meet elsewhere."""
    before = os.environ.get(_PORT)
    try:
        yield
    finally:
        os.environ.pop(_PORT, None)
        if before is not None:
            os.environ[_PORT] = before
