"""Read pictures with a mask each: the class of every pixel."""

from __future__ import annotations

import os
from collections.abc import Sequence

from headstart.data.class_tables import class_table
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.mask_meaning import MaskMeaning, meaning_of
from headstart.data.mask_pairs import Pairs, pair_by_name
from headstart.data.masks import IGNORED, FileMask
from headstart.data.object_arrays import as_objects
from headstart.data.printable import printable
from headstart.data.seen_masks import SeenMask, look_at_masks
from headstart.errors import InputError
from headstart.progress import Progress, silent


def read_masks(
    images: str | os.PathLike[str],
    masks: str | os.PathLike[str],
    *,
    classes: str | os.PathLike[str] | Sequence[str] | None = None,
    ignore: int | None = None,
    instances: bool = False,
    progress: Progress = silent,
) -> tuple[Dataset, tuple[str, ...]]:
    """Read a folder of pictures and a folder of masks, or a COCO file with outlines.

    A mask belongs to the picture of the same name, endings apart; it is a picture file of the same
    size that was saved without loss, and holds a number or a colour for each class.

    Parameters
    ----------
    images : path-like
        Folder of the pictures.
    masks : path-like
        Folder of the masks, or a COCO file: its categories follow the class ``background``.
    classes : path-like, sequence of str, or None
        A table of names with their values or colours (see
        :func:`~headstart.data.class_tables.class_table`), or names. None: the classes are the
        values from 0 to the greatest; the names that come back can be given for a test set.
    ignore : int or None
        The value that is neither learnt from nor scored: a class of that value is none. None: 255,
        unless the table names it or the masks hold 0 and 255 alone.
    instances : bool
        Whether the values number the objects of one class; 0 is the background.
    progress : Progress, optional
        Told after each picture.

    Returns
    -------
    Dataset
        Labels are :class:`~headstart.data.masks.Mask`, which are read when their codes are asked
        for. What cannot be used is in ``quarantined``.
    tuple of str
        Names of the classes, in the order of their codes.

    Raises
    ------
    InputError
        If a folder or the table cannot be read, masks of colours come without a table, or no pair
        of picture and mask is left.
    """
    folder, given = os.fsdecode(images), os.fsdecode(masks)
    table = None if classes is None else class_table(classes)
    if given.lower().endswith(".json"):
        from headstart.data.coco_masks import read_coco_masks

        return read_coco_masks(folder, given, table, progress)
    pairs = pair_by_name(folder, given)
    looks = look_at_masks(pairs.pairs, progress)
    seen = [one for one in looks if isinstance(one, SeenMask)]
    aside = [*pairs.quarantined, *(one for one in looks if isinstance(one, Quarantined))]
    if not seen:
        raise nothing_left(given, aside)
    meaning = meaning_of(seen, table, ignore, instances)
    data = _dataset(seen, meaning, aside, pairs)
    if not len(data):
        raise nothing_left(given, data.quarantined)
    return data, meaning.names


def _dataset(
    seen: Sequence[SeenMask], meaning: MaskMeaning, aside: list[Quarantined], pairs: Pairs
) -> Dataset:
    items, labels, codes = [], [], set()
    for mask in seen:
        values, found = meaning.of(mask)
        if values is None:
            reason = "holds colours, and the table names none"
        else:
            unknown = values.unknown(found)
            reason = values.reason(unknown) if unknown else ""
        if reason or values is None:
            shown = f"its mask '{printable(mask.path)}' {reason}"
            aside.append(Quarantined(mask.picture.item.name, shown))
            continue
        items.append(mask.picture.item)
        size = mask.picture.size
        labels.append(FileMask(mask.path, mask.fingerprint, size, values, mask.turn))
        codes |= values.seen(found)
    notes = (*pairs.notes, *meaning.notes, *unseen_notes(meaning.names, codes))
    return Dataset("image", items, labels=as_objects(labels), quarantined=tuple(aside), notes=notes)


def unseen_notes(names: Sequence[str], codes: set[int]) -> list[str]:
    """Classes that no mask holds, and masks that hold nothing that counts."""
    unseen = [name for code, name in enumerate(names) if code not in codes]
    if codes <= {IGNORED}:
        return ["All pixels of all masks are ignored, so that there is nothing to learn."]
    if not unseen:
        return []
    more = ", ..." if len(unseen) > 5 else ""
    shown = ", ".join(f"'{name}'" for name in unseen[:5])
    return [f"Classes that no mask holds: {len(unseen)} of {len(names)} ({shown}{more})."]


def nothing_left(masks: str, aside: Sequence[Quarantined]) -> InputError:
    """No picture has a mask that can be used."""
    first = f"; the first is '{aside[0].input}': {aside[0].reason}" if aside else ""
    return InputError(
        f"No picture has a mask in '{printable(masks)}' that can be used: {len(aside)} were set "
        f"aside{first}. At least one pair of picture and mask is needed."
    )
