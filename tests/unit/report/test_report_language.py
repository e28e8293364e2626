"""A report in Chinese: all that headstart says, and nothing of what the data say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

from headstart.data.boxes import Boxes
from headstart.data.masks import ArrayMask
from headstart.data.thumbnails import thumbnail
from headstart.errors import InputError
from headstart.evaluation.result import BaselineFigures, NearDuplicate
from headstart.evidence import Decision, Evidence
from headstart.explanations import PictureExplanation, TextExplanation
from headstart.metrics.figure import Figure
from headstart.report import (
    Exhibits,
    check_language,
    render_html,
    render_markdown,
    report_contents,
    translated,
)
from headstart.report.translation import OURS
from headstart.runs.kept_places import keep_places
from headstart.runs.kept_samples import KeptSamples, Nearest
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

JPEG = b"\xff\xd8\xff"
#: Names that a Chinese page keeps: what they name has no other.
NAMES = {
    *("headstart", "HOG", "TF", "IDF", "AUROC", "F1", "HEIC", "Pillow", "JPEG", "UTF", "CSV"),
    *("epoch", "confident", "learning", "BatchNorm", "MiB", "GiB", "LogME", "Python", "plan"),
    *("probe", "SVG", "AP", "AP50", "AP75", "COCO", "IoU"),
}
#: What the fixtures call their data, where it stands inside of sentences.
DATA = {
    *("bundled", "ants", "bees", "wasps", "val", "train", "jpg", "txt", "csv", "stem", "blocks"),
    *("classical", "pixels", "hog", "dog", "full", "freeze", "photos"),
}
#: Elements whose text is data or code.
APART = {"bdi", "code", "style", "blockquote"}
VOID = {"meta", "link", "img", "image", "line", "circle", "path", "polyline", "rect"}


class Words(HTMLParser):
    """What a page says outside of data and code, attributes included; English parts apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.said: list[str] = []
        self.english: list[str] = []
        self.language: str | None = None
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.language = given["lang"]
        is_english = tag != "html" and given.get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, is_english))
        if tag != "th":  # there the title is the name of a class
            self.said += [
                given[key] or "" for key in ("alt", "aria-label", "title") if key in given
            ]

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if any(is_english for _, is_english in self.open):
            self.english.append(data)
        elif not APART & set(tags) and tags[-2:] != ["g", "title"]:
            self.said.append(data)


def left_over(html: str) -> set[str]:
    """English words that a Chinese page says by itself."""
    words = {word for said in Words(html).said for word in re.findall("[A-Za-z]{2,}", said)}
    return words - NAMES - DATA


def kept(labels: list[str]) -> KeptSamples:
    vectors = np.random.default_rng(0).normal(size=(len(labels), 5)).astype(np.float16)
    return KeptSamples(tuple(f"row {row}" for row in range(len(labels))), tuple(labels), vectors)


NOTES = (
    "Class folder wasps holds no pictures.",
    "'train' was taken for training and 'val' for testing.",
    "Labels that look wrong: 10 of 419 training samples, first train/a.jpg (labelled 'ants', looks "
    "like 'bees'). The report lists them.",
    "The class 'wasps' has one sample: it is learnt from but cannot be tested. Add samples of it.",
    "The classes are uneven: 'ants' has 300 samples, 'bees' has 3. Accuracy alone misleads here; "
    "look at macro F1.",
    "The same content carries different labels: train/a.jpg ('ants'), train/b.jpg ('bees'). Keep "
    "the right one.",
    "On training samples that were held out, the model without transfer (pixels and HOG, "
    "logistic regression) did better than the one with transfer by more than the standard error. "
    "The model without transfer was saved in its place, and that was settled before any test "
    "sample was seen.",
    "On the test samples the model without transfer (pixels and HOG, logistic regression) did "
    "better than the one with transfer. The model without transfer was saved in its place. So the "
    "test samples had a say in this choice, and its figures may be a little too good.",
    "Nothing shows that what 'bundled/x' computes tells these labels apart: on 90 held-out "
    "training samples a linear model of it is not measurably better than a guess that looks at "
    "no sample.",
    "bundled/x does not know 45% of what these texts are made of. Take a source for their "
    "language, such as transformers/bert-base-chinese or transformers/sentence-transformers/"
    "paraphrase-multilingual-MiniLM-L12-v2; without one the model without transfer (TF-IDF of "
    "characters) reads them.",
    "3 of 90 rows of 'photos.csv' are not UTF-8 text and were set aside. Save it as 'CSV UTF-8' to "
    "have them read.",
)
REASONS = (
    "the file is empty",
    "empty file (0 bytes)",
    "a link to a missing file",
    "not in a class folder",
    "no label (row 3 of photos.csv)",
    "cut short: image file is truncated",
    "200000 x 200000 pixels; at most 178956970 are accepted",
    "its class wasps does not occur in training",
    "not text but the number 3",
)
TRANSFORMERS = {"transformers", "bert", "base", "chinese", "sentence", "paraphrase"}
TRANSFORMERS |= {"multilingual", "MiniLM", "L12", "v2"}


