"""Where a traced network can be cut: the places that exactly one tensor crosses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import fx

    from headstart.backbones.measuring import Measurements


@dataclass(frozen=True)
class Place:
    """Between the operation at ``position`` and the next; ``node`` gave the tensor that crosses."""

    position: int
    node: fx.Node


def input_dependent(nodes: Sequence[fx.Node]) -> set[fx.Node]:
    """The operations whose value depends on the picture; the others can be repeated anywhere."""
    found: set[fx.Node] = set()
    for node in nodes:
        if node.op == "placeholder" or not found.isdisjoint(node.all_input_nodes):
            found.add(node)
    return found


def single_value_places(nodes: Sequence[fx.Node], measured: Measurements) -> list[Place]:
    """All places that one tensor, and nothing else that depends on the picture, crosses.

    A tensor that is overwritten in place after the place does not count: whoever keeps it would
    find it changed. A shape or number that crosses rules the place out as well, since it could
    not be computed again on the other side.

    Returns
    -------
    list of Place
        In the order of the operations; one for each tensor.
    """
    positions = {node: position for position, node in enumerate(nodes)}
    dependent = input_dependent(nodes)
    live: dict[fx.Node, int] = {}
    found: dict[fx.Node, Place] = {}
    for position, node in enumerate(nodes):
        if node in dependent:
            live[node] = max((positions[user] for user in node.users), default=position)
        live = {other: last for other, last in live.items() if last > position}
        if len(live) == 1:
            crossing = next(iter(live))
            if _is_kept(crossing, position, measured):
                found.setdefault(crossing, Place(position, crossing))
    return list(found.values())


def _is_kept(node: fx.Node, position: int, measured: Measurements) -> bool:
    value = measured.values[node]
    unchanged = measured.overwritten.get(value.memory, -1) <= position
    return node.op != "placeholder" and value.is_state and unchanged


def split_off_head(
    nodes: Sequence[fx.Node], places: Sequence[Place], measured: Measurements, n_classes: int
) -> tuple[list[Place], Place]:
    """The places inside the backbone, and the place where the head begins.

    The head is the last operation with weights, which gives the class scores, and what follows.
    A source without classes (``n_classes`` 0) has nothing of the kind: its head begins at the end.

    Raises
    ------
    SourceError
        If no place lies before the head.
    """
    stop = len(nodes)
    if n_classes:
        stop = max((at for at, node in enumerate(nodes) if measured.values[node].flops), default=0)
    before = [place for place in places if place.position < stop]
    if not before or cost(nodes, measured, -1, before[-1].position) == 0:
        raise SourceError(
            "The network cannot be cut into a backbone and a head: no single tensor crosses "
            "before its last layer with weights. Choose another source. See: headstart sources"
        )
    return before[:-1], before[-1]


def cost(nodes: Sequence[fx.Node], measured: Measurements, start: int, stop: int) -> float:
    """Floating-point operations for one sample after position ``start``, up to ``stop``."""
    return sum(measured.values[node].flops for node in nodes[start + 1 : stop + 1])
