"""Write boxes as a COCO file, which most tools for detection read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from headstart.data.boxes import Boxes
from headstart.errors import InputError

#: Decimals of a place in pixels and of a score.
_PLACES = 3
_SCORES = 6


def to_coco(
    names: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    boxes: Sequence[Boxes],
    classes: Sequence[str],
) -> bytes:
    r"""One JSON document of pictures, classes and boxes.

    :func:`~headstart.data.box_reading.read_boxes` reads it back, to a thousandth of a pixel.

    Parameters
    ----------
    names : sequence of str
        Paths of the pictures.
    sizes : sequence of (int, int)
        Width and height of each.
    boxes : sequence of Boxes
        Those of each; with scores they are detections.
    classes : sequence of str
        Names of the classes; their ids count from 1.

    Raises
    ------
    InputError
        If the numbers of names, sizes and boxes differ, or a box is of another class or not
        finite.

    Examples
    --------
    >>> boxes = Boxes.of([(1, 2, 5, 6)], ["cat"], (10, 8), scores=[0.9])
    >>> json.loads(to_coco(["a.jpg"], [(10, 8)], [boxes], ["cat"]))["annotations"]
    [{'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [1.0, 2.0, 4.0, 4.0], 'area': 16.0,
      'iscrowd': 0, 'score': 0.9}]
    """
    if not len(names) == len(sizes) == len(boxes):
        raise InputError(
            f"{len(names)} names, {len(sizes)} sizes and boxes of {len(boxes)} pictures were "
            "given; accepted is the same number of each."
        )
    document = {
        "images": [
            {"id": number, "file_name": name, "width": size[0], "height": size[1]}
            for number, (name, size) in enumerate(zip(names, sizes, strict=True), start=1)
        ],
        "categories": [{"id": place, "name": name} for place, name in enumerate(classes, start=1)],
        "annotations": list(_annotations(boxes, classes)),
    }
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InputError(
            "A box has a corner or a score that is no finite number; JSON cannot hold it. Leave "
            "such boxes out."
        ) from error
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _annotations(boxes: Sequence[Boxes], classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    ids = {name: place for place, name in enumerate(classes, start=1)}
    number = 0
    for picture, found in enumerate(boxes, start=1):
        for row in range(len(found)):
            label = found.labels[row]
            if label not in ids:
                raise InputError(
                    f"A box is of the class {label!r}; the classes are "
                    f"{', '.join(map(repr, classes))}. Name all classes of the boxes."
                )
            number += 1
            yield {
                "id": number,
                "image_id": picture,
                "category_id": ids[label],
                **_place(found, row),
                "iscrowd": 0,
                **_score(found, row),
            }


def _place(boxes: Boxes, row: int) -> dict[str, Any]:
    xmin, ymin, xmax, ymax = boxes.corners[row].tolist()
    place = [round(value, _PLACES) for value in (xmin, ymin, xmax - xmin, ymax - ymin)]
    return {"bbox": place, "area": round(place[2] * place[3], _PLACES)}


def _score(boxes: Boxes, row: int) -> dict[str, float]:
    return {} if boxes.scores is None else {"score": round(float(boxes.scores[row]), _SCORES)}
