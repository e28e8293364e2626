"""What stands beside an exported network of places: facts for programs, and a card with one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from headstart import __version__
from headstart.files import to_json, write_atomically
from headstart.runs.card_parts import Use
from headstart.runs.export.export_facts import CARD, CLASSES, FACTS, SOURCE_FACTS
from headstart.runs.export.input_facts import PREPROCESSING
from headstart.runs.export.place_check import PlaceComparison
from headstart.runs.export.place_forms import PlaceForm
from headstart.runs.export.place_run import ANSWERS, PlaceRun
from headstart.runs.export.place_usage import place_usage
from headstart.runs.model_card import model_card


def write_place_facts(run: PlaceRun, form: PlaceForm, found: PlaceComparison, folder: Path) -> None:
    """Write all files but those of the network."""
    model, source = run.model, run.model.network.source
    checked = "\n".join(f"- {line}" for line in found.lines(""))
    text = f"{place_usage(run, *form.call(run))}\n\n## Checked against the run\n\n{checked}"
    card = model_card(model.result_, model.plan, source, Use(form.name, text))
    facts = {
        "format": form.name,
        "headstart": __version__,
        "source": {key: getattr(source, key) for key in SOURCE_FACTS},
        "weights": model.network.constants,
        "checked": asdict(found),
    }
    contents = {
        PREPROCESSING: to_json(run.input_facts()),
        ANSWERS: to_json(run.answer_facts()),
        CLASSES: (json.dumps(model.task.class_names) + "\n").encode(),
        CARD: card.encode("utf-8", "backslashreplace"),
        FACTS: to_json(facts),
    }
    for name, content in contents.items():
        write_atomically(folder / name, content)
