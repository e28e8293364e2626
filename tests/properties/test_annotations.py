from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from headstart.data.box_reading import read_boxes
from headstart.data.boxes import Boxes
from headstart.data.coco_file import to_coco
from headstart.errors import InputError

SIZE = (64, 48)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


@st.composite
def found_boxes(draw):
    rows = draw(
        st.lists(
            st.tuples(st.floats(0, 60), st.floats(0, 44), st.floats(0.5, 4), st.floats(0.5, 4)),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    classes = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.strip))
    labels = [draw(st.sampled_from(classes)) for _ in rows]
    scores = draw(st.none() | st.just(np.linspace(0.1, 0.9, len(rows))))
    corners = [(x, y, x + width, y + height) for x, y, width, height in rows]
    return Boxes.of(corners, labels, SIZE, scores), classes


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(found_boxes())
def test_what_is_written_as_coco_is_read_back(tmp_path, drawn):
    boxes, classes = drawn
    Image.new("RGB", SIZE).save(tmp_path / "a.png")
    (tmp_path / "boxes.json").write_bytes(to_coco(["a.png"], [SIZE], [boxes], classes))
    (back,) = read_boxes(tmp_path / "boxes.json").labels
    assert back.corners == pytest.approx(boxes.corners, abs=2e-3)
    assert back.labels.tolist() == [label.strip() for label in boxes.labels]
    assert (back.scores is None) == (boxes.scores is None)
    if boxes.scores is not None:
        assert back.scores == pytest.approx(boxes.scores, abs=1e-6)


def test_a_box_of_another_class_or_without_end_is_not_written():
    boxes = Boxes.of([(0, 0, 1, 1)], ["cat"], SIZE, [0.5])
    with pytest.raises(InputError, match="A box is of the class 'cat'; the classes are 'dog'"):
        to_coco(["a"], [SIZE], [boxes], ["dog"])
    with pytest.raises(InputError, match="2 names, 1 sizes and boxes of 1 pictures"):
        to_coco(["a", "b"], [SIZE], [boxes], ["cat"])
    endless = Boxes.of([(0, 0, np.inf, 1)], ["cat"], SIZE)
    with pytest.raises(InputError, match="no finite number"):
        to_coco(["a"], [SIZE], [endless], ["cat"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "bbox", "file_name", "image_id", "images", "annotations"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["images", "categories", "annotations"]), st.data())
def test_any_json_is_answered(tmp_path, part, data):
    Image.new("RGB", SIZE).save(tmp_path / "a.png")
    document = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    record = {
        **document[part][0],
        **data.draw(st.dictionaries(st.sampled_from(sorted(document[part][0])), JSON)),
    }
    document[part] = data.draw(st.just([*document[part], record]) | st.just([record]) | JSON)
    (tmp_path / "boxes.json").write_text(json.dumps(document))
    try:
        read = read_boxes(tmp_path / "boxes.json")
    except InputError:
        return
    assert sum(len(boxes) for boxes in read.labels) >= 1
