"""A command whose arguments are the fields of a dataclass, so that they stand once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Typed = TypeVar("Typed")


def command_of(arguments: type[Typed]) -> Callable[[Callable[[Typed], None]], Callable[..., None]]:
    """Have a function of one dataclass called with its fields, as typer calls a command.

    Parameters
    ----------
    arguments : type
        A dataclass whose fields are annotated as typer wants parameters to be.

    Examples
    --------
    >>> from dataclasses import make_dataclass
    >>> Greeting = make_dataclass("Greeting", [("name", str), ("times", int, 1)])
    >>> greet = command_of(Greeting)(lambda typed: print(typed))
    >>> greet(name="Ada")
    Greeting(name='Ada', times=1)
    >>> str(inspect.signature(greet))
    '(name: str, times: int = 1) -> None'
    """

    def decorate(function: Callable[[Typed], None]) -> Callable[..., None]:
        @wraps(function)
        def command(**typed: Any) -> None:
            function(arguments(**typed))

        signature = inspect.signature(arguments, eval_str=True)
        command.__signature__ = signature.replace(return_annotation=None)  # type: ignore[attr-defined]
        command.__annotations__ = {}
        return command

    return decorate