def searched_evidence(evidence: Evidence, suspect: tuple[str, str, str]) -> Evidence:
    """With sources and plans that were compared, and everything that is decided on the way."""
    sources = tuple(
        {"source": name, "score": score, "samples": 90, "chosen": first, "stage_scores": scores}
        for name, score, first, scores in (
            ("bundled/x", 0.9, True, [0.5, 0.9]),
            ("bundled/full", 0.8, False, [0.6, 0.8]),
        )
    )
    plans = (
        {
            "plan": "probe",
            "score": 0.9,
            "seconds": 2.0,
            "chosen": True,
            "what_happened": "finished",
        },
        {
            "plan": "full",
            "score": None,
            "seconds": 0.0,
            "chosen": False,
            "what_happened": "not begun: no time",
        },
    )
    name, given, likely = suspect
    suspects = ({"input": name, "given": given, "looks_like": likely, "confidence": 0.9},)
    compared = (
        {"samples": "training, held out", "count": 90, "measure": "accuracy", "difference": 0.1},
    )
    return evidence.and_also(
        Decision(
            "which source",
            "bundled/x",
            "A linear model on its vectors beats one on those of bundled/full by 2.3 standard "
            "errors. Poor sources were dropped early: 1.4 passes over the samples in place of 4. "
            "The time limit left time for 90 of the 1,200 samples.",
            sources,
        ),
        Decision(
            "how similar",
            "far",
            "In its 49 BatchNorm layers 32 pictures lie 0.11 from what the source was trained on; "
            "above 0.08 is far.",
            ({"gap": 0.11, "layers": 49, "samples": 32},),
        ),
        Decision(
            "what to try first",
            "bias",
            "The samples are few (419, 139 a class) and unlike those of the source: all its stages "
            "adapt, but only a little of each.",
        ),
        Decision(
            "how much to transfer",
            "probe",
            "full is not better by more than a standard error, and trains more. In the time limit "
            "of 60 s, 3 of 7 plans were tried. How many that are depends on the machine, and so "
            "may the choice.",
            plans,
        ),
        Decision(
            "how strong a penalty",
            "10",
            "No other one has a measurably lower cross-validated log loss.",
            ({"inverse_penalty": 10.0, "cv_log_loss": 0.3, "chosen": True},),
        ),
        Decision(
            "which labels look wrong",
            "10 of 419",
            "Probes that did not learn from these samples are surer of another class than they "
            "usually are of it, by confident learning. Look at them: a label that is right may "
            "stay.",
            suspects,
        ),
        Decision(
            "should I transfer",
            "it cannot be told",
            "Nothing shows that the model with transfer is worse than the model without transfer "
            "(pixels and HOG, logistic regression), nor for certain that it is better; it was "
            "kept, as it was asked for.",
            compared,
        ),
    )


@pytest.fixture
def real_evidence(evidence) -> Evidence:
    """With reasons that are given, in place of the short ones of other tests."""
    (stages,) = evidence.decisions
    reason = "No other choice beats the last 2 joined by more than two standard errors."
    return Evidence((replace(stages, reason=reason),))


def trained(evidence: Evidence, trained_evidence: Evidence) -> Evidence:
    states, weights = trained_evidence.decisions[-2:]
    room = "They take 29 MiB, and 4.7 GiB are allowed; so they are read in each epoch."
    why = "On the samples held back it beats the last epoch by more than a standard error."
    return evidence.and_also(replace(states, reason=room), replace(weights, reason=why))


