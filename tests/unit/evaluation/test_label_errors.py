"""Labels that look wrong."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data import stratified_folds
from headstart.errors import InputError
from headstart.evaluation.label_errors import label_errors
from headstart.training.linear_head import softmax
from headstart.training.objective import LogisticObjective
from headstart.training.probe import Samples, fit_probe


def names(count):
    return [f"{row}.png" for row in range(count)]


def planted(n_flips, seed=0):
    """Probabilities of a probe that did not learn from the sample, and labels of which some lie."""
    rng = np.random.default_rng(seed)
    truth = np.arange(150) % 3
    vectors = rng.normal(size=(150, 6))
    vectors[:, :3] += 5.0 * np.eye(3)[truth]
    flipped = rng.permutation(150)[:n_flips]
    codes = truth.copy()
    codes[flipped] = (codes[flipped] + 1) % 3
    folds = stratified_folds(codes, range(150), 5, seed)
    probe = fit_probe(Samples({"x": vectors}, codes, LogisticObjective(3), folds))
    held_out = probe.held_out
    shares = np.empty((150, 3))
    shares[held_out.rows] = softmax(held_out.scores / probe.head.temperature)
    return shares, codes, truth, set(flipped.tolist())


def test_planted_flips_are_found():
    shares, codes, truth, flipped = planted(8)
    count, errors = label_errors(shares, codes, names(150))
    found = {error.row for error in errors}
    assert len(found & flipped) >= 6
    assert found <= flipped
    assert count == len(errors)
    for error in errors:
        assert error.name == f"{error.row}.png"
        assert error.given == codes[error.row]
        if error.row in flipped:
            assert error.likely == truth[error.row]
    assert [error.confidence for error in errors] == sorted(
        (error.confidence for error in errors), reverse=True
    )


def test_right_labels_are_not_suspected():
    shares, codes, _, _ = planted(0)
    assert label_errors(shares, codes, names(150)) == (0, [])


def test_the_surest_of_many_are_returned():
    shares, codes, _, _ = planted(14)
    count, errors = label_errors(shares, codes, names(150), most=3)
    assert count > len(errors) == 3
    every = label_errors(shares, codes, names(150), most=100)[1]
    assert errors == every[:3]


def test_a_class_that_no_label_has_does_no_harm():
    shares, codes, _, _ = planted(8)
    wider = np.column_stack([shares, np.zeros(150)])
    assert label_errors(wider, codes, names(150)) == label_errors(shares, codes, names(150))


@pytest.mark.parametrize("codes", [np.zeros(20, dtype=int), np.repeat([0, 1], [17, 3])])
def test_too_little_to_tell(codes):
    shares = np.full((20, 2), 0.01) + 0.98 * np.eye(2)[1 - codes]
    assert label_errors(shares, codes, names(20)) == (0, [])


def test_nothing_is_printed(capfd):
    shares, codes, _, _ = planted(8)
    label_errors(shares, codes, names(150))
    assert capfd.readouterr() == ("", "")


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"probabilities of shape \(3, 2\), 2 codes and 3 names"):
        label_errors(np.full((3, 2), 0.5), np.array([0, 1]), names(3))
