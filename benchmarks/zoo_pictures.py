"""The pictures of the zoo: what its sources learn from, and the targets that they are tried on.

No picture is on both sides. Everything is drawn with a fixed seed, and written once.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from spectrograms import spectrogram

from headstart.files import write_folder_atomically

#: Something that can be written as a picture: a file to copy, or pixels, or a Pillow picture.
Picture = Any
#: Where a picture goes below its folder, without an ending, and what it is.
Placed = tuple[str, Picture]

_SIDE = 64


def write_pictures(data: Path, out: Path) -> None:
    """Write all folders that are not there yet."""
    for name, placed in (SOURCES | TARGETS).items():
        folder = folder_of(out, name)
        if not folder.exists():
            write_folder_atomically(folder, lambda place, of=placed: _fill(place, of(data)))


def folder_of(out: Path, name: str) -> Path:
    """Where the pictures of a source or a target lie."""
    return out / "pictures" / name


def _fill(place: Path, placed: Iterator[Placed]) -> None:
    from PIL import Image

    for name, picture in placed:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(picture, Path):
            shutil.copyfile(picture, path.with_name(path.name + picture.suffix))
            continue
        whole = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        whole.save(path.with_name(path.name + ".png"))


def _digits(domain: str, side: str, low: int, high: int) -> Callable[[Path], Iterator[Placed]]:
    """Of each digit those from number ``low`` to ``high``."""

    def placed(data: Path) -> Iterator[Placed]:
        arrays = np.load(data / "digits" / f"{domain}_{side}.npz")
        for digit in range(10):
            rows = np.flatnonzero(arrays["y"] == digit)[low:high]
            yield from ((f"{digit}/{row:04d}", arrays["x"][row]) for row in rows)

    return placed


def _shuffled(one: Callable[[Path], Iterator[Placed]]) -> Callable[[Path], Iterator[Placed]]:
    """The same pictures, each under the label of another."""

    def placed(data: Path) -> Iterator[Placed]:
        everything = list(one(data))
        labels = [name.partition("/")[0] for name, _ in everything]
        order = np.random.default_rng(0).permutation(len(labels))
        for place, (name, picture) in enumerate(everything):
            yield f"{labels[order[place]]}/{name.replace('/', '-')}", picture

    return placed


def _noise(data: Path) -> Iterator[Placed]:
    """Pictures without anything in them, and labels without any meaning."""
    random = np.random.default_rng(0)
    for number in range(600):
        pixels = random.integers(0, 256, (_SIDE, _SIDE, 3), dtype=np.uint8)
        yield f"{random.integers(10)}/{number:03d}", pixels


def _faces(low: int, high: int) -> Callable[[Path], Iterator[Placed]]:
    """Of each person the photographs from number ``low`` to ``high``."""

    def placed(data: Path) -> Iterator[Placed]:
        for person in sorted((data / "faces").glob("s??")):
            for number in range(low, high + 1):
                yield f"{person.name}/{number:02d}", person / f"{number:02d}.png"

    return placed


def _chest_xray(parts: tuple[int, ...]) -> Callable[[Path], Iterator[Placed]]:
    """Patients of the training side in two halves (0 and 1), or the test side (2)."""

    def placed(data: Path) -> Iterator[Placed]:
        rows = _table(data / "chest_xray" / "metadata.csv")
        groups = sorted({row["group"] for row in rows if row["split"] == "train"})
        halves = dict(
            zip(groups, np.random.default_rng(0).permutation(len(groups)) % 2, strict=True)
        )
        for row in rows:
            part = halves[row["group"]] if row["split"] == "train" else 2
            if part in parts:
                path = data / "chest_xray" / row["file"]
                yield f"{row['label']}/{path.stem}", path

    return placed


def _cats(part: int) -> Callable[[Path], Iterator[Placed]]:
    """A third of both classes; the picture that the set holds twice counts once."""

    def placed(data: Path) -> Iterator[Placed]:
        twice = data / "cats" / "test" / "cat" / "017.png"
        for kind in ("cat", "noncat"):
            paths = sorted(set((data / "cats").glob(f"*/{kind}/*.png")) - {twice})
            order = np.random.default_rng(0).permutation(len(paths))
            for place in order[part::3]:
                path = paths[place]
                yield f"{kind}/{path.parent.parent.name}-{path.stem}", path

    return placed


def _spoken(label: str, low: int, high: int) -> Callable[[Path], Iterator[Placed]]:
    """Takes from ``low`` to ``high`` of all speakers and digits, as spectrograms."""

    def placed(data: Path) -> Iterator[Placed]:
        folder = data / "spoken_digits"
        for row in _table(folder / "clips.csv"):
            if low <= int(row["take"]) <= high:
                path = folder / "clips" / Path(row["file"]).name
                yield f"{row[label]}/{path.stem}", spectrogram(path)

    return placed


def _ants_bees(parts: tuple[int, ...]) -> Callable[[Path], Iterator[Placed]]:
    """Two halves of the training side (0 and 1), or the validation side (2)."""

    def placed(data: Path) -> Iterator[Placed]:
        for side in ("train", "val"):
            for kind in ("ants", "bees"):
                paths = sorted((data / "ants_bees" / side / kind).iterdir())
                for place, path in enumerate(paths):
                    if (place % 2 if side == "train" else 2) in parts:
                        yield f"{kind}/{path.stem}", path

    return placed


def _driving(part: str) -> Callable[[Path], Iterator[Placed]]:
    """Whether a person walks there. Neighbouring frames are alike: halves are runs of frames."""

    def placed(data: Path) -> Iterator[Placed]:
        rows = _table(data / "driving" / "scenes.csv")
        train = sorted(
            (one for one in rows if one["split"] == "train"), key=lambda one: one["name"]
        )
        middle = len(train) // 2
        tests = [one for one in rows if one["split"] == "test"]
        for row in {"first": train[:middle], "second": train[middle:], "test": tests}[part]:
            kind = "pedestrian" if row["pedestrian"] == "1" else "nobody"
            path = data / "driving" / "images" / f"{row['name']}.jpg"
            yield f"{kind}/{path.stem}", path

    return placed


def _photos(data: Path) -> Iterator[Placed]:
    """Photographs without labels: insects, streets, people, raccoons."""
    for placed in (_ants_bees((0,)), _driving("first")):
        for name, path in placed(data):
            yield name.partition("/")[2], path
    for kind in ("pedestrians", "raccoons"):
        for path in sorted((data / kind / "images").iterdir()):
            yield path.stem, path


def _sides(
    train: Callable[[Path], Iterator[Placed]], test: Callable[[Path], Iterator[Placed]]
) -> Callable[[Path], Iterator[Placed]]:
    def placed(data: Path) -> Iterator[Placed]:
        yield from ((f"train/{name}", picture) for name, picture in train(data))
        yield from ((f"test/{name}", picture) for name, picture in test(data))

    return placed


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


#: What sources learn from, by the name of the folder.
SOURCES: dict[str, Callable[[Path], Iterator[Placed]]] = {
    "source-mnist": _digits("mnist", "train", 0, 150),
    "source-usps": _digits("usps", "train", 0, 150),
    "source-faces": _faces(1, 4),
    "source-chest_xray": _chest_xray((0,)),
    "source-cats": _cats(0),
    "source-spoken": _spoken("digit", 20, 34),
    "source-photos": _photos,
    "source-shuffled": _shuffled(_digits("mnist", "train", 0, 30)),
    "source-noise": _noise,
}
#: ``train`` and ``test`` of each target.
TARGETS: dict[str, Callable[[Path], Iterator[Placed]]] = {
    "ants_bees": _sides(_ants_bees((1,)), _ants_bees((2,))),
    "cats": _sides(_cats(1), _cats(2)),
    "chest_xray": _sides(_chest_xray((1,)), _chest_xray((2,))),
    "mnist": _sides(_digits("mnist", "train", 150, 170), _digits("mnist", "test", 0, 100)),
    "usps": _sides(_digits("usps", "train", 150, 170), _digits("usps", "test", 0, 100)),
    "faces": _sides(_faces(5, 7), _faces(8, 10)),
    "spoken_digits": _sides(_spoken("digit", 10, 13), _spoken("digit", 0, 9)),
    "spoken_speakers": _sides(_spoken("speaker", 10, 13), _spoken("speaker", 0, 9)),
    "driving": _sides(_driving("second"), _driving("test")),
}
