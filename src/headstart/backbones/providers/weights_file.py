"""Read a file of weights without unpickling, and fit it onto a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from headstart.errors import SourceError

if TYPE_CHECKING:
    from torch import Tensor, nn

#: How many names a message about unfitting weights shows of each kind.
SHOWN = 3


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Read tensors by name from a ``.safetensors``, ``.pth`` or ``.pt`` file.

    Raises
    ------
    SourceError
        If there is no such file, or it does not hold tensors by name and nothing else.
    """
    path = Path(path)
    if not path.is_file():
        raise SourceError(
            f"The weights file {str(path)!r} does not exist. Accepted: a .safetensors, .pth or "
            ".pt file. Correct the path given with --weights."
        )
    try:
        tensors = _read(path)
    except Exception as error:  # each format has its own, and all mean the same to the user
        raise SourceError(
            f"The weights file {str(path)!r} cannot be read: {_first_line(error)} "
            "Accepted: a .safetensors file, or a .pth or .pt file that holds tensors by name "
            "and nothing else. Save it again or download it again."
        ) from error
    return tensors


def load_strictly(network: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Fit tensors onto a network, each name and each shape.

    Parameters
    ----------
    network : Module
        Changed in place.
    tensors : mapping of str to Tensor
    name : str
        The source's, for the message.

    Raises
    ------
    SourceError
        Naming what is missing, unexpected or of another shape.
    """
    wanted = network.state_dict()
    # BatchNorm's counter of training steps came late and nothing reads it in eval mode.
    missing = [
        key for key in wanted if key not in tensors and not key.endswith("num_batches_tracked")
    ]
    unexpected = [key for key in tensors if key not in wanted]
    unlike = [
        f"{key} {tuple(tensor.shape)} instead of {tuple(wanted[key].shape)}"
        for key, tensor in tensors.items()
        if key in wanted and tensor.shape != wanted[key].shape
    ]
    faults = {"missing": missing, "unexpected": unexpected, "of another shape": unlike}
    if any(faults.values()):
        told = "; ".join(f"{kind}: {_few(keys)}" for kind, keys in faults.items() if keys)
        raise SourceError(
            f"The weights do not fit source {name!r}. Tensors {told}. Accepted: exactly its "
            f"{len(wanted)} tensors. Give a weights file made for this architecture."
        )
    network.load_state_dict({**wanted, **tensors})


def hash_of(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, types, shapes and values, whatever the file format and order.

    Examples
    --------
    >>> import torch
    >>> a, b = torch.zeros(2), torch.ones(3)
    >>> hash_of({"a": a, "b": b}) == hash_of({"b": b, "a": a}) != hash_of({"a": b, "b": a})
    True
    """
    import torch

    digest = hashlib.sha256()
    for key in sorted(tensors):
        tensor = tensors[key].detach().cpu().contiguous()
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    if path.suffix not in (".pth", ".pt"):
        raise ValueError(f"its ending is {path.suffix!r}.")
    import torch

    found = torch.load(path, map_location="cpu", weights_only=True)
    found = found.get("state_dict", found)
    if not found or not all(isinstance(tensor, torch.Tensor) for tensor in found.values()):
        raise ValueError("it holds something other than tensors.")
    return dict(found)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"{lines[0].rstrip('.')}."


def _few(keys: list[str]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more
