import dataclasses
import json

import pytest

from headstart.backbones.source import Source
from headstart.errors import SourceError


@pytest.mark.parametrize("classes", [None, ("ant", "bee")])
def test_plain_data_is_json_and_back(source, classes):
    source = dataclasses.replace(source, classes=classes)
    assert Source.from_dict(json.loads(json.dumps(source.to_dict()))) == source


def test_a_missing_fact_is_named(source):
    plain = source.to_dict()
    del plain["licence"]
    with pytest.raises(SourceError, match="licence"):
        Source.from_dict(plain)


def test_an_unknown_fact_is_named(source):
    with pytest.raises(SourceError, match="colour"):
        Source.from_dict({**source.to_dict(), "colour": "red"})
