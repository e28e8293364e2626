"""Of the many places where a network can be cut, keep a readable few and name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from headstart.backbones.places import Place, cost
from headstart.backbones.tracing import NETWORK, module_paths

if TYPE_CHECKING:
    from torch import fx

    from headstart.backbones.measuring import Measurements

#: So many ends of blocks at one depth of the module tree make that depth the one to cut at.
FEWEST_BLOCKS = 4
#: More stages than this are merged.
MOST_STAGES = 12


@dataclass(frozen=True)
class Cut:
    """A kept place and the name of the stage that ends there."""

    place: Place
    name: str


@dataclass(frozen=True)
class Candidates:
    """A traced network with the places at which its backbone can be cut.

    Parameters
    ----------
    nodes : sequence of Node
        All operations in order.
    measured : Measurements
        Shape and cost of each.
    places : sequence of Place
        Inside the backbone, in order.
    final : Place
        What the head reads.
    keeps_maps : bool
        Whether the backbone ends with the last block's map rather than with what is pooled of it.
    """

    nodes: Sequence[fx.Node]
    measured: Measurements
    places: Sequence[Place]
    final: Place
    keeps_maps: bool = False

    def cost(self, start: int, stop: int) -> float:
        """Floating-point operations after position ``start``, up to ``stop``."""
        return cost(self.nodes, self.measured, start, stop)

    @cached_property
    def extents(self) -> dict[str, tuple[int, int]]:
        """First and last position of every module's operations."""
        found: dict[str, tuple[int, int]] = {}
        for position, node in enumerate(self.nodes):
            for path in module_paths(node):
                found[path] = (found.get(path, (position, 0))[0], position)
        return found

    @cached_property
    def containers(self) -> set[str]:
        """Modules that hold others."""
        return {path.rpartition(".")[0] for path in self.extents}

    def name(self, place: Place) -> str:
        """The outermost module that ends last at or before the crossing tensor."""
        position = self.nodes.index(place.node)
        ended = [
            (last, -path.count("."), path)
            for path, (_, last) in self.extents.items()
            if last <= position
        ]
        return max(ended)[2] if ended else f"{NETWORK}.{place.node.name}"


def choose(candidates: Candidates) -> list[Cut]:
    """Keep 4 to 12 places where the network allows it; the last is what the head reads.

    Ends of blocks first: the smallest depth of the module tree at which enough blocks end at a
    place, and the end of the stem before them. A network without such blocks is cut before
    each change of resolution, and failing that wherever it can be.
    """
    for cuts in (_ends_of_blocks(candidates), _before_resolution_changes(candidates)):
        cuts = _with_final(candidates, _with_weights(candidates, cuts))
        if len(cuts) >= FEWEST_BLOCKS:
            return _merged(candidates, cuts)
    everywhere = [Cut(place, candidates.name(place)) for place in candidates.places]
    return _merged(candidates, _with_final(candidates, _with_weights(candidates, everywhere)))


def _ends_of_blocks(candidates: Candidates) -> list[Cut]:
    for depth in sorted({path.count(".") for path in candidates.containers}):
        blocks = _blocks(candidates, depth)
        if len(blocks) >= FEWEST_BLOCKS:
            return _stem(candidates, blocks[0]) + blocks
    return []


def _blocks(candidates: Candidates, depth: int) -> list[Cut]:
    """Modules at a depth of the module tree that hold others, have weights and end at a place."""
    by_node = {candidates.nodes.index(place.node): place for place in candidates.places}
    by_node[candidates.nodes.index(candidates.final.node)] = candidates.final
    return [
        Cut(by_node[last], path)
        for path, (first, last) in sorted(candidates.extents.items(), key=lambda item: item[1][1])
        if path in candidates.containers
        and path.count(".") == depth
        and last in by_node
        and candidates.cost(first - 1, last) > 0
    ]


def _stem(candidates: Candidates, block: Cut) -> list[Cut]:
    """The last place before the first block."""
    first = candidates.extents[block.name][0]
    before = [place for place in candidates.places if place.position < first]
    return [Cut(place, candidates.name(place)) for place in before[-1:]]


def _before_resolution_changes(candidates: Candidates) -> list[Cut]:
    following = [*candidates.places[1:], candidates.final]
    return [
        Cut(place, candidates.name(place))
        for place, after in zip(candidates.places, following, strict=True)
        if _resolution(candidates, place) != _resolution(candidates, after)
    ]


def _resolution(candidates: Candidates, place: Place) -> tuple[int, ...]:
    shape = candidates.measured.values[place.node].shape or ()
    return shape[2:] if len(shape) == 4 else ()


def _with_weights(candidates: Candidates, cuts: Sequence[Cut]) -> list[Cut]:
    """Leave out a cut when nothing but reshaping and pooling lies before it."""
    kept: list[Cut] = []
    for cut in cuts:
        start = kept[-1].place.position if kept else -1
        if candidates.cost(start, cut.place.position) > 0:
            kept.append(cut)
    return kept


def _with_final(candidates: Candidates, cuts: list[Cut]) -> list[Cut]:
    """End the last stage at what the head reads; pooling after the last block joins that block.

    Where maps are kept, it joins the head.
    """
    last = candidates.final
    if cuts and candidates.cost(cuts[-1].place.position, last.position) == 0:
        if candidates.keeps_maps:
            return cuts
        return [*cuts[:-1], Cut(last, cuts[-1].name)]
    return [*cuts, Cut(last, candidates.name(last))]


def _merged(candidates: Candidates, cuts: list[Cut]) -> list[Cut]:
    """Join the cheapest stage with its cheaper neighbour until few enough are left."""
    while len(cuts) > MOST_STAGES:
        starts = [-1, *(cut.place.position for cut in cuts)]
        costs = [
            candidates.cost(start, cut.place.position)
            for start, cut in zip(starts[:-1], cuts, strict=True)
        ]
        pairs = pairwise(costs)
        # The pair that holds the cheapest stage, and of the two such pairs the cheaper one.
        cheapest = min((min(pair), sum(pair), index) for index, pair in enumerate(pairs))
        del cuts[cheapest[2]]
    return cuts
