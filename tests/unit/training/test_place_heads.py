"""What heads are to say of a picture in a view, how wrong that is, and that it can be read back."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from headstart.activations.windows import PLACED_VIEWS, placement_of
from headstart.backbones.providers.seeding import seeded
from headstart.data.boxes import Boxes
from headstart.data.masks import ArrayMask
from headstart.data.placement import Placement
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.registry import PLACE_TASKS
from headstart.tasks.segmentation import SegmentationTask
from headstart.training.place_heads import HEADS, head_for

CANVAS, SIZE = (64, 96), (96, 64)
CHANNELS = (6, 8, 10, 12)
TASKS = {
    "detection": DetectionTask(("ant", "bee")),
    "localisation": LocalisationTask("ant"),
    "segmentation": SegmentationTask(("ground", "ant")),
}
STRIDES = {"detection": (8, 16, 32), "localisation": (32,), "segmentation": (4, 8, 16, 32)}


def make_head(name, canvas=CANVAS, **settings):
    strides = STRIDES[name]
    with seeded(0):
        return head_for(
            TASKS[name], CHANNELS[: len(strides)], strides, canvas, **{"width": 32, **settings}
        ).eval()


def maps_for(name, count=2, canvas=CANVAS):
    shapes = [(-(-canvas[0] // stride), -(-canvas[1] // stride)) for stride in STRIDES[name]]
    random = torch.Generator().manual_seed(0)
    pairs = zip(CHANNELS[: len(shapes)], shapes, strict=True)
    return [torch.randn(count, channels, *shape, generator=random) for channels, shape in pairs]


def some(corners, labels=None, size=SIZE):
    return Boxes.of(corners, ["ant"] * len(corners) if labels is None else labels, size)


WHOLE = Placement.fit(SIZE, CANVAS)
MIRRORED = placement_of("mirrored", SIZE, CANVAS)


@pytest.fixture(scope="module")
def heads():
    return {name: make_head(name) for name in HEADS}


def test_every_task_has_a_head():
    assert set(HEADS) == set(PLACE_TASKS) == set(TASKS)


def target_for(name):
    if name == "segmentation":
        codes = np.zeros(SIZE[::-1], dtype=np.uint8)
        codes[10:40, 8:50] = 1
        return ArrayMask(codes)
    return some([(8, 10, 50, 40)])


@pytest.mark.parametrize("name", HEADS)
def test_outputs_can_be_learned_and_every_parameter_learns(heads, name):
    head = heads[name]
    outputs = head(maps_for(name))
    goals = [head.goal(target_for(name), place) for place in (WHOLE, MIRRORED)]
    loss = head.loss(outputs, goals)
    assert loss.shape == ()
    assert math.isfinite(float(loss.detach()))
    head.zero_grad()
    loss.backward()
    for path, one in head.named_parameters():
        assert one.grad is not None, path
        assert torch.isfinite(one.grad).all(), path


@pytest.mark.parametrize("name", HEADS)
def test_the_loss_of_a_batch_is_a_mean(heads, name):
    head = heads[name]
    goal = head.goal(target_for(name), WHOLE)
    with torch.no_grad():
        outputs = head(maps_for(name, 1))
        single = float(head.loss(outputs, [goal]))
        double = float(head.loss(tuple(torch.cat([one, one]) for one in outputs), [goal, goal]))
    assert double == pytest.approx(single, rel=1e-4)


@pytest.mark.parametrize("name", HEADS)
def test_the_answer_is_read_from_the_outputs_of_one_picture(heads, name):
    head = heads[name]
    with torch.no_grad():
        outputs = [one[0].numpy() for one in head(maps_for(name))]
    for size in (SIZE, (1, 1), (300, 20)):
        found = TASKS[name].read(outputs, head.strides, Placement.fit(size, CANVAS))
        assert found.size == size
        if not isinstance(found, Boxes):
            assert found.codes().shape == size[::-1]


def test_a_box_of_a_mirrored_view_is_mirrored(heads):
    box = some([(8, 10, 50, 40), (60, 5, 90, 60)], ["bee", "ant"])
    goal = heads["detection"].goal(box, MIRRORED)
    assert goal.boxes.tolist() == [[46, 10, 88, 40], [6, 5, 36, 60]]
    assert goal.labels.tolist() == [1, 0]
    assert (goal.boxes.dtype, goal.labels.dtype) == (torch.float32, torch.int64)
    (middle, *_) = heads["localisation"].goal(some([(8, 10, 50, 40)]), MIRRORED).tolist()
    assert middle == pytest.approx(67 / 96)


def test_of_boxes_that_are_cut_off_the_rest_counts_until_little_is_left(heads):
    place = placement_of("upper left", SIZE, CANVAS)  # 0 to 72 of 96, 0 to 48 of 64
    corners = [(60, 0, 84, 24), (66, 0, 96, 24), (80, 50, 90, 60), (0, 0, 12, 12)]
    goal = heads["detection"].goal(some(corners), place)
    scale = 96 / 72
    expected = np.array([(60, 0, 72, 24), (0, 0, 12, 12)]) * scale
    assert goal.boxes.numpy() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("corners", [[], [(5, 5, 5, 9)], [(5.2, 5.2, 5.9, 5.9)]])
def test_a_picture_without_a_box_that_can_be_learned_has_a_finite_loss(heads, corners):
    head = heads["detection"]
    outputs = head(maps_for("detection"))
    goals = [head.goal(some(corners), WHOLE), head.goal(some([]), MIRRORED)]
    loss = head.loss(outputs, goals)
    assert math.isfinite(float(loss.detach()))
    head.zero_grad()
    loss.backward()
    assert all(torch.isfinite(one.grad).all() for one in head.parameters() if one.grad is not None)


def test_pixels_that_are_ignored_do_not_count(heads):
    head = heads["segmentation"]
    nothing = head.goal(ArrayMask(np.full(SIZE[::-1], 255, dtype=np.uint8)), WHOLE)
    goal = head.goal(target_for("segmentation"), WHOLE)
    outputs = head(maps_for("segmentation"))
    alone = float(head.loss((outputs[0][:1],), [goal]).detach())
    assert float(head.loss(outputs, [goal, nothing]).detach()) == pytest.approx(alone, rel=1e-5)
    none = head.loss(outputs, [nothing, nothing])
    assert float(none.detach()) == 0
    head.zero_grad()
    none.backward()
    assert all(not one.grad.any() for one in head.parameters())


def test_around_a_picture_there_is_nothing_to_learn(heads):
    codes = np.ones((20, 20), dtype=np.uint8)
    goal = heads["segmentation"].goal(ArrayMask(codes), Placement.fit((20, 20), CANVAS))
    assert goal.shape == CANVAS
    assert set(goal[:, :16].unique().tolist()) == {255}
    assert set(goal[:, 16:80].unique().tolist()) == {1}


def test_classes_may_count_differently():
    weights = np.array([1.0, 5.0])
    plain, weighted = make_head("segmentation"), make_head("segmentation", weights=weights)
    assert plain.state_dict().keys() == weighted.state_dict().keys()  # they belong to the loss
    goal = [plain.goal(target_for("segmentation"), WHOLE)]
    scores = torch.zeros(1, 2, *CANVAS)
    scores[:, 0] = 2.0  # all ground
    assert weighted.loss((scores,), goal) > plain.loss((scores,), goal)


def test_a_view_that_does_not_show_the_box_teaches_nothing(heads):
    head = heads["localisation"]
    beside = head.goal(some([(80, 50, 90, 60)]), placement_of("upper left", SIZE, CANVAS))
    goal = head.goal(some([(8, 10, 50, 40)]), WHOLE)
    outputs = head(maps_for("localisation"))
    alone = float(head.loss((outputs[0][:1],), [goal]).detach())
    assert float(head.loss(outputs, [goal, beside]).detach()) == pytest.approx(alone)
    none = head.loss(outputs, [beside, beside])
    assert float(none.detach()) == 0
    head.zero_grad()
    none.backward()
    assert all(not one.grad.any() for one in head.parameters())


@pytest.mark.parametrize("canvas", [(64, 64), (96, 64), (64, 320)])
def test_a_box_is_found_on_maps_of_any_size(canvas):
    head = make_head("localisation", canvas)
    (said,) = head(maps_for("localisation", 1, canvas))
    assert said.shape == (1, 4)
    assert ((said > 0) & (said < 1)).all()


@st.composite
def boxes_on_a_picture(draw):
    """Large enough that a cell's middle lies in theirs."""
    width, height = draw(st.integers(40, 200)), draw(st.integers(40, 200))
    place = Placement.fit((width, height), CANVAS)
    least = math.ceil(12 / place.scale[0])
    left = draw(st.integers(0, width - least - 1))
    top = draw(st.integers(0, height - least - 1))
    right = draw(st.integers(left + least, width))
    bottom = draw(st.integers(top + least, height))
    return some([(left, top, right, bottom)], ["bee"], (width, height))


