"""Words that parts of headstart hand to the report, taken from where they are kept."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import headstart
from headstart.activations.views import VIEWS
from headstart.advice import trials
from headstart.advice.classical_table import first_guess
from headstart.advice.similarity import Level
from headstart.advice.source_evidence import MEASURES, PROBE, PROBE_MERIT
from headstart.data import file_bytes
from headstart.evaluation.baselines import RANDOM_TWIN, classical_features
from headstart.evaluation.place_baselines import CLASS_BOXES, MAJORITY, MEAN_BOX, USUAL
from headstart.fitting.comparison import Comparison
from headstart.metrics.figure import Figure
from headstart.report.language import language_named
from headstart.report.plan_words import plan_in_short, runs_of_stages, training_facts
from headstart.report.wording import BASELINE_MEANINGS, duration
from headstart.tasks.registry import PLACE_TASKS, TASKS
from headstart.training.loop import Ended
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.snapshot import EpochFigures

PACKAGE = Path(headstart.__file__).parent
OBJECTIVES = (LogisticObjective, RidgeObjective)
#: Names that stay, and what the texts below are about.
NAMES = {*("Python", "JSON", "HOG", "TF", "IDF", "BatchNorm", "LogME", "score", "task"), "time"}
NAMES |= {*("classification", "limit", "MiB", "GiB", "CSV", "UTF", "bundled")}


def english_in(text: str) -> set[str]:
    """What is left of a text in English, but for names that stand in it."""
    told = language_named("zh").translate(text)
    if not told.missing:
        return set(re.findall("[A-Za-z]{3,}", told.text)) - NAMES
    return set(told.missing)


def untold(texts: list[str]) -> list[str]:
    assert texts
    return [text for text in texts if english_in(text)]


def test_steps_have_names() -> None:
    sources = [
        file.read_text(encoding="utf-8")
        for folder in ("fitting", "cli")
        for file in (PACKAGE / folder).glob("*.py")
    ]
    steps = re.findall(r"watch\.step\(\"([^\"]+)\"\)", "\n".join(sources))
    steps += ["read", "train"]
    assert len(set(steps)) > 15
    assert untold(steps) == []


def test_columns_of_measurements_have_names() -> None:
    compared = Comparison("test", 9, "accuracy", 0.1, 0.2, Figure(0, 0, 0), False)
    some = np.array([True, False]), np.array([0.1, 0.2])
    columns = [
        *EpochFigures.__dataclass_fields__,
        *trials.Trial(0, "probe").to_row(True),
        *compared.row(),
        *LogisticObjective(2).measurements(*some),
        *RidgeObjective().measurements(*some),
        *(name for measures in MEASURES.values() for name in measures),
        *(PROBE, PROBE_MERIT, "source", "standing", "prior", "evidence", "samples"),
        *("model", "stage", "stages", "inverse_penalty", "gap", "layers"),
        *("input", "given", "looks_like", "confidence", "bytes needed", "bytes allowed", "stored"),
        *("word", "questions", "windows", "with an answer", "most tokens"),
    ]
    assert untold([column.replace("_", " ") for column in columns]) == []


def test_ends_of_trials_and_of_trainings_have_names() -> None:
    ends = [value for name, value in vars(trials).items() if name.isupper()]
    assert untold([*ends, *get_args(Ended)]) == []


def test_models_have_names_and_meanings() -> None:
    named = [task.guess_name for task in TASKS.values()] + [RANDOM_TWIN]
    features = [classical_features(modality) for modality in ("image", "text")]
    named += [f"{kind}, {objective.model}" for kind, objective in product(features, OBJECTIVES)]
    named += [CLASS_BOXES, MAJORITY, MEAN_BOX, USUAL]
    named += ["with transfer from bundled", *(meaning for _, meaning in BASELINE_MEANINGS)]
    assert untold(named) == []


def test_words_for_measures_tasks_views_and_similarity() -> None:
    words = [*TASKS, *PLACE_TASKS, *get_args(Level), *VIEWS]
    words += [word for objective in OBJECTIVES for word in (objective.loss, objective.merit)]
    words += ["original, closer mirrored", "original, mirrored, closer, closer mirrored"]
    assert untold(words) == []


@pytest.mark.parametrize("adapter", ["lora", "bias", "pointwise"])
def test_plans_in_words(adapter: str) -> None:
    stages = [
        {"name": "1", "mode": "frozen"},
        {"name": "2", "mode": "adapter", "lr_scale": 0.5},
        {"name": "3", "mode": "train", "from_epoch": 2},
        {"name": "4", "mode": "train", "lr_scale": 0.1, "from_epoch": 1},
        {"name": "5", "mode": "train", "lr_scale": 0.2, "from_epoch": 1},
        {"name": "6", "mode": "frozen", "init": "random"},
        {"name": "7", "mode": "train", "init": "random"},
        {"name": "8", "mode": "frozen", "init": "none"},
    ]
    training = {"epochs": 5, "batch_size": 8, "learning_rate": 0.1, "validation": 0.0}
    plan = {"stages": stages, "training": training, "adapter": {"kind": adapter}}
    words = [run["words"] for run in runs_of_stages(plan)]
    scratch = {"stages": [stages[6]], "training": {"epochs": 1}}
    words += [plan_in_short(plan), plan_in_short(scratch)]
    for start in ("zero", "probe"):
        facts = training_facts({**plan, "head": {"start": start}})
        words += [text for fact in facts for text in (fact["name"], fact["value"])]
    assert untold(words) == []


def test_reasons_of_the_table_and_of_the_choice_of_stages() -> None:
    sizes = ((244, 2), (244, None), (1500, 2), (1500, None))
    reasons = [
        first_guess(*size, level).reason for size, level in product(sizes, (*get_args(Level), None))
    ]
    whats = ("the last stage", "the last 3 joined", "all of them")
    for what, errors in product(whats, ("the standard error", "two standard errors")):
        reasons += [
            f"No other choice beats {what} by more than {errors}.",
            f"It beats {what} by more than {errors} of the difference.",
        ]
    assert untold(reasons) == []


def test_reasons_of_the_operating_system() -> None:
    assert untold(list(file_bytes._REASONS.values())) == []


def test_durations() -> None:
    assert untold([duration(seconds) for seconds in (0.01, 7, 90, 4000)]) == []


@pytest.mark.parametrize(
    "text",
    [
        "1 picture",
        "1 text",
        "1 sample",
        "The 3 pictures of the test set gave no score",
        "Compared with the model without transfer on the same test data.",
        "It scores above “majority class” (50 of 100), “the same network with random weights” (60 "
        "of 100) and “with transfer from bundled” (70 of 100).",
        "It errs less than “mean of the training targets” (off by 3), “the same network with "
        "random weights” (off by 2) and “with transfer from bundled” (off by 1.5).",
        "Its mean absolute error is smaller by 2 than that of “mean of the training targets”, "
        "which uses no pretrained network (95\u00a0% interval of the difference 1 to 3).",
        "Predict new texts:",
        "Predict new samples in Python:",
        "They take 9.0 GiB, and 4.7 GiB are allowed.",
        "Nothing shows that what 'bundled' computes tells these labels apart: on 64 held-out "
        "training samples a linear model of it is worse than a guess that looks at no sample.",
        "12 questions with their contexts make 14 windows of at most 256 tokens.",
        "2 of 12 questions were not learned from: their answer stands in no window as a whole.",
        "6 classes have one sample each ('1', '2', '3', '4', '5', ...): they are learnt from but "
        "cannot be tested. Add samples of them.",
        "2 classes have one sample each ('1', '2'): they are learnt from but cannot be tested. Add "
        "samples of them.",
        "Not read, since it lies beside the class folders and is no picture: 1, 2, 3, ....",
        "Not read, since it lies beside the class folders and is no picture: 1.",
        "The same content carries different labels: 1 ('1'), 2 ('2'), 3 ('1'), 4 ('1'), 5 ('1') "
        "and 2 more. Keep the right one.",
        "3 more contents carry different labels in the same way.",
        "The labels are numbers with fractions, so they were taken as measurements (regression). "
        "To take each number as a class instead, give --task classification.",
        "All 9 targets are 3, so that there is nothing to learn: the model answers that whatever "
        "it is given. Check the column of the labels.",
        "In cross-validation bundled reaches 0.9 and pixels and HOG, logistic regression 0.8: +0.1 "
        "(95 %: +0.05 to +0.15).",
        "They are 99% of the 1,200 words that were read; a word that is not among them gets the "
        "mean of all.",
        "5,000 words",
        "256 tokens",
        "those of the first process",
        "computed again in each epoch",
        "which words",
        "which stage",
        "how much is read at once",
        "That is the classical first guess; a fit with --time-limit tries it and its neighbours.",
        "1073741825 bytes; a picture file of at most 1073741824 bytes is accepted",
        "0 x 3 pixels; at least 1 x 1 is needed",
        "cut short: image file is truncated (3 bytes not processed)",
        "cut short: image file is truncated",
        "not text but bytes",
        "no path",
        "not UTF-8 text",
        "no pixel holds a finite number",
        "not JSON: 1",
        "not a possible file name: 1",
        "a folder without files",
        "more memory is needed to decode it than there is",
        "changed while the data set was being read; run it again",
        "not a regular file (a pipe, a socket or a device)",
        "learning curves",
        "the random twin",
        "the same network from scratch",
    ],
)
def test_what_no_registry_holds(text: str) -> None:
    assert english_in(text) == set()
