"""A text encoder of the transformers library: its network, and the same cut into stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from headstart.backbones.stages import Backbone, Stage, State, pooled
from headstart.backbones.text_preprocessing import NOTHING, TextPreprocessing
from headstart.errors import SourceError

if TYPE_CHECKING:
    from headstart.backbones.source import Source

#: Tokens of the sentence that costs are stated for.
TYPICAL_TOKENS = 32
_EMBEDDINGS = "embeddings"


def token_state(rows: Tensor, pad_id: int) -> State:
    """The state before the first stage.

    Parameters
    ----------
    rows : Tensor of shape (n, length), whole numbers
        Tokens, and -1 where a text has ended.
    pad_id : int
        What the network expects there.

    Examples
    --------
    >>> {name: one.tolist() for name, one in token_state(torch.tensor([[5, -1]]), 0).items()}
    {'x': [[5, 0]], 'mask': [[1.0, 0.0]]}
    """
    there = rows != NOTHING
    return {"x": torch.where(there, rows, pad_id), "mask": there.float()}


class TextNetwork(nn.Module):
    """A transformers encoder and its pooling: rows of tokens in, a vector a text out.

    Parameters
    ----------
    model : Module
        Without a pooler.
    facts : TextPreprocessing
        Of the source.
    """

    def __init__(self, model: nn.Module, facts: TextPreprocessing) -> None:
        super().__init__()
        self.model = model
        self.pad_id, self.pooling = facts.pad_id, facts.pooling

    def forward(self, rows: Tensor) -> Tensor:
        """Give vectors of shape (n, n_features) for rows of shape (n, length)."""
        state = token_state(rows, self.pad_id)
        x = self.model(input_ids=state["x"], attention_mask=state["mask"].long()).last_hidden_state
        return pooled({**state, "x": x}, "tokens", self.pooling)


class _Embeddings(nn.Module):
    """Tokens to vectors."""

    def __init__(self, own: nn.Module, after: nn.Module | None) -> None:
        super().__init__()
        self.own, self.after = own, after

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        vectors: Tensor = self.own(x)
        return vectors if self.after is None else self.after(vectors)


class _Layer(nn.Module):
    """A layer of the encoder; where a text has ended nothing is looked at."""

    def __init__(self, own: nn.Module) -> None:
        super().__init__()
        self.own = own

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        given: Tensor = self.own(x, mask[:, None, None, :] > 0)
        return given[0] if isinstance(given, tuple) else given


class Pooled(nn.Module):
    """In the place of a head: what the source itself makes of a text."""

    def __init__(self, pooling: str) -> None:
        super().__init__()
        self.pooling = pooling

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return pooled({"x": x, "mask": mask}, "tokens", self.pooling)


def cut_encoder(network: TextNetwork, source: Source) -> Backbone:
    """Cut an encoder into its embeddings and its layers.

    The network is put into eval mode and frozen; the stages share its parameters.

    Raises
    ------
    SourceError
        If the stages one after the other do not compute what the network computes: its layers take
        more than vectors and a mask.
    """
    network.eval().requires_grad_(False)
    network.pooling = source.preprocessing.pooling  # a variant of the source may have its own
    embeddings, layers = _parts(network.model, source.name)
    pieces = {"embeddings": embeddings, **{name: _Layer(one) for name, one in layers}}
    facts: TextPreprocessing = source.preprocessing
    size = _width(embeddings, facts)
    stages = [
        Stage(
            name,
            piece,
            _flops(piece, size),
            (facts.most_tokens, size),
            {"mask": (facts.most_tokens,)},
            facts.pooling,
        )
        for name, piece in pieces.items()
    ]
    backbone = Backbone(source, stages, Pooled(facts.pooling))
    _check(network, backbone)
    return backbone


def with_length(backbone: Backbone, length: int) -> Backbone:
    """The same stages for texts of at most ``length`` tokens: states need no more room.

    Parameters
    ----------
    backbone : Backbone
        Of a text source; its parameters are shared.
    length : int
        At least 1.
    """
    stages = [
        replace(stage, state_shape=(length, stage.feature_size), carries={"mask": (length,)})
        for stage in backbone.stages
    ]
    return Backbone(backbone.source, stages, backbone.head)


def _parts(model: nn.Module, name: str) -> tuple[_Embeddings, list[tuple[str, nn.Module]]]:
    """The embeddings, what follows them, and the longest list of layers of one kind."""
    lists = [
        (path, one)
        for path, one in model.named_modules()
        if isinstance(one, nn.ModuleList) and len({type(part) for part in one}) == 1
    ]
    own = getattr(model, _EMBEDDINGS, None)
    if own is None or not lists:
        raise _not_cut(name, "it has no embeddings followed by a list of layers")
    path, layers = max(lists, key=lambda found: len(found[1]))
    named = [(f"{path}.{place}", layer) for place, layer in enumerate(layers)]
    return _Embeddings(own, getattr(model, "embeddings_project", None)), named


def _width(embeddings: _Embeddings, facts: TextPreprocessing) -> int:
    with torch.no_grad():
        one = torch.full((1, 1), facts.pad_id)
        return int(embeddings(one, torch.ones(1, 1)).shape[-1])


def _flops(piece: nn.Module, size: int) -> float:
    """Of a sentence of usual length, a multiply-add counted twice; looking up costs nothing."""
    if isinstance(piece, _Embeddings):
        return float(2 * size * TYPICAL_TOKENS)
    weights = sum(one.numel() for one in piece.parameters() if one.ndim == 2)
    return float(2 * weights * TYPICAL_TOKENS + 4 * size * TYPICAL_TOKENS**2)


def _check(network: TextNetwork, backbone: Backbone) -> None:
    """Two rows of different length tell whether the mask is understood."""
    rows = torch.arange(2 * 6).view(2, 6) % 7 + 1
    rows[1, 4:] = NOTHING
    try:
        with torch.no_grad():
            whole, parts = network(rows), backbone(rows)
    except Exception as error:  # the layers' own code, which may raise anything
        raise _not_cut(backbone.source.name, str(error)) from error
    if not torch.allclose(whole, parts, rtol=1e-4, atol=1e-5):
        raise _not_cut(
            backbone.source.name, "its layers take more than the vectors before them and a mask"
        )


def _not_cut(name: str, reason: str) -> SourceError:
    return SourceError(
        f"The network of {name!r} cannot be cut into stages: {reason}. Accepted: encoders in the "
        "manner of BERT, RoBERTa, ELECTRA or DistilBERT. Choose another source. See: headstart "
        "sources --search minilm"
    )


def own_tensors(model: nn.Module, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a file that belong to the encoder, by its own names.

    Files of a pretrained model hold its head too, and old ones call weight and bias of a norm
    ``gamma`` and ``beta``.
    """
    wanted = model.state_dict()
    prefix = f"{getattr(model, 'base_model_prefix', '')}."
    found = {}
    for name, tensor in tensors.items():
        bare = name.removeprefix("model.").removeprefix(prefix)
        bare = bare.replace("LayerNorm.gamma", "LayerNorm.weight")
        bare = bare.replace("LayerNorm.beta", "LayerNorm.bias")
        if bare in wanted:
            found[bare] = tensor
    return found
