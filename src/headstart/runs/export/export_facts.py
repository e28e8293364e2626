"""Names of what stands beside every exported network."""

from __future__ import annotations

#: Of the source, what ``export.json`` repeats.
SOURCE_FACTS = ("name", "architecture", "origin", "licence", "weights_hash", "builder")
CLASSES, CARD, FACTS = "classes.json", "README.md", "export.json"
