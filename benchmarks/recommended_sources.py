"""The table of sources worth recommending: accuracy on ImageNet against speed on a processor.

Taken from timm's published results: of the weights that this timm can fetch, at the size they were
made for (224 to 256 pixels), under a licence that does not forbid commercial use, those that no
other beats in both accuracy and speed; of neighbours that differ by less than ``--step`` points
the fastest. Beside them stand the bundled source and well-known ones of torchvision, with
torchvision's own accuracies and timm's speed of the same architecture. Each network is built with
random weights and cut into stages before it is listed.

    python benchmarks/recommended_sources.py --tables FOLDER [--out FILE]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from machine import print_table
from published_tables import number, read_rows, tables_argument, tables_folder

OUT = Path(__file__).parents[1] / "src" / "headstart" / "backbones" / "recommended.json"
SIZES = (224, 256)
#: Slower than this, the one pass over a thousand pictures takes minutes.
SLOWEST = 5.0
#: The bundled source, and whose figures are its own: the same network from the same origin.
BUNDLED = {"bundled/efficientnet-lite0": "tf_efficientnet_lite0.in1k"}
#: By name in torchvision: timm's name of the architecture. All at 224 pixels.
TORCHVISION = {
    "resnet18": "resnet18",
    "resnet50": "resnet50",
    "mobilenet_v3_large": "mobilenetv3_large_100",
    "efficientnet_b0": "efficientnet_b0",
    "densenet121": "densenet121",
    "convnext_tiny": "convnext_tiny",
    "swin_t": "swin_tiny_patch4_window7_224",
}
ORIGIN = (
    "ImageNet-1k accuracy, parameters and speed: as published by timm (huggingface/"
    "pytorch-image-models, aa4b585: results/results-imagenet.csv and "
    "results/benchmark-infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo.csv)",
    "accuracy of torchvision/ sources: as published by torchvision for the weights it gives out",
    "bundled/efficientnet-lite0: timm's figures for tf_efficientnet_lite0.in1k",
)
SPEED = "pictures/s on an Intel Core i7-12700H, fp32, one picture at a time, torch.compile"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tables_argument(parser)
    parser.add_argument("--step", type=float, default=1.0, help="points of accuracy")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    rows = read_rows(tables_folder(options), "timm_models.csv")
    chosen = [*of_torchvision(rows), *of_bundled(rows), *of_timm(rows, options.step)]
    chosen.sort(key=lambda row: -row["images_per_second"])
    for row in chosen:
        require_cuttable(row["name"])
    content = {
        "made_by": "benchmarks/recommended_sources.py",
        "origin": ORIGIN,
        "speed": SPEED,
        "sources": chosen,
    }
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print_table(chosen)
    print(f"\n{len(chosen)} sources: {options.out}")


def of_timm(rows: list[dict[str, str]], step: float) -> list[dict[str, Any]]:
    usable = [facts(f"timm/{row['model']}", row) for row in rows if is_usable(row)]
    return thinned(front(usable), step)


def is_usable(row: dict[str, str]) -> bool:
    import timm
    from timm.models import get_pretrained_cfg

    size = int(row["img_size"])
    if not row["cpu_img_per_s"] or number(row["cpu_img_per_s"]) < SLOWEST:
        return False
    if not SIZES[0] <= size <= SIZES[1] or not timm.list_models(row["model"], pretrained=True):
        return False
    made_for = get_pretrained_cfg(row["model"])
    return bool(made_for.input_size[1] == size and "-nc" not in (made_for.license or "-nc"))


def front(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """From the fastest on, those that are more accurate than all that are faster."""
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: (-row["images_per_second"], -row["accuracy"])):
        if not kept or row["accuracy"] > kept[-1]["accuracy"]:
            kept.append(row)
    return kept


def thinned(rows: list[dict[str, Any]], step: float) -> list[dict[str, Any]]:
    """Without those that are hardly more accurate than the faster one before them."""
    kept = rows[:1]
    for row in rows[1:]:
        if row["accuracy"] - kept[-1]["accuracy"] >= step:
            kept.append(row)
    return kept


def of_bundled(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        facts(name, row)
        for name, model in BUNDLED.items()
        for row in rows
        if row["model"] == model and row["img_size"] == "224"
    ]


def of_torchvision(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    from torchvision import models

    chosen = []
    for name, architecture in TORCHVISION.items():
        row = next(
            row
            for row in rows
            if row["architecture"] == architecture
            and row["img_size"] == "224"
            and row["cpu_img_per_s"]
        )
        known = models.get_model_weights(name).DEFAULT.meta
        accuracy = known["_metrics"]["ImageNet-1K"]["acc@1"]
        chosen.append({**facts(f"torchvision/{name}", row), "accuracy": round(accuracy, 2)})
    return chosen


def facts(name: str, row: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "accuracy": round(number(row["top1"]), 2),
        "parameters": round(number(row["param_count"]), 2),
        "images_per_second": round(number(row["cpu_img_per_s"]), 1),
        "size": int(row["img_size"]),
    }


def require_cuttable(name: str) -> None:
    """Fail where headstart could not use the source."""
    from headstart.backbones.catalogue import load_backbone

    stages = load_backbone(name, init="random").stages
    print(f"{name}: {len(stages)} stages", flush=True)


if __name__ == "__main__":
    main()
