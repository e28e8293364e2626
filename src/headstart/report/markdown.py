"""The report as Markdown, for issue threads and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headstart.data.markup import bullets, escaped, table
from headstart.report.language import language_named
from headstart.report.printable import plain_data

Say = Callable[[str], str]


def render_markdown(contents: Mapping[str, Any]) -> str:
    """The same report as :func:`~headstart.report.page.render_html`, without the pictures.

    Parameters
    ----------
    contents : mapping
        What :func:`~headstart.report.contents.report_contents` gave, or
        :func:`~headstart.report.translation.translated` made of it.

    Returns
    -------
    str
        GitHub's Markdown. Text from the data is escaped: it can hold neither HTML nor a table.
    """
    plain = plain_data(contents)
    say = language_named(plain["language"]).message
    blocks = [block for part in _PARTS for block in part(plain, say)]
    return "\n\n".join(blocks) + "\n"


def _answer(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    answer = contents["answer"]
    yield say("# headstart report")
    said = {key: escaped(answer[key]) for key in ("headline", "small_print")}
    yield say("**%(headline)s** (%(small_print)s).") % said
    if answer["verdict"]:
        verdict = {key: escaped(text) for key, text in answer["verdict"].items()}
        yield say("**%(title)s.** %(sentence)s") % verdict
    if answer["beats"]:
        yield escaped(answer["beats"])
    yield table(("", ""), [(row["name"], row["value"]) for row in contents["facts"]])
    yield f"## {say('What to do next')}"
    yield bullets(say("%(text)s %(command)s") % step for step in contents["next_steps"])


def _scores(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    scores = contents["scores"]
    if not scores["rows"]:
        return
    yield f"## {say('How good is it?')}"
    rows = [
        (row["title"], *(_cell(cell, say) for cell in row["cells"]), row["meaning"])
        for row in scores["rows"]
    ]
    yield table(("", *scores["models"], say("what it means")), rows)


def _cell(cell: Mapping[str, Any] | None, say: Say) -> str:
    if cell is None:
        return "\N{EN DASH}"
    return say("%(text)s (%(interval)s)") % cell if cell["interval"] else str(cell["text"])


def _classes(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    per_class = contents["per_class"]
    if not per_class:
        return
    yield f"## {say('How good is it for each class?')}"
    rows = [(row["label"], _cell(row["cell"], say)) for row in per_class["rows"]]
    yield table(("", per_class["title"]), rows)


def _confusion(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    confusion = contents["confusion"]
    if not confusion:
        return
    yield f"## {say('What does it mix up?')}"
    yield say("Rows are true classes, columns are predicted ones.")
    rows = [(row["label"], *(cell["count"] for cell in row["cells"])) for row in confusion["rows"]]
    yield table(("", *confusion["classes"]), rows)


def _calibration(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    calibration = contents["calibration"]
    if not calibration:
        return
    yield f"## {say('Can its confidence be believed?')}"
    yield escaped(calibration["sentence"])
    rows = [
        (f"{row['confidence']:.0%}", f"{row['accuracy']:.0%}", row["count"])
        for row in calibration["bins"]
    ]
    yield table((say("it claims"), say("it is right"), contents["noun"]), rows)


def _hardest(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    if not contents["hardest"]:
        return
    yield f"## {say('The hardest test %(noun)s') % contents}"
    rows = [
        (row["input"], row["label"], row["predicted"], row["error"] or f"{row['confidence']:.0%}")
        for row in contents["hardest"]
    ]
    last = "error" if contents["hardest"][0]["error"] else "confidence"
    yield table((say("input"), say("true"), say("predicted"), say(last)), rows)


def _places(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    places = contents["places"]
    if not places:
        return
    yield f"## {say('What it finds in test %(noun)s') % contents}"
    for group in places["groups"]:
        if group["title"]:
            yield f"### {group['title']}"
        yield escaped(group["lead"])
        rows = [(card["input"], card["text"]) for card in group["cards"]]
        yield table((say("input"), say("how it went")), rows)


def _stages(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    stages = contents["stages"]
    if not stages:
        return
    yield f"## {say('Which stages of the source helped?')}"
    yield escaped(stages["reason"])
    rows = [
        (row["stages"], row["text"], say("chosen") if row["chosen"] else "")
        for row in stages["rows"]
    ]
    measure = say("cross-validated %(measure)s") % {"measure": stages["measure"].lower()}
    yield table((say("stages"), measure, ""), rows)


def _training(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    training = contents["training"]
    if not training:
        return
    yield f"## {say('How did training go?')}"
    yield escaped(training["sentence"])
    rows = [
        (
            row["epoch"] or say("start"),
            row["train_text"],
            row["valid_text"],
            row["seconds"],
            say("kept") if row["chosen"] else "",
        )
        for row in training["rows"]
    ]
    learned, held_back = say("loss on what was learned from"), say("loss on what was held back")
    yield table((say("epoch"), learned, held_back, say("time"), ""), rows)
    if training["states"]:
        states = {"states": escaped(training["states"])}
        yield say("The states that training reads were %(states)s") % states


def _data(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    alike = say("%(test)s (test) and %(train)s (training), similarity %(similarity).3f")
    pairs = [alike % row for row in contents["near_duplicates"]]
    aside = [say("%(input)s: %(reason)s") % row for row in contents["quarantined"]]
    for title, lines in (
        ("Notes", contents["notes"]),
        ("Left out of training: the test set holds the same", contents["duplicates"]),
        ("Near-duplicates across training and test", pairs),
        ("Set aside", aside),
    ):
        if lines:
            yield f"## {say(title)}"
            yield bullets(lines)


def _method(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    method = contents["method"]
    yield f"## {say('How it was done')}"
    facts = [say("Source: %(source)s") % method]
    stages, decided = (
        say("%(count)d stages: %(words)s"),
        say("%(question)s: %(answer)s. %(reason)s"),
    )
    facts += [stages % {**run, "count": len(run["names"])} for run in method["stages"]]
    facts += [say("%(name)s: %(value)s") % fact for fact in method["training"]]
    if method["head"]:
        facts.append(say("The head reads: %(names)s") % {"names": ", ".join(method["head"])})
    facts += [decided % row for row in method["decisions"]]
    facts += [f"{name}: {value}" for name, value in contents["circumstances"].items()]
    yield bullets(facts)


def _seconds(contents: Mapping[str, Any], say: Say) -> Iterator[str]:
    seconds = contents["seconds"]
    if not seconds["rows"]:
        return
    yield f"## {say('Where the time went')}"
    rows = [(row["step"], row["text"]) for row in seconds["rows"]]
    yield table((say("step"), say("time")), [*rows, (say("all"), seconds["total"])])


#: In the order of the page.
_PARTS = (
    *(_answer, _scores, _classes, _confusion, _calibration, _hardest, _places, _stages),
    *(_training, _data, _method, _seconds),
)
