"""An exported run beside the run itself: the same classes, probabilities within 1e-3.

A probe on bundled/efficientnet-lite0 is fitted on a part of the pictures of a folder and exported.
Another program reads the other pictures: Pillow and onnxruntime (or OpenVINO) alone, with nothing
but what `preprocessing.json` says. Rows compare its answers with those of the run in float32.

    python benchmarks/export_parity.py --data ../shared/data/ants_bees
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import json_argument, report

SOURCE = "bundled/efficientnet-lite0"
ENDINGS = (".jpg", ".jpeg", ".png")
MOST_DIFFERENT = 1e-3
BATCH = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--count", type=int, default=200, help="pictures to compare on")
    parser.add_argument("--formats", nargs="*", default=["onnx", "openvino"], choices=list(OPENED))
    json_argument(parser, "export_parity")
    asked = parser.parse_args()
    if asked.data is None:
        raise SystemExit("Name a folder of class folders with pictures: --data, or HEADSTART_DATA.")
    learned, shown = parted(Path(asked.data), asked.count)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HEADSTART_CACHE", str(Path(folder) / "cache"))
        run = fit_probe(learned, Path(folder) / "run")
        rows = [row for name in asked.formats for row in compare(run, name, shown, Path(folder))]
    report("export_parity", rows, asked.json)


def parted(folder: Path, count: int) -> tuple[list[Path], list[Path]]:
    """Pictures to learn from, and ``count`` others; a picture's class is the folder it lies in."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    random.Random(0).shuffle(found)
    if len(found) < count + 20:
        raise SystemExit(f"{folder} holds {len(found)} pictures; {count + 20} are needed.")
    return found[count:], found[:count]


def fit_probe(pictures: list[Path], folder: Path) -> Path:
    from headstart import TransferClassifier

    labels = [path.parent.name for path in pictures]
    estimator = TransferClassifier(source=SOURCE, plan="probe", fallback=False)
    return estimator.fit(list(map(str, pictures)), labels).model_.save(folder)


def compare(run: Path, name: str, pictures: list[Path], place: Path) -> list[dict[str, Any]]:
    """A row for the run in float32, and one for the run as it predicts."""
    from headstart import load
    from headstart.runs.export import export_run

    began = time.perf_counter()
    export_run(run, name, place / name)
    seconds = time.perf_counter() - began
    batches = as_told(place / name, pictures)
    found = OPENED[name](place / name, batches)
    model = load(run)
    rows = []
    for what, precision in (("the run in float32", "f32"), ("the run as it predicts", None)):
        asked = model if precision is None else replace(model, precision=precision)
        rows.append(row(name, f"{what} ({asked.precision})", found, asked.predict_proba(pictures)))
        rows[-1]["required"] = None if precision is None else f"<= {MOST_DIFFERENT:g}, all classes"
        rows[-1]["reached"] = None if precision is None else is_near(rows[-1])
        rows[-1]["seconds to export"] = round(seconds, 1)
    return rows


def row(name: str, beside: str, found: np.ndarray, expected: np.ndarray) -> dict[str, Any]:
    return {
        "format": name,
        "beside": beside,
        "pictures": len(found),
        "same class": int((found.argmax(1) == expected.argmax(1)).sum()),
        "largest difference": float(np.abs(found - expected).max()),
        "mean difference": float(np.abs(found - expected).mean()),
    }


def is_near(row: dict[str, Any]) -> bool:
    return row["largest difference"] <= MOST_DIFFERENT and row["same class"] == row["pictures"]


def as_told(folder: Path, pictures: list[Path]) -> list[np.ndarray]:
    """Batches of pixels, made by Pillow from what the export says of its input."""
    from PIL import Image, ImageOps

    facts = json.loads((folder / "preprocessing.json").read_bytes())
    height, width = facts["size"]
    way = Image.Resampling[facts["resize"]["interpolation"].upper()]
    rows = []
    for path in pictures:
        image = Image.open(path)
        image.draft(None, (facts["decode"]["jpeg_may_shrink_to"],) * 2)
        image = ImageOps.exif_transpose(image).convert("RGB")
        scale = min(image.width / width, image.height / height) * facts["crop"]["fraction"]
        left, upper = (image.width - width * scale) / 2, (image.height - height * scale) / 2
        box = (left, upper, left + width * scale, upper + height * scale)
        rows.append(np.asarray(image.resize((width, height), way, box=box)))
    return [np.stack(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]


def in_onnxruntime(folder: Path, batches: list[np.ndarray]) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    return np.concatenate([session.run(None, {"input": batch})[0] for batch in batches])


def in_openvino(folder: Path, batches: list[np.ndarray]) -> np.ndarray:
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(folder / "model.xml", "CPU", settings)
    return np.concatenate([np.array(model({"input": batch})[0]) for batch in batches])


#: By format: what another program does with the folder.
OPENED: dict[str, Callable[[Path, list[np.ndarray]], np.ndarray]] = {
    "onnx": in_onnxruntime,
    "openvino": in_openvino,
}


if __name__ == "__main__":
    main()
