"""Test pictures with what is there and what was found, the worst and the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.palette import colour_of
from headstart.data.thumbnails import data_uri
from headstart.data.tinting import hexadecimal, is_coloured, tinted
from headstart.report.sayings import SAYINGS
from headstart.report.wording import PERCENT, of_hundred
from headstart.runs.kept_places import KeptPicture, KeptPlaces
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.paired_boxes import counts_of, pairs_of

_BEST = (
    "Those where the answer fits best. Where the others differ from them, more pictures to learn "
    "from help."
)


def place_gallery(
    kept: KeptPlaces | None,
    thumbnails: Mapping[str, bytes],
    task: str,
    classes: Sequence[str],
) -> dict[str, Any] | None:
    """Groups of cards; None where the run keeps no picture.

    Parameters
    ----------
    kept : KeptPlaces or None
        What the run keeps.
    thumbnails : mapping of str to bytes
        JPEG or PNG files of the pictures that are still there, by name.
    task : str
        What is answered.
    classes : sequence of str
        In the order of their codes.

    Returns
    -------
    dict or None
        ``kind`` (``"boxes"`` or ``"masks"``), ``legend`` (list of ``{"name", "colour"}``, of masks
        alone) and ``groups`` (list of ``{"title", "lead", "cards"}``). All cards have ``input``
        and ``text``. With boxes: ``picture`` (or None), ``width``, ``height``, ``there`` and
        ``found`` (lists of ``{"x", "y", "width", "height", "label", "score", "paired"}``). With
        masks: ``there`` and ``found``, pictures.
    """
    if kept is None or not kept.pictures:
        return None
    boxes = isinstance(kept.pictures[0].there, Boxes)
    cards = [_card(one, thumbnails.get(one.name), task, classes) for one in kept.pictures]
    return {
        "kind": "boxes" if boxes else "masks",
        "legend": [] if boxes else _legend(kept, classes),
        "groups": _groups(cards, kept.n_test, SAYINGS[task].hardest),
    }


def _groups(cards: list[dict[str, Any]], n_test: int, worst: str) -> list[dict[str, Any]]:
    if n_test <= len(cards):
        return [{"title": "", "lead": "All of them, the worst first.", "cards": cards}]
    half = len(cards) // 2
    return [
        {"title": "The worst", "lead": worst, "cards": cards[:half]},
        {"title": "The best", "lead": _BEST, "cards": cards[half:][::-1]},
    ]


def _card(
    one: KeptPicture, thumbnail: bytes | None, task: str, classes: Sequence[str]
) -> dict[str, Any]:
    text, there, found = _overlap(one.measure), one.there, one.found
    if not isinstance(there, Boxes) or not isinstance(found, Boxes):
        return {"input": one.name, "text": text, **_tinted(one, thumbnail, classes)}
    pairs = pairs_of(there, found)
    if task != LocalisationTask.name:
        matched, missed, made_up = counts_of(pairs, len(there))
        text = f"{matched} found, {missed} missed, {made_up} made up"
    return {
        "input": one.name,
        "text": text,
        "picture": None if thumbnail is None else data_uri(thumbnail),
        "width": one.size[0],
        "height": one.size[1],
        "there": _rectangles(there, np.isin(np.arange(len(there)), pairs).tolist()),
        "found": _rectangles(found, (pairs >= 0).tolist()),
    }


def _rectangles(boxes: Boxes, paired: Sequence[bool]) -> list[dict[str, Any]]:
    corners = clip_corners(boxes.corners, boxes.size).round(1).tolist()
    scores = [None] * len(boxes) if boxes.scores is None else boxes.scores.round(2).tolist()
    return [
        {
            "x": left,
            "y": top,
            "width": round(right - left, 1),
            "height": round(bottom - top, 1),
            "label": str(label),
            "score": score,
            "paired": bool(is_paired),
        }
        for (left, top, right, bottom), label, score, is_paired in zip(
            corners, boxes.labels, scores, paired, strict=True
        )
    ]


def _tinted(one: KeptPicture, thumbnail: bytes | None, classes: Sequence[str]) -> dict[str, str]:
    sides = {"there": one.there, "found": one.found}
    return {
        name: data_uri(tinted(thumbnail, codes, classes))
        for name, codes in sides.items()
        if not isinstance(codes, Boxes)
    }


def _legend(kept: KeptPlaces, classes: Sequence[str]) -> list[dict[str, str]]:
    """The classes that are seen, in their order."""
    seen = {
        code
        for one in kept.pictures
        for codes in (one.there, one.found)
        if not isinstance(codes, Boxes)
        for code in np.unique(codes).tolist()
    }
    return [
        {"name": classes[code], "colour": hexadecimal(colour_of(code))}
        for code in sorted(seen)
        if is_coloured(code, classes)
    ]


def _overlap(measure: float) -> str:
    return f"overlap {of_hundred(measure)}{PERCENT}"
