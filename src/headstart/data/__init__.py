"""Data in: folders, tables, pictures, texts, boxes, masks and embeddings, checked and split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headstart.data.dataset import Dataset, ImageItem, Item, Modality, Quarantined

if TYPE_CHECKING:
    from headstart.data.arrays import read_images
    from headstart.data.box_reading import read_boxes
    from headstart.data.boxes import Boxes
    from headstart.data.checks import check_classification, check_regression
    from headstart.data.demo import write_demo
    from headstart.data.embeddings import read_embeddings
    from headstart.data.folders import read_folder
    from headstart.data.images import open_image
    from headstart.data.inputs import read_inputs
    from headstart.data.mask_reading import read_masks
    from headstart.data.masks import ArrayMask, Mask
    from headstart.data.parts import take_part
    from headstart.data.placement import Placement
    from headstart.data.reading import read_any
    from headstart.data.sentences import is_text_file, read_unlabelled_texts
    from headstart.data.split_folders import find_split_folders
    from headstart.data.splits import (
        conflicting_labels,
        remove_shared,
        stratified_folds,
        stratified_split,
    )
    from headstart.data.tables import read_table
    from headstart.data.texts import read_texts
    from headstart.data.unlabelled import is_labelled, read_unlabelled

__all__ = [
    "ArrayMask",
    "Boxes",
    "Dataset",
    "ImageItem",
    "Item",
    "Mask",
    "Modality",
    "Placement",
    "Quarantined",
    "check_classification",
    "check_regression",
    "conflicting_labels",
    "find_split_folders",
    "is_labelled",
    "is_text_file",
    "open_image",
    "read_any",
    "read_boxes",
    "read_embeddings",
    "read_folder",
    "read_images",
    "read_inputs",
    "read_masks",
    "read_table",
    "read_texts",
    "read_unlabelled",
    "read_unlabelled_texts",
    "remove_shared",
    "stratified_folds",
    "stratified_split",
    "take_part",
    "write_demo",
]

# Pillow is loaded with the first name that needs it, not with the package.
_HOMES = {
    "ArrayMask": "masks",
    "Boxes": "boxes",
    "Mask": "masks",
    "Placement": "placement",
    "check_classification": "checks",
    "check_regression": "checks",
    "conflicting_labels": "splits",
    "find_split_folders": "split_folders",
    "is_labelled": "unlabelled",
    "is_text_file": "sentences",
    "open_image": "images",
    "read_any": "reading",
    "read_boxes": "box_reading",
    "read_embeddings": "embeddings",
    "read_folder": "folders",
    "read_images": "arrays",
    "read_inputs": "inputs",
    "read_masks": "mask_reading",
    "read_table": "tables",
    "read_texts": "texts",
    "read_unlabelled": "unlabelled",
    "read_unlabelled_texts": "sentences",
    "remove_shared": "splits",
    "stratified_folds": "splits",
    "stratified_split": "splits",
    "take_part": "parts",
    "write_demo": "demo",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
