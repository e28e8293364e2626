"""The report of a run with several targets: a table a question, as HTML or as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from headstart.data.markup import bullets, escaped, table
from headstart.evaluation.several_targets import SeveralResult, TargetResult
from headstart.report.language import Language, language_named
from headstart.report.page import page_environment
from headstart.report.plan_words import runs_of_stages
from headstart.report.printable import plain_data
from headstart.report.sharing_section import sharing_section
from headstart.report.target_cells import MAIN, compared, interval_of, section_of, value_of, whole
from headstart.report.wording import counted, duration

_TEMPLATE = "several.html.jinja"
#: What answers a target.
_SERVED = {"shared": "the shared one", "own": "its own", "group": "that of its group"}

Say = Callable[[str], str]


def several_contents(
    result: SeveralResult,
    language: str = "en",
    circumstances: Mapping[str, Any] | None = None,
    curve: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page and the Markdown say, before anybody thinks of either.

    Parameters
    ----------
    result : SeveralResult
        The figures of the fit.
    language : str
        One of :data:`~headstart.report.language.LANGUAGES`.
    circumstances : mapping or None
        Facts that help to make the run again, such as ``command``.
    curve : mapping or None
        What ``headstart curve --targets ... --json`` told of the same data.

    Returns
    -------
    dict
        ``language``, ``title``, ``headline`` and ``sections``: each with ``id``, ``title``,
        ``texts``, ``head``, ``rows`` and ``lines``, of which some are empty.

    Raises
    ------
    InputError
        If the curve is something else.
    """
    known = language_named(language)
    by_labels = [] if curve is None else [sharing_section(curve, known)]
    sections = [*_sections(result, known, circumstances or {}, by_labels)]
    said = {
        "count": len(result.targets),
        "learned": known.translate(counted(result.n_train, result.modality)).text,
        "tested": known.translate(counted(result.n_test, result.modality)).text,
    }
    say = known.message
    plain: dict[str, Any] = plain_data(
        {
            "language": known.name,
            "title": say("headstart report"),
            "headline": say(
                "1 target, learned from %(learned)s, tested on %(tested)s"
                if len(result.targets) == 1
                else "%(count)d targets, learned from %(learned)s, tested on %(tested)s"
            )
            % said,
            "sections": sections,
        }
    )
    return plain


def note_on(name: str, n_targets: int) -> str:
    """What the page of one target alone says of itself."""
    return f"This page is about the target {name!r} alone, one of {n_targets} of its run."


def render_several_html(contents: Mapping[str, Any]) -> str:
    """A self-contained page of :func:`several_contents`; every text from the data is escaped."""
    language = language_named(contents["language"])
    template = page_environment(language).get_template(_TEMPLATE)
    return template.render(**contents, tag=language.tag)


def render_several_markdown(contents: Mapping[str, Any]) -> str:
    """GitHub's Markdown of :func:`several_contents`; text from the data is escaped."""
    return "\n\n".join(_markdown(contents)) + "\n"


