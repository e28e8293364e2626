"""What ``headstart serve`` does, once its arguments are read."""

from __future__ import annotations

import re
from pathlib import Path

from headstart.errors import InputError
from headstart.runs import load

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def serve_run(run: Path, host: str, port: int, token_file: Path | None) -> None:
    """Serve until the process is told to stop.

    Raises
    ------
    InputError
        If the address needs a token and there is none, or it cannot be listened at.
    RunError
        If the run cannot be loaded.
    """
    from headstart.serve.access import is_loopback, read_token
    from headstart.serve.server import listening_socket, serve
    from headstart.serve.service import Service

    token = None if token_file is None else read_token(token_file)
    if token is None and not is_loopback(host):
        raise InputError(
            f"Other machines can reach {host!r}, so a token is needed. Give --token-file FILE, or "
            "leave out --host to answer this machine alone."
        )
    with listening_socket(host, port) as opened:
        service = Service(model_name(run), load(run))
        counted = serve(service, opened, token, _say)
    _say(f"Stopped: {counted.answered} of {counted.accepted} requests answered.")


def model_name(run: Path) -> str:
    """The name of the folder, as it can stand in an address.

    Examples
    --------
    >>> model_name(Path("runs/my cats"))
    'my-cats'
    """
    return _ODD.sub("-", run.resolve().name).strip("-.") or "model"


def _say(text: str) -> None:
    print(text, flush=True)
