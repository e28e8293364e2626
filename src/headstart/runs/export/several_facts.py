"""What stands beside the exported networks of a run with several targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from headstart import __version__
from headstart.backbones.source import TOKENIZER
from headstart.data.markup import bullets
from headstart.files import to_json, write_atomically
from headstart.runs.card_parts import Use
from headstart.runs.export.comparison import Comparison
from headstart.runs.export.export_facts import CARD, CLASSES, FACTS, SOURCE_FACTS
from headstart.runs.export.input_facts import PREPROCESSING, input_facts
from headstart.runs.export.several_forms import SeveralForm
from headstart.runs.export.several_run import ANSWERS, SeveralRun
from headstart.runs.export.usage import INPUT_WORDS, program
from headstart.runs.several_card import several_card

_READING = """answers = json.load(open("answers.json"))
outputs = {}
"""
_SAYING = """for target, facts in answers["targets"].items():
    numbers = outputs[facts["output"]][0]
    if facts["task"] == "regression":
        print(target, float(numbers[0]))
    elif facts["task"] == "multi-label":
        print(target, [name for name, share in zip(facts["classes"], numbers) if share >= 0.5])
    else:
        print(target, facts["classes"][numbers.argmax()], float(numbers.max()))
"""
_OUT = (
    "Each target has an output of its own; `answers.json` says which, in which file, what it "
    "asks for, and the classes in the order of its columns. Of a target with several labels a "
    "sample each column is the probability of a yes; of a number there is one column, the number."
)


def write_several_facts(
    run: SeveralRun,
    form: SeveralForm,
    found: Mapping[str, Comparison],
    lines: Sequence[str],
    folder: Path,
) -> None:
    """Write all files but those of the networks.

    Parameters
    ----------
    run : SeveralRun
        What was exported.
    form : SeveralForm
        As what.
    found : mapping of str to Comparison
        By target.
    lines : sequence of str
        The same in words.
    folder : Path
        Where.
    """
    first, result = run.networks[0].run, run.model.result_
    source, answers = first.backbone.source, run.answer_facts(form.file_name)
    told = {key: value for key, value in input_facts(first).items() if key != "output"}
    facts = {
        "format": form.name,
        "headstart": __version__,
        "source": {key: getattr(source, key) for key in SOURCE_FACTS},
        "weights": [one.run.backbone.constants for one in run.networks],
        "checked": {name: asdict(one) for name, one in found.items()},
    }
    card = several_card(result, source, Use(form.name, _use(run, form, lines)))
    classes = {name: one["classes"] for name, one in answers["targets"].items()}
    contents = {
        PREPROCESSING: to_json(told),
        ANSWERS: to_json(answers),
        CLASSES: to_json(classes),
        CARD: card.encode("utf-8", "backslashreplace"),
        FACTS: to_json(facts),
    }
    if first.modality == "text":
        contents[TOKENIZER] = first.preprocessing.tokenizer.encode()
    for name, content in contents.items():
        write_atomically(folder / name, content)


def _use(run: SeveralRun, form: SeveralForm, lines: Sequence[str]) -> str:
    modality = run.model.result_.modality
    lines_of_code = program(modality, form.imports, _READING + form.call + _SAYING)
    said = f"{INPUT_WORDS[modality]} {_OUT}"
    return f"{said}\n\n{lines_of_code}\n\n## Checked against the run\n\n{bullets(lines)}"
