"""The names of sources as people give them: ``NAME``, ``NAME=FILE``, or several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headstart.activations.preparation import Request
from headstart.errors import InputError

AUTO = "auto"


def source_settings(texts: Sequence[str], weights: str | None = None) -> dict[str, Any]:
    """Fields of the settings: one source with its weights, or several to choose from.

    Parameters and errors are those of :func:`read_sources`.

    Examples
    --------
    >>> source_settings(["timm/resnet18"])
    {'source': 'timm/resnet18', 'weights': None}
    """
    if not any(text != AUTO for text in texts):
        return {"weights": weights}
    requests = read_sources(texts, weights)
    if len(requests) == 1:
        return {"source": requests[0].source, "weights": requests[0].weights}
    return {"candidates": requests}


def read_sources(texts: Sequence[str], weights: str | None = None) -> tuple[Request, ...]:
    """Read what was given; none for ``auto``.

    Parameters
    ----------
    texts : sequence of str
        Each a source's name, or a name, ``=`` and a local file of weights.
    weights : str or None
        The file of the only source.

    Raises
    ------
    InputError
        If a source stands twice, ``auto`` stands beside others, or the weights file is given with
        several sources or in both ways.

    Examples
    --------
    >>> [request.source for request in read_sources(["timm/resnet18", "timm/resnet10t"])]
    ['timm/resnet18', 'timm/resnet10t']
    >>> read_sources(["torchvision/squeezenet1_0=squeeze.safetensors"])[0].weights
    'squeeze.safetensors'
    """
    requests = tuple(_read(text) for text in texts if text != AUTO)
    if requests and len(requests) < len(texts):
        raise InputError(
            f"The source {AUTO!r} stands beside {requests[0].source!r}. Accepted: {AUTO!r} alone, "
            f"or sources by name. Leave {AUTO!r} out."
        )
    _refuse_twice(requests)
    if weights is None:
        return requests
    return (_with_weights(requests, weights),)


def source_text(request: Request) -> str:
    """As it is typed.

    Examples
    --------
    >>> source_text(Request("timm/resnet18", "resnet18.safetensors"))
    'timm/resnet18=resnet18.safetensors'
    """
    return request.source if request.weights is None else f"{request.source}={request.weights}"


def _read(text: str) -> Request:
    name, equals, file = text.partition("=")
    if not name or bool(file) != bool(equals):
        raise InputError(
            f"The source is {text!r}; accepted: NAME, or NAME=FILE with a local file of weights, "
            "for example torchvision/resnet18=resnet18.safetensors."
        )
    return Request(name, file or None)


def _refuse_twice(requests: Sequence[Request]) -> None:
    names = [request.source for request in requests]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(
            f"The source {twice[0]!r} is given {names.count(twice[0])} times; accepted: each "
            "source once. Leave the others out."
        )


def _with_weights(requests: Sequence[Request], weights: str) -> Request:
    if len(requests) != 1 or requests[0].weights is not None:
        count = len(requests)
        raise InputError(
            f"The weights file {weights!r} is given beside {count} sources"
            f"{' that have a file already' if count == 1 else ''}, so it is not known whose they "
            "are. Accepted: --source NAME --weights FILE, or --source NAME=FILE several times."
        )
    return Request(requests[0].source, weights)
