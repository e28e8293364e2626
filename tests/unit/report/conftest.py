from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headstart.evaluation.place_baselines import CLASS_BOXES, MAJORITY, MEAN_BOX, USUAL
from headstart.evaluation.result import (
    BaselineFigures,
    NearDuplicate,
    Result,
    TransferFigures,
)
from headstart.evidence import Decision, Evidence
from headstart.metrics.figure import Figure
from headstart.plan import HeadPlan, Plan, StagePlan, TrainingPlan, frozen_plan

STAGES = ("stem", "blocks.0", "blocks.1")


def figures(accuracy: float) -> dict[str, Figure]:
    return {
        "accuracy": Figure(accuracy, accuracy - 0.05, min(accuracy + 0.03, 1.0)),
        "macro_f1": Figure(accuracy - 0.01, accuracy - 0.06, min(accuracy + 0.03, 1.0)),
        "auroc": Figure(0.98, 0.96, 0.99),
        "log_loss": Figure(0.2, 0.1, 0.3),
        "calibration_error": Figure(0.03, 0.01, 0.06),
    }


@pytest.fixture
def result() -> Result:
    plan = frozen_plan("bundled/x", STAGES).with_head(HeadPlan(("blocks.0", "blocks.1"), 0.1))
    return Result(
        task="classification",
        modality="image",
        classes=("ants", "bees"),
        n_train=244,
        n_test=153,
        source="bundled/x",
        plan=plan.to_dict(),
        test=figures(0.94),
        baselines=(
            BaselineFigures("majority class", figures(0.54)),
            BaselineFigures("pixels and HOG, logistic regression", figures(0.71)),
        ),
        compared_with="pixels and HOG, logistic regression",
        verdict="transfer helps",
        difference=Figure(0.23, 0.15, 0.31),
        confusion=((64, 6), (3, 80)),
        calibration=(
            {"confidence": 0.55, "accuracy": 0.5, "count": 8},
            {"confidence": 0.97, "accuracy": 0.99, "count": 145},
        ),
        duplicates=("train/same.jpg",),
        near_duplicates=(NearDuplicate("val/a.jpg", "train/b.jpg", 0.987),),
        quarantined=({"input": "train/empty.jpg", "reason": "the file is empty"},),
        notes=("Class folder wasps holds no pictures.",),
        seconds={"read": 0.2, "encode": 1.9},
    )


@pytest.fixture
def fallen_result(result: Result) -> Result:
    """Transfer hurt, so the classical model was saved."""
    plan = frozen_plan("classical", ("pixels", "hog"), "none").with_head(HeadPlan(("hog",), 0.1))
    tried = TransferFigures(result.source, result.plan, figures(0.62))
    return replace(
        result,
        source="classical",
        plan=plan.to_dict(),
        test=result.baselines[1].test,
        verdict="transfer hurts",
        difference=Figure(-0.09, -0.15, -0.03),
        fallback=result.baselines[1].name,
        with_transfer=tried,
    )


@pytest.fixture
def evidence() -> Evidence:
    rows = [
        {
            "stages": stages,
            "cv_accuracy": accuracy,
            "cv_log_loss": 0.3,
            "standard_error": 0.02,
            "chosen": stages == "blocks.0 + blocks.1",
        }
        for stages, accuracy in (("stem", 0.6), ("blocks.1", 0.9), ("blocks.0 + blocks.1", 0.93))
    ]
    return Evidence((Decision("which stages", "blocks.0 + blocks.1", "Best.", tuple(rows)),))


@pytest.fixture
def trained_result(result: Result) -> Result:
    """The last of three stages was trained further for three epochs."""
    stages = (*(StagePlan(name) for name in STAGES[:2]), StagePlan(STAGES[2], mode="train"))
    plan = Plan("bundled/x", stages, HeadPlan(STAGES[2:], 0.1), TrainingPlan(epochs=3))
    return replace(result, plan=plan.to_dict())


def epoch(number: int, train: float | None, valid: float | None, chosen: bool) -> dict[str, Any]:
    return {
        "epoch": number,
        "train_loss": train,
        "valid_loss": valid,
        "valid_score": None if valid is None else 1 - valid,
        "seconds": 1.5,
        "chosen": chosen,
    }


