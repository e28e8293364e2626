"""Commands whose arguments are fields of a dataclass."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

import typer
from typer.testing import CliRunner

from headstart.cli.command_of import command_of
from headstart.cli.fit import fit
from headstart.cli.fit_arguments import FitArguments


@dataclass(frozen=True)
class Greeting:
    name: Annotated[str, typer.Argument(help="Whom.")]
    times: Annotated[int, typer.Option(help="How often.")] = 1
    loud: Annotated[bool, typer.Option("--loud", help="Or not.")] = False


def greeter():
    app, seen = typer.Typer(), []

    @app.command()
    @command_of(Greeting)
    def greet(typed: Greeting) -> None:
        """Say hello."""
        seen.append(typed)

    return app, seen


def test_fields_are_what_can_be_typed():
    app, seen = greeter()
    assert CliRunner().invoke(app, ["Ada", "--times", "3", "--loud"]).exit_code == 0
    assert CliRunner().invoke(app, ["Bo"]).exit_code == 0
    assert seen == [Greeting("Ada", 3, True), Greeting("Bo")]


def test_help_tells_of_them_in_their_order():
    told = CliRunner().invoke(greeter()[0], ["--help"]).output
    assert told.index("Say hello.") < told.index("Whom.") < told.index("How often.")
    assert told.index("How often.") < told.index("Or not.")


def test_a_field_without_a_default_must_be_typed():
    app, seen = greeter()
    assert CliRunner().invoke(app, []).exit_code == 2
    assert not seen


def test_no_argument_of_fit_comes_without_help():
    told = CliRunner().invoke(_alone(), ["--help"], env={"COLUMNS": "300"}).output
    names = [one.name.replace("_", "-") for one in fields(FitArguments)][1:]
    assert [name for name in names if f"--{name}" not in told] == []


def _alone():
    app = typer.Typer()
    app.command()(fit)
    return app