HEAD, SINGLE = make_head("detection"), make_head("localisation")


def perfect(goal):
    """What the head should say of one picture with one box, at the locations inside of it."""
    anchors = HEAD.anchors
    sizes = (anchors[:, 2:] - anchors[:, :2]).repeat(1, 2)
    middles = (anchors[:, :2] + anchors[:, 2:]) / 2
    (box,) = goal.boxes
    reach = torch.cat([middles - box[:2], box[2:] - middles], dim=1) / sizes
    inside = reach.min(dim=1).values > 0
    logits = torch.full((len(anchors), 2), -12.0)
    logits[inside, goal.labels[0]] = 12.0
    left, top, right, bottom = reach.clamp(min=1e-6).T
    near = torch.minimum(left, right) / torch.maximum(left, right)
    near = (near * torch.minimum(top, bottom) / torch.maximum(top, bottom)).sqrt()
    return logits, reach.clamp(min=0), torch.logit(near.clamp(1e-4, 1 - 1e-4))[:, None]


@given(boxes_on_a_picture(), st.sampled_from(["original", "mirrored", "farther"]))
def test_what_a_head_is_to_say_of_a_box_is_read_as_that_box(boxes, view):
    place = placement_of(view, boxes.size, CANVAS)
    goal = HEAD.goal(boxes, place)
    outputs = perfect(goal)
    found = HEAD.task.read([one.numpy() for one in outputs], HEAD.strides, place)
    assert found.labels.tolist()[:1] == ["bee"]
    assert found.corners[0] == pytest.approx(boxes.corners[0], abs=0.05)
    assert found.size == boxes.size


