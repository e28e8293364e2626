"""Services that tests share: none of them is changed by a request."""

from __future__ import annotations

import pytest
from tests.serving import picture_model, running, text_model
from tests.unit.fitting.conftest import same_photos, tiny_source

__all__ = ["same_photos", "tiny_source"]


@pytest.fixture(scope="session")
def pictures():
    """A service of a model that tells red from blue."""
    with running(picture_model(), name="colours") as service:
        yield service


@pytest.fixture(scope="session")
def texts():
    """A service of a model that tells praise from blame."""
    with running(text_model(), name="reviews") as service:
        yield service
