"""What a report says, in another language: our sentences, and never what the data say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headstart.report.data_map import MOST_CLASSES
from headstart.report.language import Language, language_named
from headstart.report.printable import plain_data

#: Where headstart's own words stand in the contents; ``*`` is every item of a list.
OURS = (
    *("task", "noun", "hardest_words"),
    *("answer.headline", "answer.short", "answer.small_print", "answer.beats"),
    *("answer.verdict.title", "answer.verdict.sentence"),
    *("next_steps.*.text", "notes.*", "quarantined.*.reason"),
    *("lanes.*.meaning", "lanes.*.cell.text", "lanes.*.cell.interval"),
    *("lane_axis.words", "lane_axis.label", "lane_axis.ends.*"),
    *("scores.rows.*.title", "scores.rows.*.meaning"),
    *("scores.rows.*.cells.*.text", "scores.rows.*.cells.*.interval"),
    *("per_class.title", "per_class.rows.*.cell.text", "per_class.rows.*.cell.interval"),
    *("calibration.sentence", "hardest.*.error"),
    *("places.groups.*.title", "places.groups.*.lead", "places.groups.*.cards.*.text"),
    *("sources.reason", "sources.rows.*.text", "sources.rows.*.cells.*.text"),
    *("labels.measure", "labels.lines.*.name", "labels.lines.*.rows.*.interval"),
    *("labels.lines.*.rows.*.text", "labels.expected.*.text", "labels.expected.*.interval"),
    *("plans.reason", "plans.rows.*.text", "plans.rows.*.seconds", "plans.rows.*.happened"),
    *("stages.reason", "stages.measure", "stages.rows.*.text"),
    *("training.sentence", "training.states", "training.rows.*.seconds"),
    *("method.source_words", "method.stages.*.words"),
    *("method.training.*.name", "method.training.*.value"),
    *("method.decisions.*.question", "method.decisions.*.reason"),
    *("seconds.rows.*.step", "seconds.rows.*.text", "seconds.total"),
)
#: Facts whose value is a name.
_NAMED_FACTS = frozenset({"Source", "Tried, and not saved"})
#: Questions whose answer is a name, or a number.
_NAMED_ANSWERS = frozenset(
    {
        *("which source", "which stages", "which stage", "how strong a penalty", "where to cut"),
        *("how much to transfer", "what to try first"),
    }
)
#: Columns of measurements that hold words of ours.
_WORDY_COLUMNS = frozenset({"chosen", "stored", "samples", "measure", "what happened"})


def translated(contents: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The contents of a report in a language.

    Names of classes, files, sources, stages and plans, labels, texts and commands stay as they are.

    Parameters
    ----------
    contents : mapping
        What :func:`~headstart.report.contents.report_contents` gave, in English.
    language : str
        One of :data:`~headstart.report.language.LANGUAGES`.

    Returns
    -------
    dict
        The same keys; ``language`` is the language, ``untranslated`` lists the parts of texts that
        nobody has translated, which stand there in English.

    Raises
    ------
    InputError
        If there is no such language.
    """
    plain: dict[str, Any] = plain_data(contents)
    known = language_named(language)
    if known.name == plain["language"]:
        return plain
    missing: dict[str, None] = {}
    say = _speaker(known, missing)
    for decision in plain["method"]["decisions"]:
        _say_answer(decision, say)
    _say_names(plain, known)
    _say_facts(plain["facts"], say)
    for path in OURS:
        _say_at(plain, path.split("."), say)
    return {**plain, "language": known.name, "untranslated": list(missing)}


Say = Callable[[str], str]


def _speaker(language: Language, missing: dict[str, None]) -> Say:
    def say(text: str) -> str:
        said = language.translate(text)
        missing.update(dict.fromkeys(said.missing))
        return said.text

    return say


def _say_at(place: Any, path: Sequence[str], say: Say) -> None:
    """Translate what stands at the end of a path; what is not there has nothing to say."""
    step, rest = path[0], path[1:]
    keys: Any = range(len(place or ())) if step == "*" else [step]
    for key in keys:
        if place is None or place[key] is None:
            continue
        if rest:
            _say_at(place[key], rest, say)
        elif place[key]:
            place[key] = say(str(place[key]))


def _say_names(contents: dict[str, Any], language: Language) -> None:
    """Names of models and of the last group of the map: ours, or those of a source."""
    # A name that is not known belongs to somebody else, and is nothing that is missing.
    scores = contents["scores"]
    scores["models"] = [_known(name, language) for name in scores["models"]]
    for lane in contents["lanes"]:
        lane["name"] = _known(lane["name"], language)
    groups = contents["map"]["groups"] if contents["map"] else []
    if len(groups) > MOST_CLASSES:  # before that every group is a class
        groups[-1]["name"] = _known(groups[-1]["name"], language)


def _known(name: str, language: Language) -> str:
    said = language.translate(name)
    return name if said.missing else said.text


def _say_facts(facts: Sequence[dict[str, Any]], say: Say) -> None:
    for fact in facts:
        if fact["name"] not in _NAMED_FACTS:
            fact["value"] = say(fact["value"])
        fact["name"] = say(fact["name"])


def _say_answer(decision: dict[str, Any], say: Say) -> None:
    """The answer unless it is a name, and what was measured for it."""
    if decision["question"] not in _NAMED_ANSWERS:
        decision["answer"] = say(decision["answer"])
    wordy = [place for place, name in enumerate(decision["columns"]) if name in _WORDY_COLUMNS]
    for row in decision["rows"]:
        for place in wordy:
            row[place] = say(row[place])
    decision["columns"] = [say(column) for column in decision["columns"]]
