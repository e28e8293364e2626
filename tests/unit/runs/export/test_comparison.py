"""What is said of an exported model, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headstart import load
from headstart.errors import RunError
from headstart.runs.export.check_samples import check_samples
from headstart.runs.export.comparison import Comparison, Reference
from headstart.runs.export.exportable import PROBABILITIES, VALUE, Exportable

FOUND = Comparison(8, "inputs", True, 3.14e-6, 1.0, 8, "f32", 3.14e-6)


def test_what_is_said_of_probabilities():
    assert FOUND.lines(PROBABILITIES) == [
        "Checked on 8 inputs: largest difference of a probability 3.1e-06 (both in float32; the "
        "same class for all)"
    ]
    (line,) = replace(FOUND, same=7).lines(PROBABILITIES)
    assert line.endswith("the same class for 7 of 8)")


def test_what_is_said_of_numbers():
    (line,) = replace(FOUND, size=250.0).lines(VALUE)
    assert line == (
        "Checked on 8 inputs: largest difference of a number 3.1e-06 beside numbers of up to 250 "
        "(both in float32)"
    )


def test_what_is_said_beside_it():
    coarse = replace(FOUND, precision="bf16", as_it_predicts=0.02, are_real=False)
    assert coarse.lines(PROBABILITIES)[1:] == [
        "The run itself predicts in bf16: there the largest difference is 2.0e-02",
        "None of the test inputs of the run is at hand any more: --check DATA checks on real ones",
    ]


@pytest.fixture
def reference(run_of):
    def make(numbers):
        place = run_of(numbers=numbers)
        run = Exportable.of(place, load(place))
        return run, Reference.of(run, check_samples(run))

    return make


def test_numbers_are_judged_by_their_size(reference):
    run, known = reference(numbers=True)
    size = np.abs(known.exact).max()
    assert known.compare(run, known.exact + 0.9e-3 * size).is_near
    with pytest.raises(RunError, match=r"differs from it by up to .* accepted is"):
        known.compare(run, known.exact + 1.1e-3 * size)


def test_the_first_sample_that_differs_is_named(reference):
    run, known = reference(numbers=False)
    other = known.exact.copy()
    other[3, 0] += 0.01
    with pytest.raises(RunError, match=r"on 16 made-up inputs .* by up to 1\.0e-02 \(first for im"):
        known.compare(run, other)
    assert known.compare(run, known.exact).difference == 0.0
