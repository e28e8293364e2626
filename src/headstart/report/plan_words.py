"""A plan in plain words: what was done with the stages, and how they were trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

#: By where the weights come from and whether they changed.
_WORDS = {
    ("pretrained", "frozen"): "pretrained, kept as they came",
    ("pretrained", "train"): "pretrained, trained further",
    ("random", "frozen"): "random weights, kept as they came",
    ("random", "train"): "random weights, trained from scratch",
    ("none", "frozen"): "computed by a rule, without weights",
}
_ADAPTED = {
    "lora": "pretrained and kept, with small trained additions",
    "bias": "pretrained and kept, their biases trained",
    "pointwise": "pretrained, trained but for their depthwise filters",
}
#: In a count of stages, by mode.
_COUNTED = {"frozen": "frozen", "adapter": "adapted", "train": "trained"}


def trains(plan: Mapping[str, Any]) -> bool:
    """Whether a plan, as plain data, changes any stage.

    Examples
    --------
    >>> trains({"stages": [{"name": "a", "mode": "frozen"}]}), trains({})
    (False, False)
    """
    return any(stage.get("mode", "frozen") != "frozen" for stage in plan.get("stages") or ())


def uses_source(plan: Mapping[str, Any]) -> bool:
    """Whether anything that the source learned is in the model."""
    stages = plan.get("stages") or ()
    return not stages or any(stage.get("init", "pretrained") == "pretrained" for stage in stages)


def has_network(plan: Mapping[str, Any]) -> bool:
    """Whether any stage has weights."""
    stages = plan.get("stages") or ()
    return not stages or any(stage.get("init", "pretrained") != "none" for stage in stages)


def runs_of_stages(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Neighbours that are treated alike: ``{"names", "words"}``."""
    kind = (plan.get("adapter") or {}).get("kind", "lora")
    runs = groupby(plan.get("stages") or (), key=lambda stage: _words(stage, kind))
    return [_run(words, list(run)) for words, run in runs]


def _words(stage: Mapping[str, Any], adapter: str) -> str:
    init, mode = stage.get("init", "pretrained"), stage.get("mode", "frozen")
    if mode == "adapter":
        return _ADAPTED.get(adapter, f"pretrained, with the adapter {adapter}")
    return _WORDS.get((init, mode), f"{init}, {mode}")


def _run(words: str, stages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = [str(stage["name"]) for stage in stages]
    if all(stage.get("mode", "frozen") == "frozen" for stage in stages):
        return {"names": names, "words": words}
    scales = sorted({float(stage.get("lr_scale", 1.0)) for stage in stages})
    begins = sorted({int(stage.get("from_epoch", 0)) + 1 for stage in stages})
    if scales != [1.0]:
        words += f", learning rate times {_range(scales)}"
    if begins != [1]:
        words += f", from epoch {_range(begins)} on"
    return {"names": names, "words": words}


def _range(values: Sequence[float]) -> str:
    return f"{values[0]:.2g}" if len(values) == 1 else f"{values[0]:.2g} to {values[-1]:.2g}"


def training_facts(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """How the stages were trained, as names and values; empty where none was."""
    training = plan.get("training")
    if not training or not trains(plan):
        return []
    start = (plan.get("head") or {}).get("start", "probe")
    rate, share = training.get("learning_rate"), training.get("validation")
    facts = {
        "Epochs planned": training.get("epochs"),
        "Samples a step": training.get("batch_size"),
        "Highest learning rate": None if rate is None else f"{rate:g}",
        "Held back to judge the epochs": f"{100 * share:.0f}\u00a0%" if share else "nothing",
        "Views": ", ".join(training.get("views") or ()),
        "The head started as": "zero" if start == "zero" else "the fitted probe",
    }
    return [{"name": name, "value": str(value)} for name, value in facts.items() if value]


def plan_in_short(plan: Mapping[str, Any]) -> str:
    """One line for a plan that trains; empty for one that does not.

    Examples
    --------
    >>> plan_in_short({"stages": [{"name": "a"}, {"name": "b", "mode": "train"}],
    ...                "training": {"epochs": 5}})
    '1 stage frozen, 1 trained (5 epochs)'
    """
    if not trains(plan):
        return ""
    modes = [stage.get("mode", "frozen") for stage in plan["stages"]]
    counts = [(word, modes.count(mode)) for mode, word in _COUNTED.items() if mode in modes]
    (first, count), *others = counts
    parts = [f"{count} {'stage' if count == 1 else 'stages'} {first}"]
    parts += [f"{number} {word}" for word, number in others]
    if not uses_source(plan):
        parts.append("from random weights")
    epochs = (plan.get("training") or {}).get("epochs")
    planned = "" if epochs is None else f" ({epochs} {'epoch' if epochs == 1 else 'epochs'})"
    return ", ".join(parts) + planned
