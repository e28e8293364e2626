"""Find the stages of any network that can be traced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.backbones.measuring import measure
from headstart.backbones.one_at_a_time import one_at_a_time
from headstart.backbones.places import cost, single_value_places, split_off_head
from headstart.backbones.selection import Candidates, choose
from headstart.backbones.splitting import split
from headstart.backbones.tracing import trace

if TYPE_CHECKING:
    from torch import nn

    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone


@one_at_a_time
def cut_into_stages(network: nn.Module, source: Source) -> Backbone:
    """Cut a network, its head included, into stages and a head.

    The network is put into eval mode and frozen; the stages share its parameters.

    Parameters
    ----------
    network : Module
        Takes pictures of shape (n, 3, height, width), gives scores of shape (n, n_classes); or a
        :class:`~headstart.backbones.text_network.TextNetwork` or a
        :class:`~headstart.backbones.word_network.WordNetwork`.
    source : Source
        Its facts; the size of the pictures is taken from them.

    Raises
    ------
    SourceError
        If the network cannot be traced, or has no place to cut before its last layer.
    """
    from headstart.backbones.stages import Backbone, Stage
    from headstart.backbones.text_network import TextNetwork, cut_encoder
    from headstart.backbones.word_network import WordNetwork, cut_words

    if isinstance(network, WordNetwork):
        return cut_words(network, source)
    if isinstance(network, TextNetwork):
        return cut_encoder(network, source)
    traced = trace(network.eval().requires_grad_(False))
    nodes = list(traced.graph.nodes)
    measured = measure(traced, source.preprocessing.size)
    places = single_value_places(nodes, measured)
    inside, final = split_off_head(nodes, places, measured, source.n_classes)
    # What is asked about places needs the deepest map, which a vector has lost.
    cuts = choose(Candidates(nodes, measured, inside, final, source.preprocessing.whole))
    *modules, head = split(traced, [cut.place for cut in cuts])
    starts = [-1, *(cut.place.position for cut in cuts)]
    stages = [
        Stage(
            name=cut.name,
            module=module,
            flops=cost(nodes, measured, start, cut.place.position),
            state_shape=(measured.values[cut.place.node].shape or ())[1:],
            picture=source.preprocessing.size,
        )
        for cut, module, start in zip(cuts, modules, starts, strict=False)
    ]
    return Backbone(source, stages, head)
