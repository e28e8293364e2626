"""Models small enough to be fitted for every test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from headstart import TransferClassifier
from headstart.runs import Model


def fitted(labels) -> Model:
    """A model of three-feature embeddings, ten a class."""
    codes = np.arange(10 * len(labels)) % len(labels)
    vectors = np.random.default_rng(0).normal(size=(len(codes), 3)) + codes[:, None]
    return TransferClassifier().fit(vectors, np.asarray(labels)[codes]).model_


@pytest.fixture(scope="session")
def model() -> Model:
    return fitted(["cat", "dog"])


@pytest.fixture
def run(model: Model, tmp_path: Path) -> Path:
    """A run folder of its own for every test."""
    return model.save(tmp_path / "run")


@pytest.fixture
def fit_labels():
    return fitted