@pytest.fixture
def number_reports(result, number_result, number_evidence, number_predictions):
    """Numbers: the source hurts, cannot be told apart, or helps."""
    (stages,) = number_evidence.decisions
    why = "It beats the last stage by more than the standard error of the difference."
    evidence = Evidence((replace(stages, reason=why),))
    others = ("no measurable difference", "transfer helps")
    results = [number_result, *(replace(number_result, verdict=one) for one in others)]
    return [report_contents(one, evidence, number_predictions) for one in results]


@pytest.fixture
def place_reports(detection_result, localisation_result, segmentation_result):
    """Places: transfer helps, hurts, or cannot be told apart; of the best, or not saved."""
    found = []
    for one in (detection_result, localisation_result, segmentation_result):
        tied = Figure(0.01, -0.1, 0.1)
        reasons = (*PLACE_REASONS, "its class wasps does not occur in training")
        aside = tuple({"input": "train/a.jpg", "reason": reason} for reason in reasons)
        note = "3 of 50 pictures have no box: they teach what is not there."
        found += [
            replace(one, quarantined=aside, notes=(note,)),
            replace(one, verdict="no measurable difference", difference=tied),
            replace(one, verdict="transfer hurts", difference=Figure(-0.3, -0.4, -0.2)),
            replace(one, n_test=0, test={}, per_class={}, baselines=()),
        ]
    return [report_contents(one, Evidence(), (), _places(one)) for one in found]


def _places(result):
    """Thirteen test pictures of boxes, or of masks, of which twelve are kept."""
    names = [f"val/{number}.jpg" for number in range(13)]
    if result.task == "segmentation":
        task = SegmentationTask(result.classes)
        truth = [np.eye(6, dtype=np.uint8)] * 13
        answers = [np.where(np.arange(6) < number % 7, one, 0) for number, one in enumerate(truth)]
    else:
        kinds = {"detection": DetectionTask, "localisation": LocalisationTask}
        truth = [Boxes.of([(0, 0, 9, 9)], [result.classes[0]], (20, 10))] * 13
        task = kinds[result.task].from_labels(truth)
        answers = [
            Boxes.of([(0, 0, 9, 1 + number % 9)], [result.classes[0]], (20, 10), [0.75])
            for number in range(13)
        ]
    masks = [ArrayMask(one) if isinstance(one, np.ndarray) else one for one in truth]
    picture = thumbnail(Image.new("RGB", (20, 10)))
    return Exhibits(thumbnails={names[0]: picture}, places=keep_places(task, names, masks, answers))


PLACE_REASONS = (
    "it has no box; localisation accepts exactly one a picture",
    "it has 3 boxes; localisation accepts exactly one a picture",
    "no pixel of its mask counts",
    "its mask holds the class 7, which has no name",
)
_POINT = {"labels": 8, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}}
CURVE = {
    "measure": "accuracy",
    "curves": [
        {"name": f"{how} transfer", "points": [_POINT], "expected": [{**_POINT, "labels": 16}]}
        for how in ("with", "without")
    ],
}


@pytest.fixture
def reports(result, fallen_result, bare_result, trained_result, real_evidence, trained_evidence):
    """Classes: everything on one page, and everything that can be otherwise."""
    full = searched_evidence(real_evidence, ("train/a.jpg", "ants", "bees"))
    quarantined = tuple({"input": "train/a.jpg", "reason": reason} for reason in REASONS)
    found = replace(
        result, notes=NOTES, quarantined=quarantined, seconds={"read": 0.01, "train": 252}
    )
    with_training = trained(real_evidence, trained_evidence)
    vain = with_training.decisions[-1]
    first = tuple({**row, "chosen": row["epoch"] == 0} for row in vain.measurements)
    in_vain = Evidence((*with_training.decisions[:-1], replace(vain, measurements=first)))
    mean = tuple({**row, "chosen": row["epoch"] > 0} for row in vain.measurements)
    averaged = replace(vain, answer="average of epochs 1 to 3", measurements=mean)
    tied = replace(result, verdict="no measurable difference", difference=Figure(0.02, -0.1, 0.1))
    single = replace(tied, modality="text", n_test=20, confusion=((64, 1), (0, 80)))
    perfect = replace(
        result, test={"accuracy": Figure(1.0, 0.9, 1.0)}, confusion=((70, 0), (0, 83))
    )
    unlike = replace(result, calibration=({"confidence": 0.9, "accuracy": 0.6, "count": 9},))
    modest = replace(result, calibration=({"confidence": 0.6, "accuracy": 0.9, "count": 9},))
    return [
        report_contents(found, full, (), Exhibits(curve=CURVE)),
        report_contents(trained_result, with_training),
        report_contents(trained_result, in_vain),
        report_contents(trained_result, Evidence((*with_training.decisions[:-1], averaged))),
        report_contents(fallen_result, real_evidence),
        report_contents(replace(fallen_result, verdict=tied.verdict), real_evidence),
        report_contents(bare_result, real_evidence),
        report_contents(bare_result, Evidence()),
        *(report_contents(one, real_evidence) for one in (tied, single, perfect, unlike, modest)),
    ]


