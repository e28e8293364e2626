"""Runs of tiny models of places, fitted on pictures that lie in files."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image
from tests.tiny_places import CONVOLUTIONS, label_of, scene

from headstart.cli.run_report import report_page
from headstart.data.box_reading import read_boxes
from headstart.data.mask_reading import read_masks
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.runs.place_saving import save_places
from headstart.strategies import read_plan_name

TASKS = ("detection", "localisation", "segmentation")
CLASSES = ("blue", "red")
NAMED = ("background", *CLASSES)
SIZE = (80, 60)


def write_scenes(folder, seeds, classes=CLASSES):
    """``images``, ``masks``, and ``boxes.csv`` with a box for each picture."""
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    with (folder / "boxes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "xmin", "ymin", "xmax", "ymax"])
        for seed in seeds:
            picture, corners, names = scene(seed, SIZE, 1, classes)
            picture.save(folder / "images" / f"{seed}.png")
            writer.writerow([f"images/{seed}.png", names[0], *map(int, corners[0])])
            mask = label_of("segmentation", SIZE, corners, names, classes)
            Image.fromarray(mask.codes()).save(folder / "masks" / f"{seed}.png")
    return folder


def read_scenes(task, folder):
    if task == "segmentation":
        return read_masks(folder / "images", folder / "masks", classes=NAMED)[0]
    return read_boxes(folder / "boxes.csv")


def make_run(task, folder, epochs=20, n_test=4, **changes):
    """``folder/TASK`` with a run of it; its pictures lie in ``folder/TASK-data``."""
    data = write_scenes(Path(folder) / f"{task}-data", range(8 + n_test))
    every = read_scenes(task, data)
    head = {"width": 32, **({"depth": 1} if task == "detection" else {"depth": 32})}
    settings = PlaceSettings(
        task,
        f"{CONVOLUTIONS}@64x64",
        read_plan_name("full"),
        classes=NAMED if task == "segmentation" else None,
        twin=False,
        head={"width": 32} if task == "localisation" else head,
        training={
            **{"epochs": epochs, "views": ("original",), "validation": 0.0, "batch_size": 4},
            "learning_rate": 0.01,
        },
        **changes,
    )
    model = fit_places(every.take(range(8)), every.take(range(8, 8 + n_test)), settings)
    circumstances = {"command": "headstart fit boxes.csv --task detect"}
    save_places(model, Path(folder) / task, {"report.html": report_page(model, circumstances)})
    return Path(folder) / task
