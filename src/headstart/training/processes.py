"""A function in several processes of this machine at once."""

from __future__ import annotations

import logging
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from headstart.errors import HeadstartError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Result = TypeVar("Result")
_RESULT = "result"
_ERROR = "error-{}"
_PORT = "MASTER_PORT"
#: Names of logs.
FABRIC, _TORCH = "lightning_fabric", "torch.multiprocessing.spawn"


def run_in_processes(fabric: Fabric, function: Callable[[Fabric], Result]) -> Result:
    """Run ``function`` in all processes of ``fabric``, and give what the first one gives.

    Results go by a file: Fabric's own way back waits forever for large ones and refuses frozen
    dataclasses.

    Parameters
    ----------
    fabric : Fabric
        That starts processes itself.
    function : callable
        Can be pickled, as what it gives can.

    Raises
    ------
    HeadstartError
        What one of the processes raised on purpose.
    """
    from torch.multiprocessing.spawn import ProcessRaisedException

    with tempfile.TemporaryDirectory(prefix="headstart-") as name, _free_port(), quiet(_TORCH):
        folder = Path(name)
        try:
            fabric.launch(partial(_run_and_tell, function=function, folder=folder, mute=_Mute()))
        except ProcessRaisedException as error:
            for path in sorted(folder.glob(_ERROR.format("*"))):
                raise pickle.loads(path.read_bytes()) from error
            raise
        result: Result = pickle.loads((folder / _RESULT).read_bytes())
    return result


def _run_and_tell(
    fabric: Fabric, function: Callable[[Fabric], object], folder: Path, mute: object
) -> None:
    """What each process does: its result or its error becomes a file."""
    try:
        result = function(fabric)
    except HeadstartError as error:
        path = folder / _ERROR.format(fabric.global_rank)
        with suppress(OSError):  # on a full disk the other process's traceback has to do
            path.write_bytes(pickle.dumps(error))
        raise
    if fabric.is_global_zero:
        (folder / _RESULT).write_bytes(pickle.dumps(result))


class _Mute:
    """Silences Fabric in a process that is sent this, before Fabric greets the others there."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _silence, ()


def _silence() -> None:
    import lightning_fabric  # noqa: F401 - it sets the level of its log when it is imported

    logging.getLogger(FABRIC).setLevel(logging.WARNING)


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
