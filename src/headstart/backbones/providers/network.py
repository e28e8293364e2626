"""Find out in seconds, not minutes, that weights cannot be downloaded."""

from __future__ import annotations

from headstart.errors import SourceError

#: Seconds to wait for an answer.
PATIENCE = 5.0


def require_reachable(url: str, name: str) -> None:
    """Raise unless the server that holds a source's weights answers.

    The libraries that download wait and retry for minutes when there is no network.

    Raises
    ------
    SourceError
        If nothing answers within :data:`PATIENCE` seconds.
    """
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    try:
        urlopen(Request(url, method="HEAD"), timeout=PATIENCE).close()
    except HTTPError:
        return  # it answered; what it thinks of this request the download itself will tell
    except OSError as error:
        raise cannot_download(name, error) from error


def cannot_download(name: str, error: Exception) -> SourceError:
    """The error for weights that cannot be had from the network."""
    return SourceError(
        f"The weights of source {name!r} cannot be downloaded: {error or type(error).__name__}. "
        "Accepted: a network connection, or a local file. Next: give the file with --weights FILE, "
        "or use a source that needs no network: headstart sources --search bundled"
    )
