"""Read one file whole, or say in plain words why it cannot be read."""

from __future__ import annotations

import errno
import os
import stat

from headstart.errors import UnreadableInputError

#: A picture file is never this large; a mistaken disk image is.
MOST_BYTES = 1 << 30

_REASONS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EISDIR: "a folder, not a file",
    errno.ELOOP: "a link that leads to itself",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a file stands where a folder is expected",
}


def read_bytes(path: str) -> bytes:
    """The content of a regular file.

    Pipes, sockets and devices are refused without being opened, since reading them can wait for
    ever.

    Raises
    ------
    UnreadableInputError
        With a reason of a few words; it does not repeat the path.
    """
    try:
        _refuse_odd_files(os.stat(path))
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UnreadableInputError(reason_of(error, path)) from error
    except UnreadableInputError:
        raise
    except ValueError as error:  # a name with a zero byte in it
        raise UnreadableInputError(f"not a possible file name: {error}") from error


def reason_of(error: OSError, path: str) -> str:
    """Why the operating system refused ``path``, in plain words."""
    if isinstance(error, FileNotFoundError):
        return "a link to a missing file" if os.path.islink(path) else "no such file"
    known = _REASONS.get(error.errno or 0)
    return known or f"cannot be read: {error.strerror or error}"


def _refuse_odd_files(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableInputError("a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableInputError("not a regular file (a pipe, a socket or a device)")
    if status.st_size > MOST_BYTES:
        raise UnreadableInputError(
            f"{status.st_size} bytes; a picture file of at most {MOST_BYTES} bytes is accepted"
        )
