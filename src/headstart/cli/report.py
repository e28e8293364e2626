"""``headstart report``: the page of a run, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write (.html or .md); default: RUN-report.html.")
    ] = None,
) -> None:
    """Write the report of a run as one HTML file, or as Markdown."""
    from headstart.cli.output_file import check_output, write_output
    from headstart.cli.run_report import contents_of, report_page
    from headstart.report import render_markdown
    from headstart.runs import load

    place = Path(f"{run.resolve().name}-report.html") if out is None else out
    check_output(place)
    model = load(run)
    if place.suffix == ".md":
        page = render_markdown(contents_of(model)).encode("utf-8", "backslashreplace")
    else:
        page = report_page(model)
    write_output(place, page)
    print(f"Report: {place}")
