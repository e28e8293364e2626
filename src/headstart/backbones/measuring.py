"""Run a traced network once and note what each operation gives, costs and overwrites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headstart.errors import SourceError

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
    """Run a batch of pictures through the network, in shapes alone: nothing is computed.

    Parameters
    ----------
    traced : GraphModule
        As :func:`headstart.backbones.tracing.trace` gives it.
    size : tuple of int
        Height and width of the pictures, in pixels.

    Raises
    ------
    SourceError
        If the network's result depends on more than the shapes, or it does not take this size.
    """
    import torch

    recorder, counter = _recorder(traced)
    try:
        with torch.no_grad(), counter:
            recorder.run(torch.empty(BATCH, 3, *size, device="meta"))
    except Exception as error:  # whatever a network's own operations raise
        raise SourceError(
            f"The network cannot be measured on pictures of {size[0]}x{size[1]} pixels: {error} "
            "Accepted: networks whose shapes follow from the size alone. "
            "Choose another source. See: headstart sources"
        ) from error
    return recorder.found


def _recorder(traced: fx.GraphModule) -> tuple[Any, Any]:
    """An interpreter that notes what each operation gives, and the counter that it reads."""
    import torch
    from torch import fx
    from torch.func import functional_call

    counter = _flop_counter()
    positions = {node: place for place, node in enumerate(traced.graph.nodes)}

    class Recorder(fx.Interpreter):
        found = Measurements()

        def get_attr(self, target: Any, args: Any, kwargs: Any) -> Any:
            value = super().get_attr(target, args, kwargs)
            return value.to("meta") if isinstance(value, torch.Tensor) else value

        def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
            module = self.fetch_attr(target)
            own = (*module.named_parameters(), *module.named_buffers())
            shapes = {name: tensor.to("meta") for name, tensor in own}
            return functional_call(module, shapes, args, kwargs)

        def run_node(self, n: fx.Node) -> Any:
            inputs = [(node, _tensors(self.env[node])) for node in n.all_input_nodes]
            versions = [[tensor._version for tensor in tensors] for _, tensors in inputs]
            counter.flops = 0.0
            result = super().run_node(n)
            for (node, tensors), before in zip(inputs, versions, strict=True):
                if [tensor._version for tensor in tensors] != before:
                    self.found.overwritten[self.found.values[node].memory] = positions[n]
            self.found.values[n] = Value(
                shape=tuple(result.shape) if isinstance(result, torch.Tensor) else None,
                flops=counter.flops / BATCH,
                memory=_memory(result, inputs, self.found) or positions[n] + 1,
            )
            return result

    return Recorder(traced), counter


def _memory(result: Any, inputs: list[Any], found: Measurements) -> int | None:
    """The memory number of the input that the result is a view of, if any."""
    own = {tensor.untyped_storage()._cdata for tensor in _tensors(result)}
    for node, tensors in inputs:
        if any(tensor.untyped_storage()._cdata in own for tensor in tensors):
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
    """Give a context that adds up multiply-adds, counted twice, in its ``flops``.

    torch's own counter also keeps a tally by module, which costs more time than the network;
    its table of formulas is what we use.
    """
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

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
            return result

    return Counter()
