"""A folder that plain timm or transformers loads, by what the source is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from headstart.errors import RunError
from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.encoder_form import EncoderForm
from headstart.runs.export.exportable import Exportable
from headstart.runs.export.form import Form
from headstart.runs.export.timm_form import TimmForm

#: By the provider of the source.
_BY_PROVIDER: dict[str, Form] = {
    "timm": TimmForm(),
    "transformers": EncoderForm(),
    "bundled/efficientnet-lite0": TimmForm(),
    "bundled/minilm-l6": EncoderForm(),
}


class HuggingFaceForm:
    """safetensors, configuration and card."""

    name = "huggingface"

    def check(self, run: Exportable) -> None:
        """Raise RunError where neither library has such a network."""
        _form_of(run).check(run)

    def write(self, run: Exportable, folder: Path) -> None:
        """Write the folder of the library that knows the network."""
        _form_of(run).write(run, folder)

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What that library makes of the folder, shape (n_samples, n_outputs)."""
        return _form_of(run).answer(run, folder, samples)

    def use(self, run: Exportable) -> Use:
        """A program with that library."""
        return _form_of(run).use(run)


def _form_of(run: Exportable) -> Form:
    source = run.backbone.source
    name = (source.builder or source.name).partition("@")[0]
    form = _BY_PROVIDER.get(name) or _BY_PROVIDER.get(name.partition("/")[0])
    if form is None:
        raise RunError(
            f"The run {str(run.place)!r} cannot be exported as huggingface: neither timm nor "
            f"transformers knows the network of {name!r}. Accepted: runs of the sources "
            "timm/..., transformers/... and bundled/.... Export it as onnx or openvino."
        )
    return form
