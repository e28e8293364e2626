"""Read a network as a graph of operations that holds for every batch size."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import fx, nn

#: The attribute under which the traced module holds the network.
NETWORK = "network"


def trace(network: nn.Module) -> fx.GraphModule:
    """Trace a network in eval mode with its optional inputs at their defaults.

    Parameters
    ----------
    network : Module
        In eval mode; called with one tensor.

    Returns
    -------
    GraphModule
        It shares the network's parameters and holds the network under :data:`NETWORK`.

    Raises
    ------
    SourceError
        If the network's Python code takes decisions that depend on the values of its input.
    """
    from torch import fx

    root = _one_input(network)
    tracer = _tracer()
    try:
        with warnings.catch_warnings():
            # Networks' own size checks and torch.fx's own notices say nothing to our user.
            warnings.simplefilter("ignore")
            graph = tracer.trace(root)
    except Exception as error:  # whatever a network's own forward raises on a symbolic value
        raise SourceError(
            f"The network {type(network).__name__} cannot be read as a graph: {error} "
            "Accepted: networks that torch.fx can trace. "
            "Choose another source. See: headstart sources"
        ) from error
    return fx.GraphModule(root, graph)


def module_paths(node: fx.Node) -> list[str]:
    """The modules that an operation belongs to, outermost first, by their path in the network."""
    stack = node.meta.get("nn_module_stack") or {}
    return [path.removeprefix(NETWORK + ".") for path, _ in stack.values() if path != NETWORK]


def _one_input(network: nn.Module) -> nn.Module:
    """Wrap the network so that Python itself binds every optional input to its default."""
    from torch import Tensor, nn

    class OneInput(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.add_module(NETWORK, network)
            self.eval()

        def forward(self, x: Tensor) -> Any:
            return network(x)

    return OneInput()


def _tracer() -> fx.Tracer:
    """A tracer that leaves alone what timm says must not be looked into."""
    from torch import fx

    leaf_modules, leaf_functions = _timm_leaves()

    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
            return isinstance(m, leaf_modules) or super().is_leaf_module(m, module_qualified_name)

    return Tracer(autowrap_functions=leaf_functions)


def _timm_leaves() -> tuple[tuple[type, ...], tuple[Any, ...]]:
    """Lists of timm, when timm is in use; a network from elsewhere does not need them."""
    import sys

    if "timm" not in sys.modules:
        return (), ()
    # timm exports these two without saying so to type checkers.
    from timm.layers import get_notrace_functions, get_notrace_modules  # type: ignore[attr-defined]

    functions = tuple(function for function in get_notrace_functions() if callable(function))
    return tuple(get_notrace_modules()), functions
