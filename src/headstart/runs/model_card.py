"""The model card of a run: what a stranger should know before using the model.

It is Markdown as Hugging Face's hub shows it: facts for machines between two rules, then text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from headstart.backbones.source import Source
from headstart.data.markup import table
from headstart.data.printable import printable
from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.plan import Plan
from headstart.runs.card_parts import (
    EXPORT,
    NOUNS,
    PREDICT,
    Use,
    data_section,
    header,
    listed,
    origin_section,
    shown,
)
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.question_answering import QuestionAnsweringTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.segmentation import SegmentationTask

MODEL_CARD = "model_card.md"

_PIPELINES = {
    (ClassificationTask.name, "image"): "image-classification",
    (ClassificationTask.name, "text"): "text-classification",
    (DetectionTask.name, "image"): "object-detection",
    (SegmentationTask.name, "image"): "image-segmentation",
    (QuestionAnsweringTask.name, "text"): "question-answering",
}
_TITLES = {
    **{"auroc": "AUROC", "r2": "R²", "macro_f1": "macro F1", "share_iou50": "share of IoU >= 0.5"},
    **{"ap": "AP", "ap50": "AP50", "ap75": "AP75", "mean_iou": "mean IoU"},
}
#: What it says of where something is.
_PLACES = {
    DetectionTask.name: "any number of boxes, each with a class, for each of",
    LocalisationTask.name: "one box for each of",
    SegmentationTask.name: "a class for each pixel of",
}
#: What is listed of many.
_MOST_CLASSES, _MOST_LINES = 100, 10
#: Test samples below which a card says that they are few, and samples a class likewise.
_FEW_TESTED, _FEW_A_CLASS = 100, 50


_ANSWER = (
    '```python\nfrom headstart import QuestionAnswerer\n\nmodel = QuestionAnswerer.load("RUN")\n'
    "model.predict(questions, contexts)\n```\n\n`RUN` is this folder."
)


def model_card(
    result: Result, plan: Plan, source: Source | None = None, use: Use | None = None
) -> str:
    """The card as Markdown with a YAML header.

    Parameters
    ----------
    result : Result
        The figures.
    plan : Plan
        As it was carried out.
    source : Source or None
        The facts of the network; None where the model has none.
    use : Use or None
        How it is used; None: as a run.

    Returns
    -------
    str
        Text of the data is escaped: it can become no markup, and no key of the header.
    """
    tags = ("headstart", f"{result.modality}-{result.task}".replace(" ", "-"), "small-data")
    pipeline = _PIPELINES.get((result.task, result.modality))
    use = use or _of_a_run(result, source)
    blocks = [
        header(source, use.library, pipeline, tags),
        *_title(result, plan),
        *_data(result),
        *origin_section(result.source, source),
        *_figures(result),
        *_verdict(result),
        *_limits(result),
        "## How to use",
        use.text,
    ]
    return "\n\n".join(blocks) + "\n"


def _of_a_run(result: Result, source: Source | None) -> Use:
    if result.task == QuestionAnsweringTask.name:
        return Use("headstart", _ANSWER)
    return Use("headstart", PREDICT if source is None else PREDICT + EXPORT)


def _title(result: Result, plan: Plan) -> Iterator[str]:
    samples = NOUNS.get(result.modality, "samples")
    yield f"# A model of {samples}, made with headstart"
    wants = "an answer to a question from a text"
    if result.task == ClassificationTask.name:
        wants = f"one of {len(result.classes)} classes for each of the {samples} it is shown"
    elif result.task == RegressionTask.name:
        wants = f"a number for each of the {samples} it is shown"
    elif result.task in _PLACES:
        wants = f"{_PLACES[result.task]} the {samples} it is shown"
    yield f"It gives {wants}."
    yield shown(f"How it was made: {_way(result, plan)}.")


def _way(result: Result, plan: Plan) -> str:
    if result.modality == "embedding":
        return "a linear model on ready embeddings"
    if all(stage.init == "none" for stage in plan.stages):
        return "a linear model on features that need no pretrained network"
    counts = {
        "trained": sum(stage.mode != "frozen" for stage in plan.stages),
        "from random weights": sum(stage.init == "random" for stage in plan.stages),
    }
    told = [f"{count} of them {what}" for what, count in counts.items() if count]
    stages = len(plan.stages)
    return (
        f"a linear model on a network from {result.source} with {stages} "
        f"{'stage' if stages == 1 else 'stages'}, "
        f"{' and '.join(told) or 'all of which stayed as they were'}"
    )


def _data(result: Result) -> Iterator[str]:
    samples = NOUNS.get(result.modality, "samples")
    facts = [f"Learned from {result.n_train:,} {samples}, measured on {result.n_test:,} others."]
    if result.classes:
        facts.append(f"{len(result.classes)} classes: {_first_of(result.classes)}.")
    for many, said in (
        (result.duplicates, "Left out of training, because the test set holds the same"),
        (result.near_duplicates, "Pairs across training and test that look almost the same"),
        (result.quarantined, "Set aside, because they could not be used"),
    ):
        facts += [f"{said}: {len(many):,}."] if many else []
    facts += result.notes[:_MOST_LINES]
    return data_section(facts)


def _figures(result: Result) -> Iterator[str]:
    yield "## Figures"
    if not result.test:
        yield "How good it is was not measured: nothing was kept away from training."
        return
    others = result.others
    yield f"On {result.n_test:,} test samples, each with its 95 % interval."
    head = ("", "this model", *(one.name for one in others))
    rows = [
        (_TITLES.get(name, name.replace("_", " ")), _cell(figure), *_row(others, name))
        for name, figure in result.test.items()
    ]
    yield table(head, [[printable(cell) for cell in row] for row in rows])


def _row(others: Sequence[object], name: str) -> list[str]:
    return [_cell(getattr(one, "test", {}).get(name)) for one in others]


def _cell(figure: Figure | None) -> str:
    if figure is None or not math.isfinite(figure.value):
        return "not measured"
    return f"{figure.value:.4g} ({figure.low:.4g} to {figure.high:.4g})"


def _verdict(result: Result) -> Iterator[str]:
    yield "## Was transfer worth it?"
    sentence = "Nothing was transferred, or nothing could be compared."
    if result.verdict is not None:
        sentence = f"{result.verdict[:1].upper()}{result.verdict[1:]}."
    if result.difference is not None and result.compared_with is not None:
        sentence += (
            f" Difference to “{result.compared_with}”, above 0 where transfer is better: "
            f"{_cell(result.difference)}."
        )
    if result.fallback is not None:
        sentence += f" What was saved is the model without transfer, “{result.fallback}”."
    yield shown(sentence)


def _limits(result: Result) -> Iterator[str]:
    yield "## Limits"
    samples = NOUNS.get(result.modality, "samples")
    limits = [*_of_counts(result, samples)]
    limits.append(
        f"The figures are about the test {samples} alone. How good it is on {samples} from "
        "elsewhere (another place, device, time or kind of people) was not measured."
    )
    if result.task == ClassificationTask.name:
        limits.append(
            f"It knows the classes above and no others: whatever it is shown, it names one of "
            f"these {len(result.classes)}."
        )
    else:
        limits.append("Nothing tells it that it is shown something unlike what it learned from.")
    if result.task in _PLACES:
        limits.append(
            "Before you give the run away: report.html shows some of the pictures that it was "
            "tested on, small, and places.json what is in them."
        )
    elif result.modality in ("image", "text"):
        limits.append(
            "Before you give the run away: its files samples.json and hardest.json, where they are "
            f"there, show some of the {samples} that it learned from and was tested on, small."
        )
    if result.near_duplicates:
        limits.append("Test samples that almost repeat training samples make the figures flatter.")
    yield listed(limits)


def _of_counts(result: Result, samples: str) -> Iterator[str]:
    if not result.n_test:
        yield "Nothing was kept away from training to measure it on."
    elif result.n_test < _FEW_TESTED:
        yield f"It was measured on few {samples} ({result.n_test}), so the intervals are wide."
    for name in ("accuracy", "mean_absolute_error", "ap50", "mean_iou"):
        figure = result.test.get(name)
        if figure is not None and math.isfinite(figure.low) and math.isfinite(figure.high):
            title = _TITLES.get(name, name.replace("_", " "))
            ends = f"{figure.low:.4g} to {figure.high:.4g}"
            yield f"The {title} may well be anything from {ends}."
    if result.classes and result.n_train < _FEW_A_CLASS * len(result.classes):
        each = result.n_train // len(result.classes)
        yield f"It learned from few {samples}: about {each} a class."


def _first_of(words: Sequence[str]) -> str:
    first = ", ".join(words[:_MOST_CLASSES])
    left = len(words) - _MOST_CLASSES
    return first if left <= 0 else f"{first} and {left} more"
