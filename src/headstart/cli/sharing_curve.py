"""``headstart curve --targets``: whether sharing pays, by the number of labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from headstart.cli.columns import aligned
from headstart.errors import InputError
from headstart.evaluation.sharing_curve import SharingCurve, SharingPoint, TargetCurve
from headstart.report.target_cells import MAIN
from headstart.report.wording import counted

if TYPE_CHECKING:
    from headstart.cli.several_targets import TargetOptions
    from headstart.fitting import Settings, Watch


def run_sharing_curve(
    data: Any,
    options: TargetOptions,
    sizes: str | None,
    settings: Settings,
    json: bool,
    watch: Watch,
) -> None:
    """Measure, and print a table or the result as JSON.

    Parameters
    ----------
    data : DataArguments
        Where the samples are.
    options : TargetOptions
        What is said of the targets.
    sizes : str or None
        Numbers of training samples with commas between them.
    settings : Settings
        What any fit is asked for.
    json : bool
        Whether to print the result as JSON.
    watch : Watch
        Where the seconds go.
    """
    from headstart.cli.json_output import print_json
    from headstart.cli.screen import progress_bar
    from headstart.cli.several_targets import read_targets_of
    from headstart.fitting.sharing_curves import sharing_curves
    from headstart.fitting.target_settings import TargetSettings

    kinds, wanted = options.kinds, _numbers(sizes)
    asked = TargetSettings(settings, kinds, loss_weights=options.weights)
    with progress_bar() as progress:
        with watch.step("read"):
            targets = read_targets_of(data, tuple(kinds), progress)
        result = sharing_curves(targets, asked, wanted, progress, watch)
    if json:
        print_json(result.to_dict())
        return
    for line in sharing_lines(result):
        print(line)


def _numbers(sizes: str | None) -> list[int] | None:
    if sizes is None:
        return None
    try:
        return [int(one) for one in sizes.split(",")]
    except ValueError:
        raise InputError(
            f"The sizes are {sizes!r}; accepted are whole numbers with commas between them, such "
            "as 40,120,360. Correct --sizes."
        ) from None


def sharing_lines(result: SharingCurve) -> Iterator[str]:
    """Line by line what is printed."""
    tested = f"{counted(result.n_test, result.modality)} to test on"
    learned = f"up to {result.n_train:,} to learn from with {result.source}"
    yield f"One network for {len(result.targets)} targets against one for each: {tested}, {learned}"
    yield ""
    head = ["target", "samples", "labels", "figure", "one for all", "its own", "difference"]
    head += ["95 % interval", "verdict"]
    rows = [_row(target, point) for target in result.targets for point in target.points]
    yield from aligned([head, *rows], n_left=1)
    yield ""
    yield (
        "Above 0 the shared network is better. The intervals are about the test samples alone: "
        "with another --seed other networks are trained."
    )
    for size, seconds in result.training_seconds.items():
        own = sum(value for name, value in seconds.items() if name != "shared")
        if own:
            share = seconds["shared"] / own
            yield f"With {size} samples one for all took {share:.2f} of the others' time."
    if result.quarantined:
        count = len(result.quarantined)
        yield f"Set aside, because they could not be used: {count}; --json has them"
    yield from (f"Note: {note}" for note in result.notes)
    yield f"Took {sum(result.seconds.values()):.1f} s."


def _row(target: TargetCurve, point: SharingPoint) -> list[str]:
    metric, sharing = MAIN[target.task], point.sharing
    gain, verdict = sharing.difference, sharing.verdict
    told = [target.name, f"{point.samples:,}", f"{point.labels:,}", metric.replace("_", " ")]
    if gain is None or verdict is None:
        return [*told, "-", "-", "-", "-", "no test sample has it"]
    both = [f"{each[metric].value:.3g}" for each in (sharing.shared, sharing.own)]
    return [*told, *both, f"{gain.value:+.3g}", f"{gain.low:+.3g} to {gain.high:+.3g}", verdict]
