"""The engine that runs a converted network, by what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headstart.activations.converted import ConvertedBackbone
from headstart.activations.encoder import Encoder
from headstart.activations.openvino_engine import OpenVinoEncoder
from headstart.activations.text_engine import OpenVinoTextEncoder

_ENGINES: Mapping[str, Callable[[ConvertedBackbone, str | None], Encoder]] = {
    "image": OpenVinoEncoder,
    "text": OpenVinoTextEncoder,
}


def encoder_of(converted: ConvertedBackbone, precision: str | None = None) -> Encoder:
    """What turns a sample into vectors.

    Parameters
    ----------
    converted : ConvertedBackbone
        The network.
    precision : {"bf16", "f32"} or None
        None: the fastest of this processor.
    """
    return _ENGINES[converted.source.modality](converted, precision)
