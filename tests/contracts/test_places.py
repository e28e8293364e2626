"""What every task that says where something is keeps, on a network of each kind.

The states of frozen stages are stored or computed again, and nothing depends on which; frozen
stages stay to the last bit; one picture can be learned by heart; a saved run says what the model
said; and nothing found, one picture a side and one class are no special cases.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.tiny_places import SOURCES, PlaceProvider, scenes

from headstart.activations.conversion import NETWORK
from headstart.data.boxes import Boxes
from headstart.errors import InputError
from headstart.fitting.place_conversion import BACKBONE_PREFIX
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.runs.place_saving import load_places, rows_from_csv, rows_to_csv
from headstart.strategies import read_plan_name
from headstart.tasks.registry import PLACE_TASKS

CASES = [(task, source) for task in PLACE_TASKS for source in SOURCES]
VIEWS = ("original", "mirrored", "upper left", "farther mirrored")
#: What is right of a picture that was learned by heart, by the task's figure or by its pixels.
ENOUGH = {"detection": 0.7, "localisation": 0.7, "segmentation": 0.9}


pytestmark = pytest.mark.usefixtures("place_sources")


@pytest.fixture(scope="module", params=CASES, ids=[f"{one[0]}-{one[1]}" for one in CASES])
def case(request):
    return request.param


def fit(case, train, test, plan="probe", states="auto", **training):
    task, source = case
    usual = {"epochs": 1, "views": ("original",), "validation": 0.0, "batch_size": 4}
    settings = PlaceSettings(
        task,
        source,
        read_plan_name(plan),
        twin=False,
        head={"width": 32, **({"depth": 1} if task == "detection" else {})},
        training={**usual, **training},
        states=states,
    )
    return fit_places(train, test, settings)


@pytest.fixture(scope="module")
def sides(case):
    """Six pictures to learn from and two to test with."""
    return scenes(case[0], range(6)), scenes(case[0], (10, 11))


@pytest.fixture(scope="module")
def pictures(sides):
    return [item.open() for item in (*sides[1].items, *sides[0].items)]


@pytest.fixture(scope="module")
def model(case, sides):
    """A frozen network under a head that was trained on stored states of several views."""
    return fit(case, *sides, states="store", views=VIEWS, epochs=2, validation=0.3)


@pytest.fixture(scope="module")
def by_heart(case):
    """One picture a side, and one class."""
    sides = scenes(case[0], [1]), scenes(case[0], [7])
    return fit(case, *sides, epochs=40, learning_rate=5e-3), sides


def test_the_contract_has_cases():
    assert len(CASES) == 6


def assert_same_answers(one, other):
    assert len(one) == len(other) > 0
    for left, right in zip(one, other, strict=True):
        if not isinstance(left, Boxes):
            assert left.dtype == right.dtype == np.uint8
            assert np.array_equal(left, right)
            continue
        assert left.size == right.size
        assert left.labels.tolist() == right.labels.tolist()
        assert np.array_equal(left.corners, right.corners)
        assert np.array_equal(left.scores, right.scores)


def test_stored_states_and_computed_ones_give_the_same_model(case, sides, model, pictures):
    other = fit(case, *sides, states="recompute", views=VIEWS, epochs=2, validation=0.3)
    assert tensors_of(model).keys() == tensors_of(other).keys()
    for name, one in tensors_of(model).items():
        assert torch.equal(one, tensors_of(other)[name]), name
    assert_same_answers(model.predict(pictures), other.predict(pictures))
    assert other.threshold == model.threshold
    assert other.result_.test == model.result_.test
    kept = [answer_about(one, "where the states at the cut come from") for one in (model, other)]
    assert kept[0] != kept[1]


def answer_about(model, question):
    return next(one.answer for one in model.evidence.decisions if one.question == question)


def tensors_of(model):
    return load_file(model.network.folder / NETWORK)


def changed_stages(model):
    """Places of the stages of which any parameter or buffer is other than the source has it."""
    from headstart.backbones.discovery import cut_into_stages

    network, source = PlaceProvider().build(model.plan.source.partition("/")[2].split("@")[0])
    after = tensors_of(model)
    before = {BACKBONE_PREFIX + name: one for name, one in network.state_dict().items()}
    assert before
    assert before.keys() == {name for name in after if name.startswith(BACKBONE_PREFIX)}
    stages = cut_into_stages(network, source).stages
    found = set()
    for place, stage in enumerate(stages):
        names = [name.removeprefix("network.") for name in stage.module.state_dict()]
        assert names
        keys = [BACKBONE_PREFIX + name for name in names]
        if not all(torch.equal(before[key], after[key]) for key in keys):
            found.add(place)
    return found, len(stages)


@pytest.mark.parametrize("plan", ["probe", "freeze:-1", "freeze:-2", "full"])
def test_frozen_stages_stay_to_the_last_bit(case, sides, model, plan):
    one = model if plan == "probe" else fit(case, *sides, plan, learning_rate=0.05)
    changed, n_stages = changed_stages(one)
    assert not [place for place in changed if place < one.plan.cut]
    read = [one.plan.stages[place].name in one.plan.head.stages for place in range(n_stages)]
    last = max(place for place in range(n_stages) if read[place])
    assert changed == set(range(one.plan.cut, last + 1))
    assert one.plan.transfers
    assert one.result_.verdict is not None


def test_from_scratch_there_is_nothing_to_judge(case, sides):
    one = fit(case, *sides, "scratch", views=VIEWS)
    assert one.result_.verdict is None
    assert one.result_.difference is not None
    assert {stage.init for stage in one.plan.stages} == {"random"}
    changed, _ = changed_stages(one)
    assert len(changed) >= 2


def test_one_picture_is_learned_by_heart(case, by_heart):
    model, (train, _) = by_heart
    losses = [row["train_loss"] for row in epoch_rows(model)]
    assert np.mean(losses[-5:]) < 0.5 * losses[1]
    truth, answers = list(train.labels), model.predict([train.items[0].open()])
    figures = model.task.figures(truth, answers, seed=0)
    key = "pixel_accuracy" if case[0] == "segmentation" else model.task.metric
    assert figures[key].value > ENOUGH[case[0]]
    assert model.result_.n_train == model.result_.n_test == 1


def epoch_rows(model):
    decision = next(one for one in model.evidence.decisions if one.question == "which weights")
    return decision.measurements


def test_a_copied_run_says_the_same(case, by_heart, pictures, tmp_path):
    model, _ = by_heart
    run = model.save(tmp_path / "run")
    copied = tmp_path / "elsewhere" / "copy"
    shutil.copytree(run, copied)
    shutil.rmtree(run)
    loaded = load_places(copied)
    assert loaded.task == model.task
    assert loaded.plan == model.plan
    assert loaded.threshold == model.threshold
    assert loaded.predictions == model.predictions
    assert loaded.result_.to_dict() == model.result_.to_dict()
    assert loaded.evidence == model.evidence
    assert_same_answers(loaded.predict(pictures), model.predict(pictures))


def test_a_run_predicts_without_torch(case, by_heart, sides, tmp_path):
    model, _ = by_heart
    run = model.save(tmp_path / "run")
    picture = tmp_path / "picture.png"
    sides[1].items[0].open().save(picture)
    script = (
        "import json, sys\n"
        "from headstart.runs.place_saving import load_places\n"
        "rows = load_places(sys.argv[1]).predict_rows([sys.argv[2]])\n"
        "heavy = [one for one in ('torch', 'torchvision', 'sklearn') if one in sys.modules]\n"
        "print(json.dumps([heavy, [row.to_dict() for row in rows]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, run, picture], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    heavy, rows = json.loads(done.stdout)
    assert heavy == []
    assert rows == json.loads(json.dumps([one.to_dict() for one in model.predict_rows([picture])]))


def test_nothing_found_is_an_answer(case, by_heart, pictures, tmp_path):
    model, (_, test) = by_heart
    silent = replace(model, threshold=2.0)
    rows = silent.predict_rows(pictures)
    assert len(rows) == len(pictures)
    plain = json.loads(json.dumps([row.to_dict() for row in rows]))
    if model.has_boxes:
        assert [row["boxes"] for row in plain] == [[]] * len(rows)
    table = model.task.table
    assert rows_from_csv(rows_to_csv(rows, table), table) == rows
    silent = replace(silent, predictions=tuple(rows))
    assert load_places(silent.save(tmp_path / "run")).predictions == silent.predictions
    truth = list(test.labels)
    for one in model.task.figures(truth, nothing_about(truth), seed=0).values():
        assert 0 <= one.low <= one.value <= one.high <= 1


def nothing_about(truth):
    """No box, or the first class everywhere."""
    if not isinstance(truth[0], Boxes):
        return [np.zeros_like(one.codes()) for one in truth]
    return [Boxes.of([], [], one.size, []) for one in truth]


def test_pictures_of_any_size_and_kind_are_answered_in_their_own_pixels(case, by_heart):
    model, _ = by_heart
    random = np.random.default_rng(0)
    shapes = [(1, 1, 3), (3, 200, 3), (70, 50), (33, 45, 4), (90, 64, 1), (500, 3, 3)]
    arrays = [random.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]
    for array, found in zip(arrays, model.predict(arrays), strict=True):
        height, width = array.shape[:2]
        if not isinstance(found, Boxes):
            assert found.shape == (height, width)
            assert found.max(initial=0) < len(model.classes_)
            continue
        assert found.size == (width, height)
        assert (found.corners >= 0).all()
        assert (found.corners[:, 2] <= width).all()
        assert (found.corners[:, 3] <= height).all()
        assert ((found.scores >= 0) & (found.scores <= 1)).all()


def test_one_unreadable_picture_takes_no_other_with_it(case, by_heart, pictures, tmp_path):
    model, _ = by_heart
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    pictures[0].save(good)
    bad.write_bytes(b"no picture")
    found = model.predict_places([bad, good])
    assert [one.answer is None for one in found] == [True, False]
    assert "bad.png" in found[0].name
    assert found[0].reason
    rows = model.predict_rows([bad, good])
    assert rows[0].reason == found[0].reason
    assert rows_from_csv(rows_to_csv(rows, model.task.table), model.task.table) == rows
    assert_same_answers([found[1].answer], model.predict([pictures[0]]))
    with pytest.raises(InputError, match=r"1 of 2 inputs cannot be read: .*bad\.png"):
        model.predict([bad, good])
