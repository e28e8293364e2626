"""Evidence: decisions in the order in which they were taken."""

from __future__ import annotations

import json

from headstart.evidence import Decision, Evidence

FIRST = Decision("which stages", "last", "Nothing beats it.", ({"stages": "last", "loss": 0.5},))
SECOND = Decision("how strong a penalty", "10", "It has the lowest loss.")


def test_more_decisions_come_after_those_before():
    evidence = Evidence((FIRST,))
    assert evidence.and_also(SECOND).decisions == (FIRST, SECOND)
    assert evidence.decisions == (FIRST,)


def test_json_and_back():
    evidence = Evidence((FIRST, SECOND))
    assert Evidence.from_dict(json.loads(json.dumps(evidence.to_dict()))) == evidence


def test_no_decision_is_evidence_too():
    assert Evidence.from_dict(Evidence().to_dict()) == Evidence()
