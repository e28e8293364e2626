"""Whether a source reads samples of the kind that there are."""

from __future__ import annotations

from headstart.backbones.catalogue import default_source
from headstart.backbones.source import Source
from headstart.errors import SourceError


def check_modality(source: Source, modality: str) -> None:
    """Refuse a source for other samples.

    Raises
    ------
    SourceError
        If it reads another kind.
    """
    if source.modality != modality:
        raise SourceError(
            f"The source {source.name!r} reads samples of kind {source.modality!r}, but these are "
            f"of kind {modality!r}. Accepted: a source for them, such as "
            f"{default_source(modality)}. See: headstart sources"
        )
