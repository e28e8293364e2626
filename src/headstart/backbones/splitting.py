"""Copy a run of operations out of a traced network; the parameters stay shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headstart.backbones.places import Place, input_dependent

if TYPE_CHECKING:
    from torch import fx


def split(traced: fx.GraphModule, places: Sequence[Place]) -> list[fx.GraphModule]:
    """Cut a traced network at the given places.

    Parameters
    ----------
    traced : GraphModule
    places : sequence of Place
        In order, each crossed by one tensor alone.

    Returns
    -------
    list of GraphModule
        One more than there are places. Each takes one tensor and gives one.
    """
    nodes = list(traced.graph.nodes)
    entry = next(node for node in nodes if node.op == "placeholder")
    starts = [(-1, entry), *((place.position, place.node) for place in places)]
    ends = [*((place.position, place.node) for place in places), (len(nodes), None)]
    return [
        _piece(traced, nodes, nodes[start + 1 : stop + 1], first, last)
        for (start, first), (stop, last) in zip(starts, ends, strict=True)
    ]


def _piece(
    traced: fx.GraphModule,
    nodes: Sequence[fx.Node],
    inside: Sequence[fx.Node],
    first: fx.Node,
    last: fx.Node | None,
) -> fx.GraphModule:
    """The operations ``inside``, from the tensor of ``first`` to that of ``last``."""
    from torch import fx

    dependent = input_dependent(nodes)
    graph = fx.Graph()
    copies = {first: graph.placeholder("x")}

    def copy(node: fx.Node) -> fx.Node:
        # What does not depend on the picture may lie before this piece: it is computed here again.
        if node not in copies:
            copies[node] = graph.node_copy(node, copy)
        return copies[node]

    for node in inside:
        if node in dependent and node.op not in ("placeholder", "output"):
            copy(node)
    if last is None:
        graph.output(fx.node.map_arg(nodes[-1].args[0], copy))
    else:
        graph.output(copies[last])
    return fx.GraphModule(traced, graph)
