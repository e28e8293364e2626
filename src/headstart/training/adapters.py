"""Which parameters of a stage a plan lets go of, and the additions that adapters bring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import nn

from headstart.errors import PlanError

if TYPE_CHECKING:
    from headstart.plan import AdapterPlan, Plan, StagePlan
    from headstart.training.suffix import SuffixNetwork

#: What peft calls the parameters that it adds.
_ADDED = "lora_"


def add_adapters(network: SuffixNetwork, plan: Plan) -> None:
    """Put low-rank additions into the stages that the plan adapts so, by peft.

    They start at zero: the network computes what it computed before. Other kinds add nothing.

    Raises
    ------
    PlanError
        If no layer of those stages can take them, or there is nothing to let go of.
    """
    if plan.adapter is None or all(stage.mode != "adapter" for stage in plan.suffix):
        return
    if plan.adapter.kind != "lora":
        _check_there_is_something(network, plan, plan.adapter)
        return
    targets = list(_targets(network, plan))
    if not targets:
        raise PlanError(
            "No layer of the adapted stages is a linear layer or an ordinary convolution, so LoRA "
            "finds nothing to add to. Adapt other stages, or take the adapter 'bias'."
        )
    from peft import LoraConfig, inject_adapter_in_model

    adapter = plan.adapter
    alpha: Any = adapter.rank * adapter.scale  # peft's hint says int, its arithmetic takes floats
    config = LoraConfig(r=adapter.rank, lora_alpha=alpha, target_modules=targets)
    inject_adapter_in_model(config, network)


def _check_there_is_something(network: SuffixNetwork, plan: Plan, adapter: AdapterPlan) -> None:
    adapted = [
        (stage, piece)
        for stage, piece in zip(plan.suffix, network.pieces, strict=True)
        if stage.mode == "adapter"
    ]
    if not any(trained_parameters(piece, stage, adapter) for stage, piece in adapted):
        raise PlanError(
            f"The adapter {adapter.kind!r} lets nothing change in the stages "
            f"{', '.join(stage.name for stage, _ in adapted)}: they have no such parameters. Adapt "
            "other stages, or set the mode of these to train or frozen."
        )


def _targets(network: SuffixNetwork, plan: Plan) -> Iterator[str]:
    """Names of layers that compute a matrix product and are called as they stand.

    Subclasses compute something else (``Conv2dSame`` pads first), and layers inside of an
    attention layer are never called: it reads their weights.
    """
    for place, stage in enumerate(plan.suffix):
        if stage.mode != "adapter":
            continue
        for name, module in network.pieces[place].named_modules():
            plain = type(module) is nn.Linear or (type(module) is nn.Conv2d and module.groups == 1)
            if plain:
                yield f"pieces.{place}.{name}"


def merge_adapters(network: SuffixNetwork) -> None:
    """Add the additions to the weights and take them away again."""
    if not any(_ADDED in name for name, _ in network.named_parameters()):
        return  # peft brings much with it, and takes seconds to import
    from peft.tuners.tuners_utils import BaseTunerLayer

    adapted = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, BaseTunerLayer)
    ]
    for name, module in adapted:
        module.merge()
        parent, _, child = name.rpartition(".")
        setattr(network.get_submodule(parent), child, module.get_base_layer())


def trained_parameters(piece: nn.Module, stage: StagePlan, adapter: AdapterPlan | None) -> set[str]:
    """Names of the parameters of a stage that its entry in the plan lets change."""
    names = {name for name, _ in piece.named_parameters()}
    if stage.mode == "frozen":
        return set()
    if stage.mode == "train" or adapter is None:
        return names
    return _BY_KIND[adapter.kind](piece, names)


def _lora(piece: nn.Module, names: set[str]) -> set[str]:
    return {name for name in names if _ADDED in name}


def _bias(piece: nn.Module, names: set[str]) -> set[str]:
    return {name for name in names if name.rpartition(".")[2] == "bias"}


def _pointwise(piece: nn.Module, names: set[str]) -> set[str]:
    depthwise = {
        f"{name}.weight"
        for name, module in piece.named_modules()
        if isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1
    }
    return names - depthwise


_BY_KIND: dict[str, Any] = {"lora": _lora, "bias": _bias, "pointwise": _pointwise}
