"""How an exported model is used, as its card says it."""

from __future__ import annotations

from headstart.runs.export.exportable import Exportable

_PIXELS = """facts = json.load(open("preprocessing.json"))
image = Image.open("photo.jpg")
image.draft(None, (facts["decode"]["jpeg_may_shrink_to"],) * 2)
image = ImageOps.exif_transpose(image).convert("RGB")
height, width = facts["size"]
scale = min(image.width / width, image.height / height) * facts["crop"]["fraction"]
left, upper = (image.width - width * scale) / 2, (image.height - height * scale) / 2
box = (left, upper, left + width * scale, upper + height * scale)
way = Image.Resampling[facts["resize"]["interpolation"].upper()]
batch = np.asarray(image.resize((width, height), way, box=box))[None]
"""
_TOKENS = """facts = json.load(open("preprocessing.json"))
tokenizer = Tokenizer.from_file(facts["tokenizer"])
tokenizer.no_padding()
tokenizer.enable_truncation(facts["most_tokens"])
batch = np.array([tokenizer.encode("a sentence").ids])
"""
_IMPORTS = {
    "image": "from PIL import Image, ImageOps\n",
    "text": "from tokenizers import Tokenizer\n",
}
#: What goes in, in words, by what the model reads.
INPUT_WORDS = {
    "image": (
        "The input takes uint8 pixels of shape (n, height, width, 3) in RGB; the normalisation is "
        "part of the network. `preprocessing.json` says how a picture becomes these pixels."
    ),
    "text": (
        "The input takes rows of tokens as int64 of shape (n, length), with -1 where a text has "
        "ended. `tokenizer.json` makes them, and `preprocessing.json` says how many are read."
    ),
}
_OUT = {
    "probabilities": (
        "The output `probabilities` has a column for each class, in the order of `classes.json`."
    ),
    "value": "The output `value` has the shape (n, 1).",
}


def usage(run: Exportable, imports: str, call: str, further: str = "") -> str:
    """Markdown with a program that runs as it stands inside of the folder.

    Parameters
    ----------
    run : Exportable
        What is used.
    imports, call : str
        Lines of Python; the last of ``call`` gives the outputs for ``batch``.
    further : str
        A sentence about this form.
    """
    said = [INPUT_WORDS[run.modality], _OUT[run.output], further]
    return "\n\n".join([" ".join(filter(None, said)), program(run.modality, imports, call)])


def program(modality: str, imports: str, call: str) -> str:
    """Markdown of a program that makes ``batch`` of a sample, and goes on with ``call``.

    Parameters
    ----------
    modality : {"image", "text"}
        What the model reads.
    imports, call : str
        Lines of Python.
    """
    making = _PIXELS if modality == "image" else _TOKENS
    lines = f"import json\n\nimport numpy as np\n{imports}{_IMPORTS[modality]}\n{making}{call}"
    return f"```python\n{lines}```"
