"""The report as Markdown, for issue threads and notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headstart.data.markup import bullets, escaped, table
from headstart.report.printable import plain_data


def render_markdown(contents: Mapping[str, Any]) -> str:
    """The same report as :func:`~headstart.report.page.render_html`, without the pictures.

    Parameters
    ----------
    contents : mapping
        What :func:`~headstart.report.contents.report_contents` gave.

    Returns
    -------
    str
        GitHub's Markdown. Text from the data is escaped: it can hold neither HTML nor a table.
    """
    plain = plain_data(contents)
    blocks = [block for part in _PARTS for block in part(plain)]
    return "\n\n".join(blocks) + "\n"


def _answer(contents: Mapping[str, Any]) -> Iterator[str]:
    answer = contents["answer"]
    yield "# headstart report"
    yield f"**{escaped(answer['headline'])}** ({escaped(answer['small_print'])})."
    if answer["verdict"]:
        verdict = answer["verdict"]
        yield f"**{escaped(verdict['title'])}.** {escaped(verdict['sentence'])}"
    if answer["beats"]:
        yield escaped(answer["beats"])
    yield table(("", ""), [(row["name"], row["value"]) for row in contents["facts"]])
    yield "## What to do next"
    yield bullets(f"{step['text']} {step['command']}" for step in contents["next_steps"])


def _scores(contents: Mapping[str, Any]) -> Iterator[str]:
    scores = contents["scores"]
    if not scores["rows"]:
        return
    yield "## How good is it?"
    rows = [(row["title"], *map(_cell, row["cells"]), row["meaning"]) for row in scores["rows"]]
    yield table(("", *scores["models"], "what it means"), rows)


def _cell(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return "\N{EN DASH}"
    return f"{cell['text']} ({cell['interval']})" if cell["interval"] else cell["text"]


def _confusion(contents: Mapping[str, Any]) -> Iterator[str]:
    confusion = contents["confusion"]
    if not confusion:
        return
    yield "## What does it mix up?"
    yield "Rows are true classes, columns are predicted ones."
    rows = [(row["label"], *(cell["count"] for cell in row["cells"])) for row in confusion["rows"]]
    yield table(("", *confusion["classes"]), rows)


def _calibration(contents: Mapping[str, Any]) -> Iterator[str]:
    calibration = contents["calibration"]
    if not calibration:
        return
    yield "## Can its confidence be believed?"
    yield escaped(calibration["sentence"])
    rows = [
        (f"{row['confidence']:.0%}", f"{row['accuracy']:.0%}", row["count"])
        for row in calibration["bins"]
    ]
    yield table(("it claims", "it is right", contents["noun"]), rows)


def _hardest(contents: Mapping[str, Any]) -> Iterator[str]:
    if not contents["hardest"]:
        return
    yield f"## The hardest test {contents['noun']}"
    rows = [
        (row["input"], row["label"], row["predicted"], row["error"] or f"{row['confidence']:.0%}")
        for row in contents["hardest"]
    ]
    last = "error" if contents["hardest"][0]["error"] else "confidence"
    yield table(("input", "true", "predicted", last), rows)


def _stages(contents: Mapping[str, Any]) -> Iterator[str]:
    stages = contents["stages"]
    if not stages:
        return
    yield "## Which stages of the source helped?"
    yield escaped(stages["reason"])
    rows = [
        (row["stages"], row["text"], "chosen" if row["chosen"] else "") for row in stages["rows"]
    ]
    yield table(("stages", f"cross-validated {stages['measure'].lower()}", ""), rows)


def _training(contents: Mapping[str, Any]) -> Iterator[str]:
    training = contents["training"]
    if not training:
        return
    yield "## How did training go?"
    yield escaped(training["sentence"])
    rows = [
        (
            row["epoch"] or "start",
            row["train_text"],
            row["valid_text"],
            row["seconds"],
            "kept" if row["chosen"] else "",
        )
        for row in training["rows"]
    ]
    yield table(
        ("epoch", "loss on what was learned from", "loss on what was held back", "time", ""), rows
    )
    if training["states"]:
        yield escaped(f"The states that training reads were {training['states']}")


def _data(contents: Mapping[str, Any]) -> Iterator[str]:
    pairs = [
        f"{row['test']} (test) and {row['train']} (training), similarity {row['similarity']:.3f}"
        for row in contents["near_duplicates"]
    ]
    aside = [f"{row['input']}: {row['reason']}" for row in contents["quarantined"]]
    for title, lines in (
        ("Notes", contents["notes"]),
        ("Left out of training: the test set holds the same", contents["duplicates"]),
        ("Near-duplicates across training and test", pairs),
        ("Set aside", aside),
    ):
        if lines:
            yield f"## {title}"
            yield bullets(lines)


def _method(contents: Mapping[str, Any]) -> Iterator[str]:
    method = contents["method"]
    yield "## How it was done"
    facts = [f"Source: {method['source']}"]
    facts += [f"{len(run['names'])} stages: {run['words']}" for run in method["stages"]]
    facts += [f"{fact['name']}: {fact['value']}" for fact in method["training"]]
    if method["head"]:
        facts.append(f"The head reads: {', '.join(method['head'])}")
    facts += [f"{row['question']}: {row['answer']}. {row['reason']}" for row in method["decisions"]]
    facts += [f"{name}: {value}" for name, value in contents["circumstances"].items()]
    yield bullets(facts)


def _seconds(contents: Mapping[str, Any]) -> Iterator[str]:
    seconds = contents["seconds"]
    if not seconds["rows"]:
        return
    yield "## Where the time went"
    rows = [(row["step"], row["text"]) for row in seconds["rows"]]
    yield table(("step", "time"), [*rows, ("all", seconds["total"])])


#: In the order of the page.
_PARTS = (
    *(_answer, _scores, _confusion, _calibration, _hardest, _stages, _training, _data),
    *(_method, _seconds),
)
