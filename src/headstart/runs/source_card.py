"""The card of a network that learned without labels: a source, and no model that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headstart.backbones.source import Source
from headstart.runs.card_parts import NOUNS, data_section, header, listed, origin_section

_PIPELINES = {"image": "image-feature-extraction", "text": "feature-extraction"}
_TAGS = ("headstart", "self-supervised", "small-data")
_USE = "## How to use\n\n```\nheadstart fit DATA --source run:RUN\n```\n\n`RUN` is this folder."


def source_card(source: Source, record: Mapping[str, Any]) -> str:
    """The card as Markdown with a YAML header.

    Parameters
    ----------
    source : Source
        The facts of the network.
    record : mapping
        What ``result.json`` says: ``n_train``, ``source``, ``quarantined``, ``notes``.
    """
    samples = NOUNS[source.modality]
    facts = [f"Learned from {record['n_train']:,} {samples} without labels."]
    if aside := record.get("quarantined"):
        facts.append(f"Set aside, because they could not be used: {len(aside):,}.")
    limits = [
        "How good it is was not measured: a source answers nothing by itself. Every model that is "
        "fitted on it is measured against not transferring.",
        f"What it learned from {samples} of one collection may be of no use for others.",
    ]
    blocks = [
        header(source, "headstart", _PIPELINES[source.modality], _TAGS),
        f"# A source that learned from {samples}, made with headstart",
        *data_section([*facts, *record.get("notes", ())]),
        *origin_section(source.name, source),
        "## Limits",
        listed(limits),
        _USE,
    ]
    return "\n\n".join(blocks) + "\n"
