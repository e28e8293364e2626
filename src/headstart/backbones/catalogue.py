"""Find a source by its name, and get its backbone."""

from __future__ import annotations

import difflib
import importlib
import re
from typing import TYPE_CHECKING, Any, Protocol, get_args

from headstart.backbones.one_at_a_time import one_at_a_time
from headstart.backbones.variants import split_canvas, split_variant, varied_facts, varied_source
from headstart.errors import InputError, SourceError
from headstart.plan import Init

if TYPE_CHECKING:
    from torch import nn

    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone


class Provider(Protocol):
    """Where sources come from. A module with these three functions will do.

    One that knows more sources than it can name sets ``IS_OPEN``.
    """

    def names(self) -> list[str]:
        """All sources, without the provider's prefix."""
        ...

    def describe(self, name: str) -> dict[str, Any]:
        """Facts about one that need neither its weights nor a network connection."""
        ...

    def build(
        self, name: str, weights: str | None = None, init: Init = "pretrained", seed: int = 0
    ) -> tuple[nn.Module, Source]:
        """Build its network, the source's own head included, and its facts."""
        ...


#: Prefix of a source's name to its provider, or to the module that is one.
PROVIDERS: dict[str, Provider | str] = {
    "bundled": "headstart.backbones.providers.bundled",
    "torchvision": "headstart.backbones.providers.torchvision_models",
    "timm": "headstart.backbones.providers.timm_models",
    "transformers": "headstart.backbones.providers.transformers_models",
    "words": "headstart.backbones.providers.words",
}

#: What stands before the path of a run that is used as a source.
RUN = "run:"
_RUNS = "headstart.backbones.providers.trained_runs"

#: By modality: the source that needs no network.
DEFAULTS = {"image": "bundled/efficientnet-lite0", "text": "bundled/minilm-l6"}


def default_source(modality: str = "image") -> str:
    """The source to take when nobody names one.

    Raises
    ------
    SourceError
        If there is none for ``modality``.

    Examples
    --------
    >>> default_source("image")
    'bundled/efficientnet-lite0'
    """
    if modality not in DEFAULTS:
        raise SourceError(
            f"No source reads the modality {modality!r}; accepted: {', '.join(DEFAULTS)}. "
            "Ready embeddings need no source."
        )
    return DEFAULTS[modality]


def list_sources(search: str | None = None) -> list[str]:
    """The names of all sources, or of those that hold a word.

    Parameters
    ----------
    search : str or None
        Part of a name; capitals do not matter.

    Examples
    --------
    >>> "bundled/efficientnet-lite0" in list_sources("Lite0")
    True
    """
    everything = [f"{prefix}/{name}" for prefix in PROVIDERS for name in _provider(prefix).names()]
    return [name for name in everything if (search or "").lower() in name.lower()]


def find_source(name: str) -> dict[str, Any]:
    """Facts about a source that need neither its weights nor a network connection.

    Parameters
    ----------
    name : str
        As :func:`load_backbone` takes it.

    Returns
    -------
    dict
        At least ``name``, ``modality``, ``architecture``, ``licence``, ``n_classes``,
        ``preprocessing`` and ``origin``.

    Raises
    ------
    SourceError
        If there is no such source; the message tells what comes close.
    """
    provider, bare, variant = _resolve(name)
    return varied_facts(provider.describe(bare), variant)


def load_backbone(
    name: str, weights: str | None = None, init: Init = "pretrained", seed: int = 0
) -> Backbone:
    """Build a source's network and cut it into stages.

    Parameters
    ----------
    name : str
        As in :func:`list_sources`, or ``run:PATH``: what headstart trained is a source like any
        other. ``NAME@SIZE`` reads pictures of another size than its own, in pixels; of texts,
        ``NAME@TOKENS`` reads no more than so many tokens, and ``NAME@cls`` or ``NAME@mean`` says
        how they are pooled.
    weights : str or None
        A local file of weights to use in place of the provider's own.
    init : {"pretrained", "random"}
        Random weights need no network connection.
    seed : int
        Of the random weights. The program's own random numbers are not touched.

    Returns
    -------
    Backbone
        In eval mode and frozen.

    Raises
    ------
    SourceError
        If the source is unknown, its weights cannot be had or do not fit, or its network
        cannot be cut into stages.
    InputError
        If ``init`` is not accepted, or contradicts ``weights``.
    """
    network, source = load_network(name, weights, init, seed)
    from headstart.backbones.discovery import cut_into_stages

    return cut_into_stages(network, source)


@one_at_a_time
def load_network(
    name: str, weights: str | None = None, init: Init = "pretrained", seed: int = 0
) -> tuple[nn.Module, Source]:
    """Build a source's whole network, its head included, as its provider gives it.

    Parameters and errors are those of :func:`load_backbone`, except that nothing is cut.
    """
    if init not in get_args(Init):
        raise InputError(
            f"The init of source {name!r} is {init!r}; accepted: {', '.join(get_args(Init))}. "
            "Correct it in the plan."
        )
    if init == "random" and weights is not None:
        raise InputError(
            f"Source {name!r} was asked for with random weights and with the weights of "
            f"{str(weights)!r}; accepted: one of the two. Leave one out."
        )
    provider, bare, variant = _resolve(name)
    network, source = provider.build(bare, weights=weights, init=init, seed=seed)
    return network, varied_source(source, variant)


def _resolve(name: str) -> tuple[Provider, str, str | None]:
    """The provider of a source, the name that the provider knows it by, and a variant."""
    if name.startswith(RUN):
        bare, canvas = split_canvas(name)
        return importlib.import_module(_RUNS), bare.removeprefix(RUN), canvas
    name, variant = split_variant(name)
    prefix, slash, bare = name.partition("/")
    if not slash:
        raise _without_provider(name)
    if prefix not in PROVIDERS:
        raise SourceError(
            f"Source {name!r} is unknown: there is no provider {prefix!r}. "
            f"Providers: {', '.join(PROVIDERS)}. See: headstart sources --search {_word(bare)}"
        )
    provider = _provider(prefix)
    known = provider.names()
    if bare not in known and not getattr(provider, "IS_OPEN", False):
        raise SourceError(f"Source {name!r} is unknown. {_close(bare, known)}")
    return provider, bare, variant


def _without_provider(name: str) -> SourceError:
    full = [source for source in list_sources() if source.partition("/")[2] == name]
    if full:
        return SourceError(
            f"Source {name!r} is named without its provider. Accepted: {', '.join(full)}. "
            f"See: headstart sources --search {_word(name)}"
        )
    known = sorted({source.partition("/")[2] for source in list_sources()})
    return SourceError(f"Source {name!r} is unknown. {_close(name, known)}")


def _close(bare: str, known: list[str]) -> str:
    matches = difflib.get_close_matches(bare, known) or ["none"]
    return f"Close matches: {', '.join(matches)}. See: headstart sources --search {_word(bare)}"


def _word(bare: str) -> str:
    """What to search for: the name up to its first number or separator."""
    found = re.match(r"[^\W\d_]{2,}", bare)
    return found.group() if found else bare


def _provider(prefix: str) -> Provider:
    provider = PROVIDERS[prefix]
    return importlib.import_module(provider) if isinstance(provider, str) else provider
