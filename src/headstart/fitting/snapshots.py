"""Where the snapshots of a fit lie, so that it can be gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.activations.place import cache_folder

if TYPE_CHECKING:
    from headstart.training.checkpoints import DiskCheckpoints


def snapshots_on_disk(digest: str, resume: bool) -> DiskCheckpoints:
    """Those of an earlier try where they are to be gone on with, else none.

    Parameters
    ----------
    digest : str
        Of everything that the trained numbers depend on.
    resume : bool
        Whether to go on with them.
    """
    from headstart.training.checkpoints import DiskCheckpoints

    found = DiskCheckpoints(cache_folder() / "checkpoints" / digest)
    if not resume:
        found.clear()
    return found
