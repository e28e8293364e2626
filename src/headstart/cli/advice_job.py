"""Read, advise, tell."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from headstart.cli.advice_table import advice_lines
from headstart.cli.fitting_job import DataArguments, read_data
from headstart.cli.json_output import print_json
from headstart.cli.output_file import check_output, write_output
from headstart.cli.screen import progress_bar
from headstart.cli.task_argument import check_task, choose_task
from headstart.files import to_json
from headstart.fitting import Settings, Watch
from headstart.fitting.advising import Advice, advise
from headstart.fitting.source_names import source_text


def advise_and_tell(
    data: DataArguments, settings: Settings, out: Path | None = None, json: bool = False
) -> Advice:
    """Advise on the training samples, print it, and write the plan where that is asked for."""
    check_task(data.task)
    if out is not None:
        check_output(out)
    watch = Watch()
    with progress_bar() as progress:
        with watch.step("read"):
            train, _ = read_data(data, progress)  # advice never looks at test samples
        task, train = choose_task(data.task, train, from_table=data.train.is_file())
        advice = advise(train, replace(settings, task=task), progress, watch)
    if out is not None:
        write_output(out, to_json(advice.plan.to_dict()))
    if json:
        print_json(advice.to_dict())
    else:
        for line in (*advice_lines(advice), *_next(data, advice, out)):
            print(line)
    return advice


def _next(data: DataArguments, advice: Advice, out: Path | None) -> list[str]:
    """The command that carries the proposal out."""
    plan = str(advice.plan_name) if out is None else str(out)
    words = ["headstart", "fit", str(data.train), "--source", source_text(advice.request)]
    words += ["--plan", plan]
    for option in ("path_column", "text_column", "label_column"):
        if getattr(data, option) is not None:
            words += [f"--{option.replace('_', '-')}", getattr(data, option)]
    return ["", f"Next: {shlex.join(words)}"]
