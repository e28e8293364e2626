"""``preprocessing.json``: all that another program needs to make the input of a network."""

from __future__ import annotations

from typing import Any

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import TOKENIZER
from headstart.backbones.text_preprocessing import NOTHING, TextPreprocessing
from headstart.runs.export.exportable import INPUT, Exportable

PREPROCESSING = "preprocessing.json"


def input_facts(run: Exportable) -> dict[str, Any]:
    """Plain data for JSON."""
    facts = run.preprocessing
    told = _of_texts(facts) if isinstance(facts, TextPreprocessing) else _of_pictures(facts)
    return {"input": INPUT, "output": run.output, "modality": run.modality, **told}


def _of_pictures(facts: Preprocessing) -> dict[str, Any]:
    height, width = facts.size
    return {
        "shape": ["n", height, width, 3],
        "dtype": "uint8",
        "layout": "NHWC",
        "colours": "RGB",
        "decode": {
            "upright": "the EXIF orientation is applied",
            "transparent": "laid on white",
            "jpeg_may_shrink_to": facts.shorter_side,
        },
        "size": [height, width],
        "crop": {
            "rule": "centre",
            "fraction": facts.crop_fraction,
            "of": "the largest centred part of the picture that has the shape of size",
        },
        "resize": {"rule": "the crop to size in one step", "interpolation": facts.interpolation},
        "normalisation": {
            "inside_the_network": True,
            "rule": "(pixel / 255 - mean) / std",
            "mean": list(facts.mean),
            "std": list(facts.std),
        },
    }


def _of_texts(facts: TextPreprocessing) -> dict[str, Any]:
    return {
        "shape": ["n", "length"],
        "dtype": "int64",
        "tokenizer": TOKENIZER,
        "most_tokens": facts.most_tokens,
        "truncation": "the end is cut off",
        "after_the_text": NOTHING,
        "unknown_token": facts.unknown_id,
        "pooling": {"inside_the_network": True, "rule": facts.pooling},
    }
