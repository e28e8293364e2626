"""What every benchmark script prints: the machine, a table, and the same as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("headstart", "numpy", "openvino", "pillow", "scikit-learn", "torch", "timm")
RESULTS = Path(__file__).parent / "results"


def describe_machine() -> dict[str, Any]:
    """Processor, cores that this process may use, memory in GiB, and versions."""
    return {
        "cpu": _cpu_model(),
        "cores": _cores(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def json_argument(parser: argparse.ArgumentParser, name: str) -> None:
    """Add ``--json FILE``; the default is ``results/NAME.json`` beside the scripts."""
    parser.add_argument(
        "--json", type=Path, default=RESULTS / f"{name}.json", help="where to write the figures"
    )


def report(name: str, rows: list[dict[str, Any]], json_path: Path | None) -> None:
    """Print the machine and a table with a line a row; write both to ``json_path``.

    Parameters
    ----------
    name : str
        Of the benchmark.
    rows : list of dict
        All with the same keys: the columns.
    json_path : Path or None
        None: ``results/NAME.json`` beside the scripts.
    """
    machine = describe_machine()
    libraries = machine["libraries"]
    print(f"\n{name}")
    print(
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}"
    )
    print(", ".join(f"{library} {number}" for library, number in libraries.items()) + "\n")
    print_table(rows)
    path = json_path or RESULTS / f"{name}.json"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"name": name, "when": when, "machine": machine, "rows": rows}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print aligned columns; numbers stand on the right."""
    if not rows:
        return
    columns = list(rows[0])
    cells = [[_shown(row.get(column)) for column in columns] for row in rows]
    lines = [columns, *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    print("  ".join(column.ljust(width) for column, width in zip(columns, widths, strict=True)))
    print("  ".join("-" * width for width in widths))
    for row, line in zip(rows, cells, strict=True):
        aligned = (
            cell.rjust(width) if isinstance(row.get(column), (int, float)) else cell.ljust(width)
            for column, cell, width in zip(columns, line, widths, strict=True)
        )
        print("  ".join(aligned).rstrip())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return "" if value is None else str(value)


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