def in_chinese(contents: dict[str, Any]) -> str:
    return render_html(translated(contents, "zh"))


def test_chinese_pages_hold_no_english_but_names(reports, number_reports, place_reports):
    for contents in (*reports, *number_reports, *place_reports):
        told = translated(contents, "zh")
        assert told["untranslated"] == []
        html = render_html(told)
        assert left_over(html) - TRANSFORMERS == set(), contents["answer"]
        assert Words(html).language == "zh-Hans"
        assert Words(html).english == []


def test_cards_maps_and_explanations_are_chinese(result, real_evidence, predictions):
    first, second, third = (row["input"] for row in predictions[:3])
    labels = [f"class {number % 9}" for number in range(27)]
    exhibits = Exhibits(
        thumbnails={first: JPEG, second: JPEG},
        texts={third: "so slow"},
        nearest={first: [Nearest("row 3", "cat", 0.9, "a slow one")]},
        explanations={
            first: PictureExplanation("ants", np.eye(2), Image.new("RGB", (20, 20))),
            third: TextExplanation("dog", (("so ", -0.1), ("slow", 0.3))),
        },
        training=kept(labels),
    )
    html = in_chinese(report_contents(result, real_evidence, predictions, exhibits))
    assert left_over(html) == set()
    assert "橙色部分支持模型的答案" in html
    assert "<bdi>其他 3 个类别</bdi>" in html
    assert "<bdi>class 0</bdi>" in html
    assert "so </span>" in html


def test_the_markdown_says_it_in_chinese_too(reports, number_reports, place_reports):
    for contents in (*reports, *number_reports, *place_reports):
        text = re.sub(
            r"^- .*(?:predict|fit|sources|load|epochs).*$",
            "",
            render_markdown(translated(contents, "zh")),
            flags=re.MULTILINE,
        )
        words = set(re.findall("[A-Za-z]{2,}", text))
        assert words - NAMES - DATA - TRANSFORMERS - {"empty", "bias", "same", "Accuracy"} == set()
        assert text.startswith("# headstart 报告")


def test_the_answer_reads_like_chinese(result, real_evidence):
    answer = translated(report_contents(result, real_evidence), "zh")["answer"]
    assert answer["headline"] == "与您的测试图片同类的新图片，每 100 张大约能标对 94 张"
    assert (
        answer["small_print"]
        == "95% 置信区间为每 100 个中 89～97 个；用没有参与训练的 153 张图片测得"
    )
    assert answer["verdict"]["title"] == "迁移有帮助"
    assert answer["beats"] == (
        "得分高于“多数类”（100 个中对 54 个）和“像素与 HOG 特征，逻辑回归”（100 个中对 71 个）。"
    )


def test_what_the_data_say_is_not_translated(result, real_evidence, predictions):
    names = ("Accuracy", "pictures")
    hostile = replace(
        result,
        classes=names,
        source="yes",
        duplicates=("Plan",),
        near_duplicates=(NearDuplicate("Source", "Reason", 0.99),),
        quarantined=({"input": "Accuracy", "reason": "no label"},),
        notes=("The class folder 'Accuracy' is empty and was left out.",),
    )
    rows = [
        {**row, "input": "test", "label": "Accuracy", "predicted": "text"} for row in predictions
    ]
    exhibits = Exhibits(training=kept(["Accuracy", "pictures", "yes"] * 3))
    searched = searched_evidence(real_evidence, ("Accuracy", "yes", "no"))
    told = translated(report_contents(hostile, searched, rows, exhibits), "zh")
    assert told["confusion"]["classes"] == ["Accuracy", "pictures"]
    assert told["confusion"]["mixups"][0]["true"] == "Accuracy"
    assert told["method"]["source"] == "yes"
    assert told["facts"][3] == {"name": "源模型", "value": "yes"}
    assert told["duplicates"] == ["Plan"]
    assert (told["near_duplicates"][0]["test"], told["near_duplicates"][0]["train"]) == (
        "Source",
        "Reason",
    )
    assert told["quarantined"] == [{"input": "Accuracy", "reason": "没有标签"}]
    assert told["notes"] == ["类别文件夹“Accuracy”是空的，已略过。"]
    card = told["hardest"][0]
    assert (card["input"], card["label"], card["predicted"]) == ("test", "Accuracy", "text")
    assert sorted(group["name"] for group in told["map"]["groups"]) == [
        "Accuracy",
        "pictures",
        "yes",
    ]
    decisions = {one["question"]: one for one in told["method"]["decisions"]}
    assert decisions["哪些标签看起来有误"]["rows"] == [["Accuracy", "yes", "no", "0.9"]]
    assert "把“Accuracy”认成“pictures”（6 次）" in told["next_steps"][0]["text"]


