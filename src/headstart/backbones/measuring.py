"""Run a traced network once and note what each operation gives, costs and overwrites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, fx

#: Samples in the measuring batch: more than one, so that a lost batch dimension shows.
BATCH = 2


@dataclass(frozen=True)
class Value:
    """What one operation gave.

    Parameters
    ----------
    shape : tuple of int or None
        With the batch; None when the value is not a tensor.
    flops : float
        For one sample, a multiply-add counted twice.
    memory : int
        Operations with the same number give views of the same memory.
    """

    shape: tuple[int, ...] | None
    flops: float
    memory: int

    @property
    def is_state(self) -> bool:
        """Whether it could cross between two stages: a tensor with a row per sample."""
        return self.shape is not None and len(self.shape) in (2, 3, 4) and self.shape[0] == BATCH


@dataclass
class Measurements:
    """Values by operation, and when each piece of memory was last overwritten in place."""

    values: dict[fx.Node, Value] = field(default_factory=dict)
    overwritten: dict[int, int] = field(default_factory=dict)


def measure(traced: fx.GraphModule, size: tuple[int, int]) -> Measurements:
    """Run a batch of blank pictures through the network.

    Parameters
    ----------
    traced : GraphModule
        As :func:`headstart.backbones.tracing.trace` gives it.
    size : tuple of int
        Height and width of the pictures, in pixels.
    """
    import torch
    from torch import fx

    found = Measurements()
    counter = _flop_counter()
    positions = {node: place for place, node in enumerate(traced.graph.nodes)}

    class Recorder(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            inputs = [(node, _tensors(self.env[node])) for node in n.all_input_nodes]
            versions = [[tensor._version for tensor in tensors] for _, tensors in inputs]
            counter.flops = 0.0
            result = super().run_node(n)
            for (node, tensors), before in zip(inputs, versions, strict=True):
                if [tensor._version for tensor in tensors] != before:
                    found.overwritten[found.values[node].memory] = positions[n]
            found.values[n] = Value(
                shape=tuple(result.shape) if isinstance(result, torch.Tensor) else None,
                flops=counter.flops / BATCH,
                memory=_memory(result, inputs, found) or positions[n] + 1,
            )
            return result

    with torch.no_grad(), counter:
        Recorder(traced).run(torch.zeros(BATCH, 3, *size))
    return found


def _memory(result: Any, inputs: list[Any], found: Measurements) -> int | None:
    """The memory number of the input that the result is a view of, if any."""
    places = {tensor.untyped_storage().data_ptr() for tensor in _tensors(result)} - {0}
    for node, tensors in inputs:
        if any(tensor.untyped_storage().data_ptr() in places for tensor in tensors):
            return found.values[node].memory
    return None


def _tensors(value: Any) -> list[Tensor]:
    """The tensors in a value that may be a tensor, a tuple of tensors or something else."""
    import torch

    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in _tensors(part)]
    return []


def _flop_counter() -> Any:
    """A context that adds up multiply-adds, counted twice, in its ``flops``.

    torch's own counter also keeps a tally by module, which costs more time than the network;
    its table of formulas is what we use.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    attention_block = torch.ops.aten._native_multi_head_attention

    class Counter(TorchDispatchMode):
        flops = 0.0

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            result = func(*args, **kwargs)
            operator = func.overloadpacket
            if operator in flop_registry:
                self.flops += flop_registry[operator](*args, **kwargs, out_val=result)
            elif operator is attention_block:
                self.flops += _attention_block(*args)
            return result

    return Counter()


def _attention_block(query: Tensor, key: Tensor, *_: Any) -> float:
    """torch's fused block: four square projections and the attention between them."""
    batch, tokens, width = query.shape
    return 8.0 * batch * tokens * width**2 + 4.0 * batch * tokens * key.shape[1] * width
