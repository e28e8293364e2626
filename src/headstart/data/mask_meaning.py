"""What the values of all masks of a data set mean, from a table or from the values themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headstart.data.class_tables import ClassTable
from headstart.data.mask_pixels import colour_name
from headstart.data.mask_values import MOST_CLASSES, MaskValues
from headstart.data.seen_masks import SeenMask
from headstart.errors import InputError

_IGNORED = 255


#: Names of the two classes where values number the objects of one.
INSTANCES = ("background", "object")


@dataclass(frozen=True)
class MaskMeaning:
    """Names of the classes, and what stands for them in masks of values and of colours.

    Parameters
    ----------
    names : tuple of str
        In the order of their codes.
    values : MaskValues
        In masks of values.
    colours : MaskValues or None
        In masks of colours; None: not known.
    notes : tuple of str
        Sentences that the user should see.
    """

    names: tuple[str, ...]
    values: MaskValues
    colours: MaskValues | None = None
    notes: tuple[str, ...] = ()

    def of(self, mask: SeenMask) -> tuple[MaskValues | None, tuple[int, ...]]:
        """What the pixels of a mask mean, and which there are; None: its colours are not known."""
        if mask.colours and (self.colours is not None or mask.colour):
            return self.colours, mask.colours
        return self.values, mask.values


def meaning_of(
    masks: Sequence[SeenMask], table: ClassTable | None, ignore: int | None, instances: bool
) -> MaskMeaning:
    """The meaning of the values of ``masks``.

    Parameters
    ----------
    masks : sequence of SeenMask
        Of the whole data set.
    table : ClassTable or None
        None: each value from 0 to the greatest is a class.
    ignore : int or None
        The value that is not looked at; None: 255, where it is not a class.
    instances : bool
        Whether the values number objects of one class.

    Raises
    ------
    InputError
        If masks of colours come without a table of colours, or there are too many classes.
    """
    if instances:
        wide = any(mask.values[-1] > _IGNORED for mask in masks if not mask.colour)
        ignored = _IGNORED if ignore is None and not wide else ignore
        values = MaskValues((0, 1), ignored, instances=True)
        meaning = MaskMeaning(_instance_names(table), values)
    elif table is not None:
        meaning = _from_table(table, masks, ignore)
    else:
        meaning = _from_values(masks, ignore)
    unasked = () if ignore is not None else _ignored_notes(masks, meaning)
    return replace(meaning, notes=(*meaning.notes, *unasked))


def _ignored_notes(masks: Sequence[SeenMask], meaning: MaskMeaning) -> tuple[str, ...]:
    """What is ignored without having been asked for is told."""
    ignored = meaning.values.ignore
    count = sum(not mask.colour and ignored in mask.values for mask in masks)
    if not count:
        return ()
    return (f"Pixels of the value {ignored} were ignored, as is usual: {count} masks hold it.",)


def _instance_names(table: ClassTable | None) -> tuple[str, ...]:
    if table is None:
        return INSTANCES
    if len(table.names) != 2:
        raise InputError(
            f"{len(table.names)} classes are named for masks of instances; accepted are 2: the "
            "background and the class of the objects."
        )
    return table.names


def _from_table(table: ClassTable, masks: Sequence[SeenMask], ignore: int | None) -> MaskMeaning:
    if ignore is None:
        ignore = None if _IGNORED in table.values else _IGNORED
    kept = [place for place, value in enumerate(table.values) if value != ignore]
    _refuse_too_many(len(kept))
    colours = None
    if table.colours is not None:
        left = {table.values[p]: colour for p, colour in enumerate(table.colours)}.get(ignore or 0)
        ignored = left if ignore in table.values else None
        colours = MaskValues(tuple(table.colours[place] for place in kept), ignored, colour=True)
    elif all(mask.colour for mask in masks):
        raise _no_colours(masks)
    values = MaskValues(tuple(table.values[place] for place in kept), ignore)
    return MaskMeaning(tuple(table.names[place] for place in kept), values, colours)


def _from_values(masks: Sequence[SeenMask], ignore: int | None) -> MaskMeaning:
    if any(mask.colour for mask in masks):
        raise _no_colours([mask for mask in masks if mask.colour])
    seen = {value for mask in masks for value in mask.values}
    if ignore is None and seen == {0, _IGNORED}:
        note = "All masks hold 0 and 255 alone: both were taken as classes."
        return MaskMeaning(("0", "255"), MaskValues((0, _IGNORED)), notes=(note,))
    ignore = _IGNORED if ignore is None else ignore
    greatest = max((value for value in seen if value != ignore), default=0)
    values = tuple(value for value in range(min(greatest, 70_000) + 1) if value != ignore)
    _refuse_too_many(len(values), greatest)
    return MaskMeaning(
        tuple(str(value) for value in values),
        MaskValues(values, ignore),
        notes=_instance_notes(masks, greatest, ignore),
    )


def _instance_notes(masks: Sequence[SeenMask], greatest: int, ignore: int) -> tuple[str, ...]:
    """Values that number objects go up to another number in each mask, without a gap."""
    tops = []
    for mask in masks:
        values = [value for value in mask.values if value != ignore]
        if values != list(range(len(values))):
            return ()
        tops.append(len(values))
    if greatest < 3 or len(set(tops)) < 3:
        return ()
    return (
        f"The masks hold values up to {greatest}, each from 0 to a number of its own, which looks "
        "like the numbers of objects rather than classes. If so, read them with instances=True.",
    )


def _refuse_too_many(count: int, greatest: int | None = None) -> None:
    if count > MOST_CLASSES:
        seen = f"{count} classes" if greatest is None else f"values up to {greatest}"
        raise InputError(
            f"The masks have {seen}; at most {MOST_CLASSES} classes are accepted. Give a table of "
            "the classes (index, name), or instances=True where values number objects."
        )


def _no_colours(masks: Sequence[SeenMask]) -> InputError:
    counts = Counter(colour for mask in masks for colour in mask.colours)
    shown = ", ".join(colour_name(value) for value, _ in counts.most_common(6))
    more = f" and {len(counts) - 6} more" if len(counts) > 6 else ""
    return InputError(
        f"The masks are in colour ({shown}{more}), and no table says which colour is which class. "
        "Give a CSV file with the columns name, r, g, b as the classes."
    )