@given(boxes_on_a_picture(), st.floats(0.3, 1.5))
def test_no_other_box_has_a_lower_loss(boxes, more):
    goal = HEAD.goal(boxes, Placement.fit(boxes.size, CANVAS))
    logits, reach, near = (one[None] for one in perfect(goal))
    best = float(HEAD.loss((logits, reach, near), [goal]))
    assert float(HEAD.loss((logits, reach + more, near), [goal])) > best
    assert float(HEAD.loss((logits, reach * 0.5, near), [goal])) > best


@given(boxes_on_a_picture(), st.sampled_from(PLACED_VIEWS))
def test_a_single_box_in_shares_of_the_canvas_is_read_as_that_box(boxes, view):
    head, place = SINGLE, placement_of(view, boxes.size, CANVAS)
    said = head.goal(boxes, place).numpy()
    if np.isnan(said).any():
        return
    found = head.task.read([said], head.strides, place)
    left, top, right, bottom = place.window
    seen = np.clip(boxes.corners[0], [left, top, left, top], [right, bottom, right, bottom])
    assert found.corners[0] == pytest.approx(seen, abs=0.05)


def test_locations_are_the_middles_of_the_cells(heads):
    anchors = heads["detection"].anchors
    assert anchors.shape == (8 * 12 + 4 * 6 + 2 * 3, 4)
    assert anchors[0].tolist() == [0, 0, 8, 8]
    assert anchors[13].tolist() == [8, 8, 16, 16]
    assert anchors[8 * 12].tolist() == [0, 0, 16, 16]
    assert anchors[-1].tolist() == [64, 32, 96, 64]
