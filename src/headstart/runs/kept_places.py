"""Test pictures that a run keeps to be shown: what is there and what was found, without pixels."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.data.mask_file import to_index_png
from headstart.files import to_json
from headstart.tasks.segmentation import codes_of

KEPT_PLACES = "places.json"
#: Pictures that are kept, half of them the worst.
MOST_KEPT = 12
#: Pixels of the longer side of a mask that is kept.
_SIDE = 160
_FORMAT = 1


@dataclass(frozen=True, eq=False)
class KeptPicture:
    """A test picture that is shown.

    Parameters
    ----------
    name : str
        What the user calls it.
    size : tuple of int
        Width and height.
    there, found : Boxes, or ndarray of shape (height, width), uint8
        The truth and the answer; codes of a small copy of the picture, at the same places.
    measure : float
        How well they agree, 0 to 1.
    """

    name: str
    size: tuple[int, int]
    there: Boxes | NDArray[np.uint8]
    found: Boxes | NDArray[np.uint8]
    measure: float


@dataclass(frozen=True, eq=False)
class KeptPlaces:
    """Some test pictures, the worst first.

    Parameters
    ----------
    pictures : tuple of KeptPicture
        All of them, or as many of the worst as of the best.
    n_test : int
        Pictures that they were chosen from.
    """

    pictures: tuple[KeptPicture, ...]
    n_test: int


def keep_places(
    task: Any, names: Sequence[str], truth: Sequence[Any], answers: Sequence[Any]
) -> KeptPlaces:
    """Choose what is shown, and make it small.

    Parameters
    ----------
    task : PlaceTask
        What was answered.
    names : sequence of str
        Of the test pictures.
    truth : sequence of Boxes or Mask
        What is there.
    answers : sequence of Boxes or ndarray
        What was found; boxes that are worth showing alone.
    """
    ranks = [task.agreement(there, found) for there, found in zip(truth, answers, strict=True)]
    order = sorted(range(len(ranks)), key=lambda row: ranks[row])
    if len(order) > MOST_KEPT:
        order = order[: MOST_KEPT // 2] + order[-(MOST_KEPT // 2) :]
    kept = tuple(
        KeptPicture(
            names[row],
            (int(truth[row].size[0]), int(truth[row].size[1])),
            _small(truth[row]),
            _small(answers[row]),
            ranks[row][0],
        )
        for row in order
    )
    return KeptPlaces(kept, len(ranks))


def _small(one: Any) -> Boxes | NDArray[np.uint8]:
    if isinstance(one, Boxes):
        return one
    codes = np.asarray(codes_of(one), dtype=np.uint8)
    rows, columns = codes.shape
    scale = min(1.0, _SIDE / max(rows, columns))
    places = [
        ((np.arange(max(1, round(side * scale))) + 0.5) * side / max(1, round(side * scale)))
        for side in (rows, columns)
    ]
    picked: NDArray[np.uint8] = codes[np.ix_(*(one.astype(np.intp) for one in places))]
    return picked


def kept_to_json(kept: KeptPlaces, classes: Sequence[str]) -> bytes:
    """The content of :data:`KEPT_PLACES`."""
    rows = [
        {
            "input": one.name,
            "size": list(one.size),
            "measure": one.measure,
            "there": _plain(one.there, classes),
            "found": _plain(one.found, classes),
        }
        for one in kept.pictures
    ]
    return to_json({"format": _FORMAT, "n_test": kept.n_test, "pictures": rows})


def kept_from_json(content: bytes) -> KeptPlaces:
    """Read what :func:`kept_to_json` wrote."""
    facts = json.loads(content)
    pictures = []
    for row in facts["pictures"]:
        size = (int(row["size"][0]), int(row["size"][1]))
        there, found = (_read(row[key], size) for key in ("there", "found"))
        pictures.append(KeptPicture(str(row["input"]), size, there, found, float(row["measure"])))
    return KeptPlaces(tuple(pictures), int(facts["n_test"]))


def _plain(one: Boxes | NDArray[np.uint8], classes: Sequence[str]) -> dict[str, Any]:
    if not isinstance(one, Boxes):
        return {"mask": b64encode(to_index_png(one, classes)).decode("ascii")}
    return {
        "corners": one.corners.round(2).tolist(),
        "labels": [str(label) for label in one.labels],
        "scores": None if one.scores is None else one.scores.round(6).tolist(),
    }


def _read(plain: dict[str, Any], size: tuple[int, int]) -> Boxes | NDArray[np.uint8]:
    from PIL import Image

    if "mask" not in plain:
        return Boxes.of(plain["corners"], plain["labels"], size, plain["scores"])
    with Image.open(BytesIO(b64decode(plain["mask"])), formats=["PNG"]) as picture:
        return np.asarray(picture, dtype=np.uint8)
