"""``manifest.json``: what a run consists of, and how to notice that a part was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.errors import RunError
from headstart.files import sha256_of, to_json, write_atomically

MANIFEST = "manifest.json"
FORMAT = 1
_AGAIN = "Copy the whole run folder again, or make it again with 'headstart fit'."


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest of all files that stand in ``folder``: the last step of saving."""
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": sha256_of(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {"format": FORMAT, **facts, "files": files}
    manifest["digest"] = _digest(manifest)
    write_atomically(folder / MANIFEST, to_json(manifest))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest and every file that it names.

    Raises
    ------
    RunError
        If there is no run, its format is unknown, or a file is missing, cut short or changed.
    """
    manifest = _parse(folder)
    if manifest.get("format") != FORMAT:
        raise RunError(
            f"The run {str(folder)!r} has format {manifest.get('format')!r}; this version of "
            f"headstart reads format {FORMAT}. Update headstart, or make the run again."
        )
    if manifest.get("digest") != _digest(manifest):
        raise RunError(f"The {MANIFEST} of the run {str(folder)!r} was changed. {_AGAIN}")
    for name, facts in manifest["files"].items():
        _check_name(folder, name)
        _check(folder, name, facts)
    return manifest


def is_run(folder: Path) -> bool:
    """Whether the folder looks like a run, whole or not."""
    return (folder / MANIFEST).is_file()


def _parse(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(
            f"{str(folder)!r} is not a run: it holds no {MANIFEST}. Give the folder that "
            "'headstart fit --out' wrote."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(
            f"The {MANIFEST} of the run {str(folder)!r} cannot be read: {error}. {_AGAIN}"
        ) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise RunError(f"The {MANIFEST} of the run {str(folder)!r} is not a manifest. {_AGAIN}")
    return manifest


def _check_name(folder: Path, name: str) -> None:
    """A run consists of files inside its folder, whatever its manifest says."""
    if any(sign in name for sign in "\\:") or {"", ".", ".."} & set(name.split("/")):
        raise RunError(
            f"The {MANIFEST} of the run {str(folder)!r} names {name!r}, which is not a file inside "
            f"the run. {_AGAIN}"
        )


def _check(folder: Path, name: str, facts: Any) -> None:
    of_the_run = f"The file {name!r} of the run {str(folder)!r}"
    written = facts if isinstance(facts, dict) else {}
    path = folder / name
    try:
        if not path.is_file():
            raise RunError(f"{of_the_run} is missing. {_AGAIN}")
        size = path.stat().st_size
        if size != written.get("bytes"):
            raise RunError(
                f"{of_the_run} has {size} bytes where {written.get('bytes')} were written. {_AGAIN}"
            )
        if sha256_of(path) != written.get("sha256"):
            raise RunError(f"{of_the_run} was changed. {_AGAIN}")
    except OSError as error:
        raise RunError(f"{of_the_run} cannot be read: {error.strerror}. {_AGAIN}") from error


def _digest(manifest: Mapping[str, Any]) -> str:
    """Hash of everything in the manifest but the hash itself."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
