"""``headstart report``: the page of a run, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.errors import InputError


def report(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(help="File to write (.html, .md or .json); default: RUN-report.html."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Find out what counted for the hardest samples.")
    ] = False,
    target: Annotated[
        str | None, typer.Option(help="Of a run with several: the page of this target alone.")
    ] = None,
    curve: Annotated[
        Path | None, typer.Option(help="What 'headstart curve DATA --json' printed, to be shown.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="Language of the report: en, or zh for Chinese.")
    ] = "en",
    open_: Annotated[bool, typer.Option("--open", help="Show the page in your browser.")] = False,
) -> None:
    """Write the report of a run as one HTML file, as Markdown or as JSON."""
    from headstart.cli.json_output import read_json
    from headstart.cli.output_file import check_output
    from headstart.cli.run_report import contents_of
    from headstart.cli.several_targets import several_page, target_alone
    from headstart.files import to_json
    from headstart.report import check_language, render_html, render_markdown, translated
    from headstart.runs import load
    from headstart.runs.several_targets import SeveralModel

    place = Path(f"{run.resolve().name}-report.html") if out is None else out
    check_language(language)
    check_output(place)
    model = load(run)
    told = None if curve is None else read_json(curve)
    if isinstance(model, SeveralModel):
        if target is None and not explain:
            _written(place, several_page(model, place.suffix, language, curve=told), open_)
            return
        model = target_alone(model, target, explain)
    elif target is not None:
        raise InputError(
            f"The run {str(run)!r} has one target, and --target {target} names one of several. "
            "Leave it out: the report is about that target."
        )
    contents = translated(contents_of(model, explains=explain, curve=told), language)
    if place.suffix == ".json":
        page = to_json(contents)
    else:
        render = render_markdown if place.suffix == ".md" else render_html
        page = render(contents).encode("utf-8", "backslashreplace")
    _written(place, page, open_)


def _written(place: Path, page: bytes, shows: bool) -> None:
    """Write the file, say where it is, and show it where that is wanted."""
    from headstart.cli.output_file import write_output

    write_output(place, page)
    print(f"Report: {place}")
    if shows:
        import webbrowser

        if not webbrowser.open(place.resolve().as_uri()):
            print("No browser could be started here; open that file in yours.")
