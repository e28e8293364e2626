"""Probes that are fitted once for the same samples, in tests of what is done with them.

A small fit spends half its time on probes, most of them of the classical features of the same few
pictures. A probe depends on nothing but its samples and its plan, bit for bit
(``tests/unit/training/test_probe.py``), so that the answer may be kept.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from headstart.plan import HeadPlan
from headstart.training import probe
from headstart.training.probe import Probe, Samples


@contextmanager
def remembered_probes() -> Iterator[dict[str, Probe]]:
    """What was fitted meanwhile, by a digest of everything that went into it."""
    fitted: dict[str, Probe] = {}
    fit = probe._fit_probe

    def remembered(samples: Samples, plan: HeadPlan) -> Probe:
        key = hashlib.sha256(pickle.dumps((samples, plan))).hexdigest()
        if key not in fitted:
            fitted[key] = fit(samples, plan)
        return fitted[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe, "_fit_probe", remembered)
        yield fitted
