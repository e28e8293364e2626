"""The commands, and how errors end: status 2 with one message where the input is at fault."""

from __future__ import annotations

import sys

import typer

from headstart.cli.advise import advise
from headstart.cli.cache import cache
from headstart.cli.compare import compare
from headstart.cli.curve import curve
from headstart.cli.demo import demo
from headstart.cli.export import export
from headstart.cli.fit import fit
from headstart.cli.label_next import label_next
from headstart.cli.predict import predict
from headstart.cli.pretrain import pretrain
from headstart.cli.report import report
from headstart.cli.serve import serve
from headstart.cli.sources import sources
from headstart.errors import HeadstartError

_AT_FAULT = 2
_INTERRUPTED = 130
_GO_ON = (
    "headstart: interrupted. What was encoded is kept: the same command goes on from there, and "
    "with --resume a training too."
)

app = typer.Typer(
    name="headstart",
    help="A model from a small data set, an honest figure, and whether transfer helped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS = (
    fit,
    predict,
    advise,
    curve,
    label_next,
    pretrain,
    sources,
    report,
    compare,
    serve,
    export,
    cache,
    demo,
)
for _command in _COMMANDS:
    app.command()(_command)


def main() -> None:
    """Run a command: exit status 0 done, 2 input or arguments at fault, 1 a defect of ours."""
    # A name that is not valid Unicode must not end a command when it is printed.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except HeadstartError as error:
        print(f"headstart: {error}", file=sys.stderr)
        sys.exit(_AT_FAULT)
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # typer has turned the interrupt into this
            print(_GO_ON, file=sys.stderr)
        raise
