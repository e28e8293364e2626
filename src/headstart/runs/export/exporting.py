"""From a run to a folder that other programs can use: written, checked, and only then in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart import __version__
from headstart.backbones.source import TOKENIZER
from headstart.errors import HeadstartError, InputError, RunError
from headstart.files import to_json, write_atomically, write_folder_atomically
from headstart.progress import Progress, silent
from headstart.runs.card_parts import Use
from headstart.runs.export.check_samples import Samples, check_samples
from headstart.runs.export.comparison import Comparison, Reference
from headstart.runs.export.export_facts import CARD, CLASSES, FACTS, SOURCE_FACTS
from headstart.runs.export.exportable import Exportable
from headstart.runs.export.form import Form
from headstart.runs.export.forms import FORMS
from headstart.runs.export.input_facts import PREPROCESSING, input_facts
from headstart.runs.export.place_check import PlaceComparison, compare_places, pictures_of
from headstart.runs.export.place_facts import write_place_facts
from headstart.runs.export.place_forms import PLACE_FORMS, Compute, PlaceForm
from headstart.runs.export.place_run import PlaceRun
from headstart.runs.export.several_check import compare_targets, told_of, worst_of
from headstart.runs.export.several_facts import write_several_facts
from headstart.runs.export.several_forms import SEVERAL_FORMS, SeveralForm
from headstart.runs.export.several_forms import Compute as SeveralCompute
from headstart.runs.export.several_run import SeveralRun, SharedNetwork, check_format
from headstart.runs.loading import load
from headstart.runs.model_card import model_card
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel


@dataclass(frozen=True)
class Exported:
    """What was written.

    Parameters
    ----------
    folder : Path
        Where.
    comparison : Comparison
        How far it is from the run; of several targets, the one that is farthest.
    lines : tuple of str
        What a person should know of it.
    targets : mapping of str to Comparison
        By target, where there are several.
    """

    folder: Path
    comparison: Comparison
    lines: tuple[str, ...]
    targets: Mapping[str, Comparison] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        told = {"folder": str(self.folder), "checked": asdict(self.comparison)}
        targets = {name: asdict(one) for name, one in self.targets.items()}
        return told | ({"targets": targets} if targets else {})


def export_run(
    place: Path,
    format_name: str,
    folder: Path,
    check: Path | None = None,
    progress: Progress = silent,
) -> Exported:
    """Write the model of a run in a form for other programs, once it gives the same answers.

    Parameters
    ----------
    place : Path
        The run.
    format_name : str
        One of :data:`~headstart.runs.export.forms.FORMS`.
    folder : Path
        Where to write; an earlier export that stands there is replaced.
    check : Path or None
        Samples to check on; None: the run's own test samples that are still there, or made-up ones.
    progress : Progress
        Told what is being done.

    Raises
    ------
    InputError
        If the format is unknown, or there is nothing to check on in ``check``.
    RunError
        If it is no run, it has no network, something else stands at ``folder``, or the written
        model says something else than the run.
    SourceError
        If the weights that the run stands on cannot be had.
    MissingDependencyError
        If a library is not installed.
    """
    form = _form(format_name)
    check_folder(folder)
    model = load(place)
    if isinstance(model, PlaceModel):
        return _export_places(PlaceRun(place, model), format_name, folder, check, progress)
    if isinstance(model, SeveralModel):
        return _export_several(SeveralRun(place, model), format_name, folder, check, progress)
    run = Exportable.of(place, model)
    form.check(run)
    samples = check_samples(run, check, progress)
    progress("predict with the run", 0, None)
    reference = Reference.of(run, samples)
    found: list[Comparison] = []

    def fill(temporary: Path) -> None:
        outputs = _written(run, form, temporary, samples, progress)
        found.append(reference.compare(run, outputs))
        _write_facts(run, form, found[0], temporary)

    _write_folder(folder, fill)
    return Exported(folder, found[0], tuple(found[0].lines(run.output)))


def _export_places(
    run: PlaceRun, format_name: str, folder: Path, check: Path | None, progress: Progress
) -> Exported:
    if format_name not in PLACE_FORMS:
        raise RunError(
            f"The run {str(run.place)!r} cannot be exported as {format_name}: it is one of "
            f"{run.model.task.name}, whose head no library of that format knows. Accepted: "
            f"{', '.join(PLACE_FORMS)}."
        )
    form = PLACE_FORMS[format_name]
    form.check()
    pictures = pictures_of(run, check, progress)
    found: list[PlaceComparison] = []

    def fill(temporary: Path) -> None:
        compute = _opened(run, form, temporary, progress)
        found.append(compare_places(run, pictures, compute, progress))
        write_place_facts(run, form, found[0], temporary)

    _write_folder(folder, fill)
    return Exported(folder, found[0], tuple(found[0].lines("")))


def _export_several(
    run: SeveralRun, format_name: str, folder: Path, check: Path | None, progress: Progress
) -> Exported:
    check_format(run.place, format_name, SEVERAL_FORMS)
    form = SEVERAL_FORMS[format_name]
    form.check()
    samples = [check_samples(one.run, check, progress) for one in run.networks]
    found: dict[str, Comparison] = {}
    lines: list[str] = []

    def fill(temporary: Path) -> None:
        for network, some in zip(run.networks, samples, strict=True):
            compute = _network_opened(network, form, temporary / network.part, progress)
            progress(f"check {form.name}", 0, None)
            found.update(compare_targets(network, some, compute))
        ordered = {name: found[name] for name in run.model.targets if name in found}
        lines.extend(told_of(ordered, run.outputs))
        lines.extend(f"Not in the export: {name}, for {why}" for name, why in run.left_out.items())
        write_several_facts(run, form, ordered, lines, temporary)

    _write_folder(folder, fill)
    return Exported(folder, worst_of(found), tuple(lines), found)


def _network_opened(
    network: SharedNetwork, form: SeveralForm, folder: Path, progress: Progress
) -> SeveralCompute:
    """Write a network with its heads, and open what was written."""
    folder.mkdir(exist_ok=True)
    with _refused_by_name(network.run.backbone.source.name, form.name, SEVERAL_FORMS):
        progress(f"write {form.name}", 0, None)
        form.write(network, folder)
        return form.open(network, folder)


def _opened(run: PlaceRun, form: PlaceForm, folder: Path, progress: Progress) -> Compute:
    """Write the network, and open what was written."""
    with _refused_by_name(run.model.network.source.name, form.name, PLACE_FORMS):
        progress(f"write {form.name}", 0, None)
        form.write(run, folder)
        return form.open(run, folder)


def _write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    try:
        write_folder_atomically(folder, fill)
    except OSError as error:
        raise RunError(
            f"The export cannot be written to {str(folder)!r}: {error.strerror or error}. Free "
            "some room or give another folder with --out."
        ) from error


@contextmanager
def _refused_by_name(source: str, form: str, forms: Iterable[str]) -> Iterator[None]:
    """Say which network cannot be had in which form; errors that say so themselves pass."""
    try:
        yield
    except (HeadstartError, OSError):
        raise
    except Exception as error:  # the network's own code and its library may raise anything
        reason = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
        raise RunError(
            f"The network of {source!r} cannot be exported as {form}: {reason}. Choose another "
            f"format: {', '.join(forms)}."
        ) from error


def _written(
    run: Exportable, form: Form, folder: Path, samples: Samples, progress: Progress
) -> NDArray[np.float64]:
    """Write the network, and ask what was written."""
    with _refused_by_name(run.backbone.source.name, form.name, FORMS):
        progress(f"write {form.name}", 0, None)
        form.write(run, folder)
        progress(f"check {form.name}", 0, None)
        return form.answer(run, folder, samples)


def check_folder(folder: Path) -> None:
    """Refuse a place where something else than an earlier export stands.

    Raises
    ------
    RunError
        If it is a file, or a folder with other things in it.
    """
    if folder.is_dir() and ((folder / FACTS).is_file() or not any(folder.iterdir())):
        return
    if folder.exists() or folder.is_symlink():
        raise RunError(
            f"{str(folder)!r} exists and is not an export, so it is not written over. Give another "
            "folder with --out, or remove it first."
        )


def _form(name: str) -> Form:
    if name not in FORMS:
        raise InputError(
            f"The format is {name!r}; accepted: {', '.join(FORMS)}. Correct it in --format."
        )
    return FORMS[name]


def _use(run: Exportable, form: Form, found: Comparison) -> Use:
    """The program of the form, and below it how near it is to the run."""
    own = form.use(run)
    checked = "\n".join(f"- {line}" for line in found.lines(run.output))
    return Use(own.library, f"{own.text}\n\n## Checked against the run\n\n{checked}")


def _write_facts(run: Exportable, form: Form, found: Comparison, folder: Path) -> None:
    """What stands beside the network, whatever its form."""
    source = run.backbone.source
    facts = {
        "format": form.name,
        "headstart": __version__,
        "source": {key: getattr(source, key) for key in SOURCE_FACTS},
        "weights": run.backbone.constants,
        "checked": asdict(found),
    }
    card = model_card(run.model.result_, run.model.plan, source, _use(run, form, found))
    contents = {
        PREPROCESSING: to_json(input_facts(run)),
        CLASSES: (json.dumps(list(run.model.task.class_names)) + "\n").encode(),
        CARD: card.encode("utf-8", "backslashreplace"),
        FACTS: to_json(facts),
    }
    if run.modality == "text" and not (folder / TOKENIZER).exists():
        contents[TOKENIZER] = run.preprocessing.tokenizer.encode()
    for name, content in contents.items():
        write_atomically(folder / name, content)