@pytest.fixture
def trained_evidence(evidence: Evidence) -> Evidence:
    """Training was best after its second epoch."""
    rows = (
        epoch(0, None, 0.75, False),
        epoch(1, 0.5, 0.5, False),
        epoch(2, 0.25, 0.375, True),
        epoch(3, 0.125, 0.4, False),
    )
    room = ({"bytes needed": 10, "bytes allowed": 20, "stored": True},)
    return evidence.and_also(
        Decision("where the states at the cut come from", "stored once", "They fit.", room),
        Decision("which weights", "epoch 2", "It is the best.", rows),
    )


@pytest.fixture
def bare_result(result: Result) -> Result:
    """No test set, no baselines, nothing found: embeddings given with labels and no more."""
    empty: dict[str, Any] = dict.fromkeys(
        ("baselines", "confusion", "calibration", "duplicates", "near_duplicates", "notes"), ()
    )
    nothing: dict[str, Any] = dict.fromkeys(("verdict", "difference", "compared_with"))
    return replace(
        result,
        modality="embedding",
        n_test=0,
        test={},
        plan={},
        quarantined=(),
        seconds={},
        **empty,
        **nothing,
    )


@pytest.fixture
def predictions() -> list[dict[str, Any]]:
    """Twenty, of which the first are the hardest."""
    return [
        {
            "input": f"val/{place}.jpg",
            "label": "ants",
            "predicted": "ants" if place > 9 else "bees",
            "correct": place > 9,
            "confidence": max(place / 20, 1 - place / 20),
            "probabilities": {"ants": place / 20, "bees": 1 - place / 20},
        }
        for place in range(20)
    ]


def error_figures(error: float) -> dict[str, Figure]:
    return {
        "r2": Figure(0.8, 0.7, 0.9),
        "mean_absolute_error": Figure(error, 0.9 * error, 1.2 * error),
        "root_mean_squared_error": Figure(1.3 * error, 1.1 * error, 1.6 * error),
    }


@pytest.fixture
def number_result(result: Result) -> Result:
    """The age of trees, say."""
    return replace(
        result,
        task="regression",
        classes=(),
        test=error_figures(2.5),
        baselines=(
            BaselineFigures("mean of the training targets", error_figures(11.0)),
            BaselineFigures("pixels and HOG, ridge regression", error_figures(2.0)),
        ),
        compared_with="pixels and HOG, ridge regression",
        verdict="transfer hurts",
        difference=Figure(-0.5, -0.8, -0.2),
        confusion=(),
        calibration=(),
    )


def place_result(result: Result, task: str, rules: tuple[str, ...], **names: str) -> Result:
    """The figure that models are compared by is in ``names`` as ``main``, another as ``other``."""
    test = {names["main"]: Figure(0.8, 0.7, 0.9), names["other"]: Figure(0.6, 0.5, 0.7)}
    of_rule = {names["main"]: Figure(0.5, 0.4, 0.6), names["other"]: Figure(0.1, 0.0, 0.2)}
    return replace(
        result,
        task=task,
        test=test,
        baselines=tuple(BaselineFigures(rule, of_rule) for rule in rules),
        compared_with=rules[0],
        difference=Figure(0.3, 0.2, 0.4),
        confusion=(),
        calibration=(),
        per_class={"ants": Figure(0.7, 0.6, 0.8), "bees": Figure(0.9, 0.8, 1.0)},
    )


@pytest.fixture
def detection_result(result: Result) -> Result:
    return place_result(result, "detection", (CLASS_BOXES,), main="ap50", other="ap")


@pytest.fixture
def localisation_result(result: Result) -> Result:
    found = place_result(result, "localisation", (MEAN_BOX,), main="mean_iou", other="share_iou50")
    return replace(found, per_class={}, classes=("ants",))


@pytest.fixture
def segmentation_result(result: Result) -> Result:
    return place_result(
        result, "segmentation", (USUAL, MAJORITY), main="mean_iou", other="pixel_accuracy"
    )


@pytest.fixture
def number_evidence() -> Evidence:
    rows = [
        {
            "stages": stages,
            "cv_absolute_error": error,
            "cv_squared_error": error**2,
            "standard_error": 0.25,
            "chosen": stages == "blocks.1",
        }
        for stages, error in (("stem", 9.0), ("blocks.1", 2.625))
    ]
    return Evidence((Decision("which stages", "blocks.1", "Best.", tuple(rows)),))


@pytest.fixture
def number_predictions() -> list[dict[str, Any]]:
    """Twenty, of which the last are the hardest."""
    return [
        {
            "input": f"val/{place}.jpg",
            "label": 100.0 + place,
            "predicted": 100.0 + place + (-1) ** place * place / 4,
            "error": (-1) ** place * place / 4,
        }
        for place in range(20)
    ]
