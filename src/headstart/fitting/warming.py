"""Libraries that a later step needs, loaded while an earlier one waits for the processor."""

from __future__ import annotations

import threading
from importlib import import_module


def import_in_background(*modules: str) -> threading.Thread:
    """Begin to import modules; whoever needs one waits for it as for any import.

    A module that cannot be imported says so to whoever needs it.

    Examples
    --------
    >>> import_in_background("json", "no.such.module").join()
    """
    thread = threading.Thread(target=_import, args=(modules,), name="import", daemon=True)
    thread.start()
    return thread


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        try:
            import_module(module)
        except Exception:  # whatever it is, the import that needs it will raise it again
            continue
