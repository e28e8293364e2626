"""Parts that the cards of models and of sources share; text of the data becomes no markup here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from headstart.backbones.source import Source
from headstart.data.markup import bullets, escaped
from headstart.data.printable import printable

NOUNS = {"image": "pictures", "text": "texts"}
#: How a run is used whose model reads samples alone.
PREDICT = (
    "```\nheadstart predict RUN INPUT...\n```\n\n"
    '```python\nfrom headstart import load\n\nmodel = load("RUN")\nmodel.predict(inputs)\n```\n\n'
    "`RUN` is this folder."
)
#: What such a run can do besides, where it has a network.
EXPORT = " `headstart export RUN --format onnx` writes a form that other programs can run."
#: Names of licences as Hugging Face's hub spells them.
_LICENCES = (
    "apache-2.0",
    "mit",
    "bsd-3-clause",
    "cc-by-4.0",
    "cc-by-nc-4.0",
    "cc-by-sa-4.0",
    "gpl-3.0",
)
_NOT_STATED = "not stated"
_UNKNOWN_DATA = (
    "Nobody told headstart where the data comes from, who is in it and under which licence it "
    "stands: whoever publishes this should add that here."
)


@dataclass(frozen=True)
class Use:
    """How a model is used in one of its forms.

    Parameters
    ----------
    library : str
        What loads it.
    text : str
        Markdown, ours: it is not escaped.
    """

    library: str
    text: str


def header(source: Source | None, library: str, pipeline: str | None, tags: Sequence[str]) -> str:
    """The facts for machines, in YAML between two rules.

    Parameters
    ----------
    source : Source or None
        Its licence is that of the weights.
    library : str
        What loads them.
    pipeline : str or None
        What the hub calls the kind of model; None: it has no name for it.
    tags : sequence of str
        Further words.
    """
    lines = [*_licence(source), f"library_name: {_quoted(library)}"]
    lines += [f"pipeline_tag: {pipeline}"] if pipeline else []
    lines += ["tags:", *(f"- {_quoted(tag)}" for tag in tags)]
    return "\n".join(["---", *lines, "---"])


def _licence(source: Source | None) -> list[str]:
    stated = _NOT_STATED if source is None else source.licence
    if stated == _NOT_STATED:
        return ["license: unknown"]
    if stated.lower() in _LICENCES:
        return [f"license: {stated.lower()}"]
    return ["license: other", f"license_name: {_quoted(stated)}"]


def _quoted(text: str) -> str:
    """A string of JSON is one of YAML too, whatever is in it."""
    return json.dumps(printable(text))


def data_section(facts: Iterable[str]) -> Iterator[str]:
    """What the data is, and what nobody knows of it."""
    yield "## Data"
    yield listed(facts)
    yield _UNKNOWN_DATA


def origin_section(name: str, source: Source | None) -> Iterator[str]:
    """Where the weights come from, and under which licence they stand.

    Parameters
    ----------
    name : str
        What the plan calls the source.
    source : Source or None
        None where there is no network.
    """
    yield "## Source and licence"
    if source is None:
        yield shown(f"Source: {name}. No pretrained weights are part of the model.")
        return
    facts = [
        f"Source: {source.name} ({source.architecture})",
        f"Origin of its weights: {source.origin}",
        f"Licence of its weights: {source.licence}",
        f"SHA-256 of its weights: {source.weights_hash}",
    ]
    yield listed(facts)
    if source.licence == _NOT_STATED:
        yield "The provider does not state a licence: ask before the model is passed on."


def listed(lines: Iterable[str]) -> str:
    """A list with a point a line."""
    return bullets(printable(line) for line in lines)


def shown(text: str) -> str:
    """A paragraph."""
    return escaped(printable(text))
