"""A folder that transformers' AutoModel and AutoTokenizer load, and the head beside it.

No standard architecture has a head on the mean over the tokens, so the head is a file of its own:
two tensors that any program can multiply.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import RunError
from headstart.files import to_json, write_atomically
from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples
from headstart.runs.export.exportable import Exportable

if TYPE_CHECKING:
    from torch import Tensor

HEAD, HEAD_FACTS = "head.safetensors", "head.json"
_BATCH = 8

_PROGRAM = """import json

import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

tokenizer, model = AutoTokenizer.from_pretrained("."), AutoModel.from_pretrained(".").eval()
head, facts = load_file("head.safetensors"), json.load(open("head.json"))
batch = tokenizer(["a sentence", "another"], return_tensors="pt", padding=True, truncation=True)
with torch.inference_mode():
    states = model(**batch, output_hidden_states=True).hidden_states
    mask = batch["attention_mask"][:, :, None]
    pool = {
        "mean": lambda state: (state * mask).sum(1) / mask.sum(1),
        "cls": lambda state: state[:, 0],
    }[facts["pooling"]]
    vectors = torch.cat([pool(states[place]) for place in facts["hidden_states"]], 1)
    scores = vectors @ head["weight"].T + head["bias"]
"""


class EncoderForm:
    """The encoder as ``save_pretrained`` writes it, its tokenizer, and the head."""

    name = "huggingface"

    def check(self, run: Exportable) -> None:
        """Every encoder that was built by transformers can be written by it."""

    def write(self, run: Exportable, folder: Path) -> None:
        """Let transformers write the encoder; the head has the standardisation in its weights."""
        from safetensors.numpy import save

        from headstart.runs.export.network import whole_network

        network: Any = whole_network(run)[0]
        with _quiet():
            network.model.save_pretrained(folder)
            _tokenizer(run).save_pretrained(folder)
        weight, bias = run.head.folded()
        write_atomically(folder / HEAD, save({"weight": weight, "bias": bias}))
        write_atomically(folder / HEAD_FACTS, to_json(_facts(run)))

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What plain transformers makes of the texts, shape (n_samples, n_outputs)."""
        import torch
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer

        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            model = AutoModel.from_pretrained(str(folder), local_files_only=True).eval()
        head, texts, parts = load_file(folder / HEAD), samples.raw, []
        for start in range(0, len(texts), _BATCH):
            some = texts[start : start + _BATCH]
            batch = tokenizer(some, return_tensors="pt", padding=True, truncation=True)
            with torch.inference_mode():
                states = model(**batch, output_hidden_states=True).hidden_states
                vectors = _vectors(run, states, batch["attention_mask"])
                parts.append((vectors @ head["weight"].T + head["bias"]).numpy())
        return run.softened(np.concatenate(parts))

    def use(self, run: Exportable) -> Use:
        """A program with transformers alone."""
        after = "`scores` of shape (n, 1) are the numbers."
        if run.output == "probabilities":
            after = (
                "`scores.softmax(1)` are the probabilities, in the order of `classes.json`; the "
                "temperature is in the weights already."
            )
        note = (
            "The head is no part of a standard architecture, because it reads the pooled tokens "
            "of the hidden states that `head.json` names: `AutoModelForSequenceClassification` "
            "does not load it. A pooler that AutoModel adds is not used."
        )
        return Use("transformers", f"```python\n{_PROGRAM}```\n\n{after} {note}")


def _facts(run: Exportable) -> dict[str, Any]:
    """The states of transformers begin with the embeddings, and so do the stages."""
    return {"hidden_states": list(run.places), "pooling": run.preprocessing.pooling}


def _vectors(run: Exportable, states: Any, mask: Tensor) -> Tensor:
    import torch

    from headstart.backbones.stages import pooled

    if len(states) != len(run.backbone.stages):
        raise RunError(
            f"The run {str(run.place)!r} cannot be exported as huggingface: transformers shows "
            f"{len(states)} states of a network of {len(run.backbone.stages)} stages. Export it as "
            "onnx or openvino."
        )
    told = [{"x": states[place], "mask": mask.float()} for place in run.places]
    return torch.cat([pooled(one, "tokens", run.preprocessing.pooling) for one in told], dim=1)


def _tokenizer(run: Exportable) -> Any:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    facts = run.preprocessing
    own = Tokenizer.from_str(facts.tokenizer)
    own.no_padding()
    named = {"pad_token": own.id_to_token(facts.pad_id)}
    if facts.unknown_id is not None:
        named["unk_token"] = own.id_to_token(facts.unknown_id)
    return PreTrainedTokenizerFast(
        tokenizer_object=own, model_max_length=facts.most_tokens, **named
    )


def _quiet() -> Any:
    from headstart.backbones.providers.encoder_folder import quiet_transformers

    return quiet_transformers()