def _markdown(contents: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {escaped(contents['title'])}"
    yield f"**{escaped(contents['headline'])}**"
    for section in contents["sections"]:
        yield f"## {escaped(section['title'])}"
        yield from (escaped(text) for text in section["texts"])
        if section["rows"]:
            yield table(section["head"], section["rows"])
        if section["lines"]:
            yield bullets(section["lines"])


def _sections(
    result: SeveralResult,
    language: Language,
    circumstances: Mapping[str, Any],
    by_labels: Sequence[dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    say = language.message
    yield _answers(result, say)
    yield _sharing(result, say)
    if any(one.grouped is not None for one in result.targets):
        yield _groups(result, say)
    if result.affinity:
        yield _affinity(result, say)
    yield from by_labels
    yield section_of(
        "figures",
        say("All figures"),
        head=[say("target"), say("figure"), say("value"), say("95 %% interval") % {}],
        rows=[
            [
                one.name,
                _metric(metric, language),
                value_of(figure, metric),
                interval_of(figure, metric),
            ]
            for one in result.targets
            for metric, figure in one.result.test.items()
        ],
    )
    if result.notes or result.quarantined or result.duplicates or result.near_duplicates:
        yield _data(result, language)
    yield _method(result, language)
    yield section_of(
        "seconds",
        say("Where the time went"),
        head=[say("step"), say("time")],
        rows=[
            [language.translate(step).text, language.translate(duration(seconds)).text]
            for step, seconds in result.seconds.items()
        ],
    )
    if circumstances:
        lines = [f"{name}: {value}" for name, value in circumstances.items()]
        yield section_of("again", say("How to do it again"), lines=lines)


def _answers(result: SeveralResult, say: Say) -> dict[str, Any]:
    """What each target came to, and whether transfer was worth it."""
    head = ["target", "what it is", "test samples", "this model", "without transfer", "transfer"]
    return section_of(
        "answers",
        say("How good is each target?"),
        texts=[
            say("Accuracy of classes, share of right labels where there may be several, mean error")
        ],
        head=[say(one) for one in head],
        rows=[_answer(one, say) for one in result.targets],
    )


def _answer(target: TargetResult, say: Say) -> list[Any]:
    result = target.result
    metric = MAIN[result.task]
    rival = next((one.test for one in result.baselines if one.name == result.compared_with), {})
    return [
        target.name,
        say(result.task),
        result.n_test,
        whole(result.test.get(metric), metric),
        whole(rival.get(metric), metric),
        say(verdict_in_short(target)),
    ]


def verdict_in_short(target: TargetResult) -> str:
    """Whether transfer was worth it, in a few words.

    Examples
    --------
    >>> from headstart.evaluation.result import Result
    >>> nothing = Result("classification", "image", (), 1, 0, "x", {}, {}, ())
    >>> verdict_in_short(TargetResult("car", nothing))
    'not measured'
    """
    unsaid = "not measured" if target.result.difference is None else "nothing was transferred"
    said = target.result.verdict or unsaid
    return f"{said}; not used" if target.result.fallback else said


def _sharing(result: SeveralResult, say: Say) -> dict[str, Any]:
    """One network for all against one for each."""
    title = say("Is one network better than one for each?")
    both = [one for one in result.targets if one.sharing is not None]
    if not both:
        return section_of(
            "sharing", title, texts=[say("Only one of the two was there to compare.")]
        )
    head = ["target", "one network for all", "one of its own", "difference", "sharing", "answers"]
    texts = [
        say(
            "Above 0 the shared network is better, on the same test samples. Which one answers was "
            "chosen on training samples that were held out."
        )
    ]
    if result.cost is not None:
        cost = {"share": f"{result.cost:.2f}"}
        texts.append(say("The shared network took %(share)s of the time of all the others.") % cost)
    rows = [_shared(one, say) for one in both]
    return section_of("sharing", title, texts=texts, head=[say(one) for one in head], rows=rows)


def _shared(target: TargetResult, say: Say) -> list[Any]:
    metric = MAIN[target.result.task]
    served = say(_SERVED[target.served_by])
    return [target.name, *compared(target.sharing, metric, say), served]


def _groups(result: SeveralResult, say: Say) -> dict[str, Any]:
    """One network for all against one for a group."""
    head = ["target", "its group", "one network for all", "one for the group", "difference"]
    apart = say("%(name)s: alone")
    return section_of(
        "groups",
        say("Which targets help each other?"),
        texts=[
            say(
                "While the shared network learned, it was measured how much a step for one target "
                "lowers the losses of the others. Targets that help each other most got a network "
                "together."
            )
        ],
        head=[say(one) for one in (*head, "sharing")],
        rows=[
            [
                one.name,
                ", ".join(one.group),
                *compared(one.grouped, MAIN[one.result.task], say),
            ]
            for one in result.targets
            if one.grouped is not None
        ],
        lines=[apart % {"name": one.name} for one in result.targets if one.grouped is None],
    )


def _affinity(result: SeveralResult, say: Say) -> dict[str, Any]:
    """What the groups were read from: a row for each target's steps."""
    return section_of(
        "affinity",
        say("How much does a step for one target help the others?"),
        texts=[
            say(
                "The share of a target's loss (column) that a step for another one (row) takes "
                "away, on average over the training; below 0 it does harm."
            )
        ],
        head=[say("a step for"), *result.affinity],
        rows=[
            [name, *(f"{100 * value:+.3g} %" for value in row.values())]
            for name, row in result.affinity.items()
        ],
    )


def _data(result: SeveralResult, language: Language) -> dict[str, Any]:
    say = language.message
    lines = [language.translate(note).text for note in result.notes]
    lines += [
        say("%(input)s: %(reason)s")
        % {"input": row["input"], "reason": language.translate(row["reason"]).text}
        for row in result.quarantined
    ]
    if result.duplicates:
        names = {"names": ", ".join(result.duplicates)}
        lines.append(
            say("Left out of training, for the test set holds the same: %(names)s") % names
        )
    alike = say("%(test)s (test) and %(train)s (training), similarity %(similarity).3f")
    lines += [
        alike % {"test": one.test, "train": one.train, "similarity": one.similarity}
        for one in result.near_duplicates
    ]
    return section_of("data", say("What was found in the data"), lines=lines)


def _method(result: SeveralResult, language: Language) -> dict[str, Any]:
    say = language.message
    lines = [say("Source: %(source)s") % {"source": result.source}]
    lines += [
        say("%(count)d stages: %(words)s")
        % {"count": len(run["names"]), "words": language.translate(run["words"]).text}
        for run in runs_of_stages(result.plan)
    ]
    weighed = say("Weight of %(name)s in the shared loss, learned: %(weight)s")
    lines += [
        weighed % {"name": one.name, "weight": f"{weight_of(one):.2f}"}
        for one in result.targets
        if one.log_variance is not None
    ]
    return section_of("method", say("How it was done"), lines=lines)


def weight_of(target: TargetResult) -> float:
    """What a target's loss was multiplied by in the end (half as much for squared errors)."""
    from math import exp

    half = 0.5 if target.result.task == "regression" else 1.0
    return half * exp(-(target.log_variance or 0.0))


def _metric(name: str, language: Language) -> str:
    return language.translate(name.replace("_", " ")).text
