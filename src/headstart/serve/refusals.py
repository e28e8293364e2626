"""Why a request gets no answer, as an exception that knows its HTTP status."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse


class RefusedError(Exception):
    """A request that is refused.

    Parameters
    ----------
    status : int
        Of HTTP, 400 to 599.
    reason : str
        One sentence or two for whoever asked; never a path of the server.
    headers : mapping of str to str
        More headers of the answer.
    """

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The one form that all errors have, which is that of the Open Inference Protocol."""
        return error_response(self.status, self.reason, self.headers)


def error_response(
    status: int, reason: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """``{"error": reason}``."""
    return JSONResponse({"error": reason}, status, dict(headers or {}))


def too_many(reason: str, seconds: int) -> RefusedError:
    """429: the same request may be accepted after so many seconds."""
    text = f"{reason} Try again in {seconds} s."
    return RefusedError(429, text, {"Retry-After": str(seconds)})
