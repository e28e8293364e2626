"""The page: one file that asks nobody but this service."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from starlette.responses import HTMLResponse, Response

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def page_response(needs_token: bool) -> Response:
    """The page with a policy under which nothing runs but its own script.

    Parameters
    ----------
    needs_token : bool
        Whether it shall ask for one before it asks for the model.
    """
    page, policy = _page(needs_token)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@cache
def _page(needs_token: bool) -> tuple[str, str]:
    templates = files("headstart.serve") / "templates"
    page = (templates / "page.html").read_text("utf-8")
    page = page.replace("TOKEN_NEEDED", "needed" if needs_token else "none")
    page = page.replace("/* STYLE */", (templates / "page.css").read_text("utf-8"))
    page = page.replace("/* SCRIPT */", (templates / "page.js").read_text("utf-8"))
    return page, _policy(page)


def _policy(page: str) -> str:
    style, script = (_digest(pattern, page) for pattern in (_STYLE, _SCRIPT))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _digest(pattern: re.Pattern[str], page: str) -> str:
    (inner,) = pattern.findall(page)
    return f"'sha256-{base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()}'"
