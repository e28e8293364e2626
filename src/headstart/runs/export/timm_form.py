"""A folder that ``timm.create_model("local-dir:FOLDER", pretrained=True)`` loads."""

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
    from torch import Tensor, nn

    from headstart.backbones.stages import Backbone

CONFIG, WEIGHTS = "config.json", "model.safetensors"
#: What timm knows of the architecture and not of the weights.
_KEPT = ("fixed_input_size", "pool_size", "first_conv", "classifier")
#: Beyond this the classifier reads something else than the head did.
_ALIKE = 1e-3

_PROGRAM = """import timm
import torch
from PIL import Image

model = timm.create_model("local-dir:.", pretrained=True).eval()
config = timm.data.resolve_model_data_config(model)
transform = timm.data.create_transform(**config, is_training=False)
with torch.inference_mode():
    scores = model(transform(Image.open("photo.jpg").convert("RGB"))[None])
"""


class TimmForm:
    """``config.json`` and ``model.safetensors`` in the manner of timm on the hub."""

    name = "huggingface"

    def check(self, run: Exportable) -> None:
        """Raise RunError where the head reads other stages than a classifier of timm."""
        last = len(run.backbone.stages) - 1
        if run.places != (last,):
            stages = [stage.name for stage in run.backbone.stages]
            raise _not_so(
                run,
                f"its head reads the stages {', '.join(stages[one] for one in run.places)}, and a "
                f"classifier of timm reads the last one alone ({stages[last]})",
            )

    def write(self, run: Exportable, folder: Path) -> None:
        """Give timm's network the run's head in the place of its classifier."""
        from safetensors.torch import save

        network = _network(run)
        tensors = {name: one.contiguous() for name, one in network.state_dict().items()}
        write_atomically(folder / WEIGHTS, save(tensors, metadata={"format": "pt"}))
        write_atomically(folder / CONFIG, to_json(_config(run, network)))

    def answer(self, run: Exportable, folder: Path, samples: Samples) -> NDArray[np.float64]:
        """What plain timm says of the same pixels, shape (n_samples, n_outputs)."""
        import timm
        import torch

        model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
        normalise = run.preprocessing.normalise
        with torch.inference_mode():
            scores = samples.answered(lambda some: model(normalise(torch.from_numpy(some))).numpy())
        return run.softened(scores)

    def use(self, run: Exportable) -> Use:
        """A program with timm alone."""
        after = "`scores` of shape (1, 1) is the number."
        if run.output == "probabilities":
            after = (
                "`scores.softmax(1)` are the probabilities, in the order of `classes.json` and of "
                "`label_names` in `config.json`; the temperature is in the weights already."
            )
        note = (
            "timm shrinks a picture before it crops it, and headstart crops first: probabilities "
            "differ a little from those of `headstart predict` for that reason alone. What was "
            "checked is the network, on the same pixels."
        )
        return Use("timm", f"```python\n{_PROGRAM}```\n\n{after} {note}")


def _network(run: Exportable) -> nn.Module:
    import torch

    from headstart.backbones.discovery import cut_into_stages
    from headstart.runs.export.network import whole_network

    network: Any
    network, source = whole_network(run)
    _check_same_vector(run, network, cut_into_stages(network, source))
    weights, bias = map(torch.from_numpy, run.head.folded())
    network.reset_classifier(len(bias))
    classifier = network.get_classifier()
    linear = isinstance(classifier, (torch.nn.Linear, torch.nn.Conv2d))
    if not linear or classifier.bias is None:
        raise _not_so(run, "timm's classifier of it is no linear layer with a bias")
    with torch.no_grad():
        classifier.weight.copy_(weights.view(classifier.weight.shape))
        classifier.bias.copy_(bias)
    ready: nn.Module = network.eval()
    return ready


def _check_same_vector(run: Exportable, network: Any, backbone: Backbone) -> None:
    """Refuse a network whose classifier reads something else than the run's head."""
    import torch

    random = torch.Generator().manual_seed(0)
    some = torch.rand((2, 3, *run.preprocessing.size), generator=random)
    with torch.no_grad():
        mine = list(backbone.pooled(some).values())[-1]
        theirs = network.forward_head(network.forward_features(some), pre_logits=True)
    if not _alike(mine, theirs.flatten(1)):
        raise _not_so(
            run,
            "its head reads the mean of the last stage, and the classifier that timm gives this "
            "architecture reads something else",
        )


def _alike(mine: Tensor, theirs: Tensor) -> bool:
    same = mine.shape == theirs.shape
    return same and bool((mine - theirs).abs().max() <= _ALIKE * theirs.abs().max())


def _config(run: Exportable, network: Any) -> dict[str, Any]:
    """What timm writes for the hub."""
    facts, task, own = run.preprocessing, run.model.task, network.pretrained_cfg
    labels = {"label_names": list(task.class_names)} if run.output == "probabilities" else {}
    return {
        "architecture": run.backbone.source.architecture,
        "num_classes": task.n_outputs,
        "num_features": network.num_features,
        **labels,
        "pretrained_cfg": {
            "tag": "headstart",
            "custom_load": False,
            "input_size": [3, *facts.size],
            "interpolation": facts.interpolation,
            "crop_pct": facts.crop_fraction,
            "crop_mode": "center",
            "mean": list(facts.mean),
            "std": list(facts.std),
            "num_classes": task.n_outputs,
            **{key: own[key] for key in _KEPT if own.get(key) is not None},
            "license": run.backbone.source.licence,
        },
    }


def _not_so(run: Exportable, reason: str) -> RunError:
    return RunError(
        f"The run {str(run.place)!r} cannot be exported as huggingface: {reason}. Accepted: a run "
        "whose head reads the last stage alone (with --plan full or freeze:K it does; in a plan "
        "file, head.stages says so), of a network whose classifier reads the mean of that stage. "
        "Export it as onnx or openvino."
    )