def test_what_the_data_say_is_never_markup_in_chinese_either(result, real_evidence, predictions):
    attack = "<script>alert(1)</script>\"'& %(x)s {name} %"
    hostile = replace(
        result,
        classes=(attack, "bees"),
        source=attack,
        notes=(attack, f"The class folder '{attack}' is empty and was left out."),
        duplicates=(attack,),
        quarantined=({"input": attack, "reason": attack},),
        compared_with=attack,
        baselines=(BaselineFigures(attack, result.baselines[0].test),),
        seconds={attack: 1.0},
    )
    rows = [{**row, "input": attack, "label": attack} for row in predictions]
    contents = report_contents(
        hostile, real_evidence, rows, Exhibits({attack: JPEG}), {attack: attack}
    )
    html = in_chinese(contents)
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp; %(x)s {name} %") > 15
    Words(html)
    markdown = render_markdown(translated(contents, "zh"))
    assert "<script" not in markdown
    assert "%(x)s {name} %" in markdown


def test_what_nobody_translated_is_marked_as_english(result, real_evidence):
    odd = replace(
        result, notes=("It rains <here>.", "The class folder 'a' is empty and was left out. Oh.")
    )
    told = translated(report_contents(odd, real_evidence), "zh")
    assert told["untranslated"] == ["It rains <here>.", "Oh."]
    html = render_html(told)
    assert '<li><span lang="en">It rains &lt;here&gt;.</span></li>' in html
    assert '<li>类别文件夹“a”是空的，已略过。 <span lang="en">Oh.</span></li>' in html


def test_what_is_endless_is_left_as_it_is(result, real_evidence):
    endless = "Good. " * 5000 + "It is “a” (1 of 100), " * 5000
    named = f"The class folder '{endless}' is empty and was left out."
    odd = replace(result, notes=(endless, named))
    told = translated(report_contents(odd, real_evidence), "zh")
    assert told["notes"] == [endless, f"类别文件夹“{endless}”是空的，已略过。"]
    assert told["untranslated"] == [endless]


def test_english_is_left_alone(result, real_evidence):
    contents = report_contents(result, real_evidence)
    assert translated(contents, "en") == contents
    assert 'lang="en"' in render_html(contents)
    assert render_html(contents).count("lang=") == 1


def test_both_languages_have_the_same_keys_and_numbers(reports):
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(item) for key, item in value.items()}
        if isinstance(value, list):
            return [shape(item) for item in value]
        return None if isinstance(value, str) else value

    for contents in reports:
        told = translated(contents, "zh")
        json.dumps(told)
        assert shape(told) == shape(contents)


def test_no_place_that_is_translated_is_a_misspelt_one(reports, number_reports, place_reports):
    """Each path leads somewhere on some report."""

    def reached(value: Any, path: list[str]) -> bool:
        if not path:
            return isinstance(value, str)
        if path[0] == "*":
            return isinstance(value, list) and any(reached(one, path[1:]) for one in value)
        return isinstance(value, dict) and reached(value.get(path[0]), path[1:])

    given = [*reports, *number_reports, *place_reports]
    for path in OURS:
        assert any(reached(contents, path.split(".")) for contents in given), path


@pytest.mark.parametrize("name", ["de", "zh-TW", "", "../zh"])
def test_other_languages_are_refused(name, result, real_evidence):
    with pytest.raises(InputError, match=r"no report in the language .* Accepted: en .*, zh"):
        check_language(name)
    with pytest.raises(InputError, match="no report in the language"):
        translated(report_contents(result, real_evidence), name)
