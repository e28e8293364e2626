"""Pictures that were there when a fit began, and cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headstart.errors import InputError


def refuse_lost(names: Sequence[str], lost: Mapping[int, str]) -> None:
    """Pictures must stay where they are until the fit has ended.

    Parameters
    ----------
    names : sequence of str
        Of all pictures.
    lost : mapping of int to str
        Row to reason.

    Raises
    ------
    InputError
        Naming one.
    """
    for row, reason in lost.items():
        raise InputError(
            f"{names[row]} was there when the fit began, and cannot be read: "
            f"{reason.rstrip('.')}. Leave the pictures where they are while a model is fitted; "
            "replace the file if it is damaged, or take it out of the data."
        )
