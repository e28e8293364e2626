"""Sources, the stages of their networks, and the preprocessing that belongs to their weights."""

from headstart.backbones.catalogue import (
    default_source,
    find_source,
    list_sources,
    load_backbone,
)
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source

__all__ = [
    "Preprocessing",
    "Source",
    "default_source",
    "find_source",
    "list_sources",
    "load_backbone",
]
