"""The model card of a run with several targets: what a stranger should know before using it."""

from __future__ import annotations

from collections.abc import Iterator

from headstart.backbones.source import Source
from headstart.data.markup import table
from headstart.data.printable import printable
from headstart.evaluation.several_targets import SeveralResult, TargetResult
from headstart.metrics.figure import Figure
from headstart.runs.card_parts import (
    EXPORT,
    NOUNS,
    PREDICT,
    Use,
    data_section,
    header,
    listed,
    origin_section,
    shown,
)

_FIRST_NOTES = 10


def several_card(result: SeveralResult, source: Source | None, use: Use | None = None) -> str:
    """The card as Markdown with a YAML header; text of the data can become no markup.

    Parameters
    ----------
    result : SeveralResult
        The figures.
    source : Source or None
        The facts of the first network; None where there is none.
    use : Use or None
        How it is used; None: as a run.
    """
    use = use or Use("headstart", PREDICT if source is None else PREDICT + EXPORT)
    tags = ("headstart", f"{result.modality}-several-targets", "small-data")
    samples = NOUNS.get(result.modality, "samples")
    names = ", ".join(one.name for one in result.targets)
    facts = [f"Learned from {result.n_train:,} {samples}, measured on {result.n_test:,} others."]
    facts += result.notes[:_FIRST_NOTES]
    blocks = [
        header(source, use.library, None, tags),
        f"# A model of {samples} with several targets, made with headstart",
        shown(f"It gives an answer for each of {len(result.targets)} targets: {names}."),
        *data_section(facts),
        *origin_section(result.source, source),
        "## Figures",
        "On the test samples that have each target, with 95 % intervals.",
        table(("target", "what it is", "figure", "value", "interval"), _figures(result)),
        "## Was transfer worth it, and sharing?",
        listed(_verdict(one) for one in result.targets),
        "## Limits",
        listed(
            [
                f"The figures are about the test {samples} alone. How good it is on {samples} from "
                "elsewhere (another place, device, time or kind of people) was not measured.",
                "Where a training sample lacked a target, nothing was learned of it there.",
            ]
        ),
        "## How to use",
        use.text,
    ]
    return "\n\n".join(blocks) + "\n"


def _figures(result: SeveralResult) -> Iterator[tuple[str, ...]]:
    for one in result.targets:
        for name, figure in one.result.test.items():
            value = f"{figure.value:.4g}"
            interval = f"{figure.low:.4g} to {figure.high:.4g}"
            yield printable(one.name), one.result.task, name.replace("_", " "), value, interval


def _verdict(target: TargetResult) -> str:
    said = target.result.verdict or "nothing could be compared"
    parts = [f"{target.name}: {said}{_gain(target.result.difference)}"]
    if target.result.fallback is not None:
        parts.append(f"what was saved is the model without transfer, “{target.result.fallback}”")
    if target.sharing is not None and target.sharing.verdict is not None:
        parts.append(f"{target.sharing.verdict}{_gain(target.sharing.difference)}")
    if target.grouped is not None and target.grouped.verdict is not None:
        others = " and ".join(name for name in target.group if name != target.name)
        gain = _gain(target.grouped.difference)
        parts.append(
            f"one network for all beside one with {others}: {target.grouped.verdict}{gain}"
        )
    return "; ".join(parts) + "."


def _gain(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f" ({figure.value:+.3g}, {figure.low:+.3g} to {figure.high:+.3g})"
