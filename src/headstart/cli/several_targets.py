"""What the commands do where there are several targets: fit, predict, report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.data.dataset import Dataset
from headstart.errors import InputError

if TYPE_CHECKING:
    from headstart.cli.fit_arguments import FitArguments
    from headstart.data.target_columns import Targets
    from headstart.evaluation.several_targets import SeveralResult, TargetResult
    from headstart.fitting import Settings, Watch
    from headstart.progress import Progress
    from headstart.runs.model import Model
    from headstart.runs.several_targets import SeveralModel

_SHOWN_AT_MOST = 5


@dataclass(frozen=True)
class TargetOptions:
    """What is said of the targets, as the command line was given.

    Parameters
    ----------
    targets : str
        Names of columns with commas between them, each perhaps with ``=KIND``; ``all``: all.
    grouping : str
        ``auto``, ``joint`` or ``separate``.
    loss_weights : str
        ``uncertainty``, ``equal``, or names with numbers: ``car=1,sign=0.5``.
    """

    targets: str
    grouping: str = "auto"
    loss_weights: str = "uncertainty"

    @classmethod
    def of(cls, typed: FitArguments) -> TargetOptions | None:
        """As ``fit`` was given them; None: there is one target."""
        if typed.targets is None:
            return None
        return cls(typed.targets, typed.grouping, typed.loss_weights)

    @property
    def kinds(self) -> dict[str, str]:
        """Column to what it asks for, or to ``auto``.

        Raises
        ------
        InputError
            If there is none, or a name is empty.

        Examples
        --------
        >>> TargetOptions("car,age=regression").kinds
        {'car': 'auto', 'age': 'regression'}
        """
        from headstart.tasks.targets import AUTO, KINDS

        if self.targets.strip().lower() == "all":
            return {}
        found: dict[str, str] = {}
        for part in self.targets.split(","):
            name, sign, kind = part.strip().rpartition("=")
            named = bool(sign) and kind in (AUTO, *KINDS)
            name, kind = (name, kind) if named else (part.strip(), AUTO)
            if not name or name in found:
                raise InputError(
                    f"The targets are {self.targets!r}; accepted are names of columns with commas "
                    "between them, each once, such as car,sign,age=regression; or all. Correct "
                    "--targets."
                )
            found[name] = kind
        return found

    @property
    def weights(self) -> str | dict[str, float]:
        """As a fit takes them.

        Raises
        ------
        InputError
            If one is no number.

        Examples
        --------
        >>> TargetOptions("a,b", loss_weights="a=1,b=0.5").weights
        {'a': 1.0, 'b': 0.5}
        """
        if "=" not in self.loss_weights:
            return self.loss_weights
        found = {}
        for part in self.loss_weights.split(","):
            name, _, number = part.strip().rpartition("=")
            try:
                found[name] = float(number)
            except ValueError:
                raise InputError(
                    f"The loss weights are {self.loss_weights!r}; accepted: uncertainty, equal, or "
                    "names with numbers, such as car=1,sign=0.5. Correct --loss-weights."
                ) from None
        return found


def fit_several(
    data: Any,
    options: TargetOptions,
    settings: Settings,
    out: Path | None,
    json: bool,
    watch: Watch,
) -> Path:
    """Fit, write the run folder, and print tables or the result as JSON.

    Parameters
    ----------
    data : DataArguments
        Where the samples are.
    options : TargetOptions
        What is said of the targets.
    settings : Settings
        What any fit is asked for.
    out : Path or None
        Run folder to write; None: a free name here.
    json : bool
        Whether to print the result as JSON.
    watch : Watch
        Where the seconds go.
    """
    from headstart.cli.written_run import RunForm, write_run
    from headstart.fitting.several_targets import fit_targets
    from headstart.fitting.target_settings import TargetSettings
    from headstart.runs.several_targets import SeveralModel

    kinds = options.kinds
    asked = TargetSettings(settings, kinds, options.grouping, options.weights)

    def fitted(progress: Progress) -> SeveralModel:
        with watch.step("read"):
            targets = read_targets_of(data, tuple(kinds), progress)
        return fit_targets(targets, asked, progress, watch)

    def page(model: SeveralModel, circumstances: Mapping[str, Any]) -> bytes:
        return several_page(model, ".html", "en", circumstances)

    return write_run(fitted, RunForm(SeveralModel.save, page, _tell), data.train, out, json)


def read_targets_of(data: Any, names: tuple[str, ...], progress: Any) -> Targets:
    """The samples of a table, and their columns of targets.

    Raises
    ------
    InputError
        If it is a folder, or options about one target are given too.
    """
    from headstart.data.target_columns import Targets, read_target_table

    for place in (data.train, data.test):
        if place is not None and place.is_dir():
            raise InputError(
                f"'{place}' is a folder, which has no columns. With --targets give a CSV, Parquet "
                "or JSON lines file with a column of paths or texts and one for each target."
            )
    if data.label_column is not None or data.task != "auto":
        raise InputError(
            "--label-column and --task are about one target, and --targets names several. Leave "
            "them out; --targets age=regression says what a column asks for."
        )
    columns = (data.path_column, data.text_column)
    read = read_target_table(data.train, names, *columns, progress, splits=data.test is None)
    if data.test is None:
        return read
    test: Dataset = read_target_table(data.test, read.names, *columns, progress, splits=False).train
    return Targets(read.names, read.train, test)


def predict_several(model: SeveralModel, inputs: Any, out: Path | None, json: bool) -> bool:
    """Answer every input, and print or write that; whether any was answered."""
    from headstart.cli.json_output import print_json
    from headstart.cli.output_file import write_output
    from headstart.cli.screen import progress_bar
    from headstart.runs.several_answers import answers_to_csv

    with progress_bar() as progress:
        rows = model.predict_rows(inputs, progress)
    if out is not None:
        write_output(out, answers_to_csv(model, rows))
    if json:
        print_json({"predictions": [row.to_dict() for row in rows]})
    else:
        for row in rows:
            print(_line(row))
        if out is not None:
            print(f"Written to {out}.")
    return any(row.reason is None for row in rows)


def _line(row: Any) -> str:
    """Name and answers with tabs between, so that they can be cut."""
    from headstart.data.printable import printable

    if row.reason is not None:
        return f"{row.input}\t-\tcannot be read: {row.reason}"
    cells = []
    for name, one in row.answers.items():
        if one.confidence is None:
            cells.append(f"{printable(name)}={one.predicted:.6g}")
        else:
            said = printable(str(one.predicted))
            cells.append(f"{printable(name)}={said} ({one.confidence:.3f})")
    return "\t".join([row.input, *cells])


def several_page(
    model: SeveralModel,
    ending: str,
    language: str,
    circumstances: Mapping[str, Any] | None = None,
    curve: Mapping[str, Any] | None = None,
) -> bytes:
    """The report in the form that the ending of a file asks for."""
    from headstart.files import to_json
    from headstart.report.several_targets import (
        render_several_html,
        render_several_markdown,
        several_contents,
    )

    contents = several_contents(model.result_, language, circumstances, curve)
    if ending == ".json":
        return to_json(contents)
    render = render_several_markdown if ending == ".md" else render_several_html
    return render(contents).encode("utf-8", "backslashreplace")


def target_alone(model: SeveralModel, name: str | None, explains: bool) -> Model:
    """One target as the page of a run of it alone shows it.

    Raises
    ------
    InputError
        If there is no such target, none is named, or there is no such page or explanation of it.
    """
    from headstart.report.sayings import SAYINGS
    from headstart.report.several_targets import note_on

    shown = [one for one in model.targets if model.models[one].task.name in SAYINGS]
    if name not in shown:
        wrong = (
            "--explain is about one target"
            if name is None
            else f"there is no page of {name!r} alone"
        )
        raise InputError(
            f"The run has several targets, and {wrong}. Accepted: {', '.join(map(repr, shown))} "
            "(labels and numbers). Name one: --target NAME."
        )
    if explains and model.result_.modality == "text":
        raise InputError(
            "A run with several targets keeps no texts, so that there is none to explain. Accepted "
            "with --explain are runs of pictures. In Python, headstart.explain takes the model of "
            "a target, load(RUN).alone(NAME), and any text."
        )
    alone = model.alone(name)
    note = note_on(name, len(model.targets))
    return replace(alone, result_=replace(alone.result_, notes=(note, *alone.result_.notes)))


def _tell(model: SeveralModel, folder: Path) -> None:
    for line in _summary(model, folder):
        print(line)


def _summary(model: SeveralModel, folder: Path) -> Iterator[str]:
    """Line by line what a fit prints."""
    from headstart.cli.columns import aligned
    from headstart.report.wording import counted

    result = model.result_
    tested = f"{counted(result.n_test, result.modality)} to test on"
    learned = f"learned from {result.n_train:,} with {result.source}"
    count = len(result.targets)
    yield f"{count} target{'s' if count > 1 else ''}, {tested}, {learned}"
    yield ""
    head = ["target", "figure", "test", "this model", "95 % interval", "without transfer"]
    yield from aligned([head, *(_scored(one) for one in result.targets)], n_left=2)
    yield ""
    yield from (_verdict(one) for one in result.targets)
    yield ""
    yield from _sharing(result)
    yield from _set_aside(result)
    yield from (f"Note: {note}" for note in result.notes)
    slowest = sorted(result.seconds.items(), key=lambda item: -item[1])[:3]
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
    yield f"Took {sum(result.seconds.values()):.1f} s ({parts})."
    yield f"Run: {folder}"
    yield f"Report: {folder / 'report.html'}"


def _set_aside(result: SeveralResult) -> Iterator[str]:
    if not result.quarantined:
        return
    yield f"Set aside, because they could not be used: {len(result.quarantined)}"
    shown = result.quarantined[:_SHOWN_AT_MOST]
    yield from (f"  {row['input']}: {row['reason']}" for row in shown)
    more = len(result.quarantined) - len(shown)
    if more:
        yield f"  ... and {more} more in result.json"


def _scored(target: TargetResult) -> list[str]:
    """A row: what the target came to, and the best model without transfer."""
    from headstart.report.target_cells import MAIN

    result, metric = target.result, MAIN[target.result.task]
    own = result.test.get(metric)
    rival = next((one.test for one in result.baselines if one.name == result.compared_with), {})
    other = rival.get(metric)
    shown = ["-", "-"] if own is None else [f"{own.value:.3g}", f"{own.low:.3g} to {own.high:.3g}"]
    without = "-" if other is None else f"{other.value:.3g}"
    return [target.name, metric.replace("_", " "), str(result.n_test), *shown, without]


def _verdict(target: TargetResult) -> str:
    """A line: whether transfer was worth it."""
    from headstart.report.several_targets import verdict_in_short

    gain = target.result.difference
    told = (
        "" if gain is None else f": {gain.value:+.3g} (95 %: {gain.low:+.3g} to {gain.high:+.3g})"
    )
    return f"Verdict on {target.name}: {verdict_in_short(target)}{told}."


def _sharing(result: SeveralResult) -> Iterator[str]:
    """One network for all beside one for each; a star marks which of them answers."""
    from headstart.cli.columns import aligned
    from headstart.report.target_cells import MAIN

    rows = []
    for one in result.targets:
        if one.sharing is None or one.sharing.difference is None:
            continue
        metric, gain = MAIN[one.result.task], one.sharing.difference
        values = (one.sharing.shared[metric].value, one.sharing.own[metric].value)
        stars = ("*" if one.served_by == kind else " " for kind in ("shared", "own"))
        cells = [f"{value:.3g}{star}" for value, star in zip(values, stars, strict=True)]
        interval = f"{gain.low:+.3g} to {gain.high:+.3g}"
        rows.append([one.name, *cells, f"{gain.value:+.3g}", interval, str(one.sharing.verdict)])
    if not rows:
        return
    head = ["sharing", "one for all", "its own", "difference", "95 % interval", "verdict"]
    yield from aligned([head, *rows])
    told = (
        "" if result.cost is None else f" One for all took {result.cost:.2f} of the others' time."
    )
    yield f"* answers: chosen on training samples that were held out.{told}"
    yield from _groups(result)
    yield ""


def _groups(result: SeveralResult) -> Iterator[str]:
    """One network for all beside one for a group of targets."""
    from headstart.cli.columns import aligned
    from headstart.report.target_cells import MAIN

    rows = []
    for one in result.targets:
        if one.grouped is None or one.grouped.difference is None:
            continue
        metric, gain = MAIN[one.result.task], one.grouped.difference
        own = f"{one.grouped.own[metric].value:.3g}{'*' if one.served_by == 'group' else ' '}"
        cells = [one.name, " + ".join(one.group), f"{one.grouped.shared[metric].value:.3g}", own]
        interval = f"{gain.low:+.3g} to {gain.high:+.3g}"
        rows.append([*cells, f"{gain.value:+.3g}", interval, str(one.grouped.verdict)])
    if not rows:
        if result.affinity:
            yield "No group between one target and all helped more in training."
        return
    yield ""
    head = ["group", "with", "one for all", "its group's", "difference", "95 % interval", "verdict"]
    yield from aligned([head, *rows], n_left=2)
