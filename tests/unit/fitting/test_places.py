"""From annotated pictures to a measured model: sides, quarantine, rivals, interruptions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tests.tiny_places import CONVOLUTIONS, TOKENS, scenes

from headstart.activations.conversion import NETWORK
from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.items import FileItem, PictureItem
from headstart.data.masks import ArrayMask
from headstart.data.object_arrays import as_objects
from headstart.errors import HeadstartError, InputError, PlanError, SourceError
from headstart.fitting import place_start, places
from headstart.fitting.place_answers import all_answers
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import RANDOM_TWIN, fit_places
from headstart.fitting.watch import Watch
from headstart.plan import Plan, StagePlan
from headstart.progress import silent
from headstart.report.language import language_named
from headstart.runs.place_saving import load_places
from headstart.strategies import read_plan_name
from headstart.tasks.registry import PLACE_TASKS

pytestmark = pytest.mark.usefixtures("place_sources")
TRAINING = {"epochs": 1, "views": ("original",), "validation": 0.0, "batch_size": 4}


def settings_for(task="localisation", source=CONVOLUTIONS, plan="probe", **changes):
    head = {"width": 32, **({"depth": 1} if task == "detection" else {})}
    training = {**TRAINING, **changes.pop("training", {})}
    usual = {"twin": False, "head": head, "training": training}
    if isinstance(plan, str):
        plan = read_plan_name(plan)
    return PlaceSettings(task, source, plan, **{**usual, **changes})


def joined(*datasets):
    items = [item for one in datasets for item in one.items]
    labels = as_objects([label for one in datasets for label in one.labels])
    return Dataset("image", items=items, labels=labels)


def relabelled(dataset, row, label):
    labels = dataset.labels.copy()
    labels[row] = label
    return replace(dataset, labels=labels)


def tensors_of(model):
    return load_file(model.network.folder / NETWORK)


@pytest.mark.parametrize(("asked", "built"), [({}, 64), ({"width": 32}, 32)])
def test_the_run_says_how_large_its_head_is(asked, built):
    """It is read with the sizes that it was written with, whatever is usual then."""
    model = fit_places(
        scenes("detection", range(3)),
        scenes("detection", [8]),
        settings_for("detection", head=asked),
    )
    assert model.network.head == {"width": built, "depth": 2}


def test_pictures_of_both_sides_are_left_out_of_the_training_side():
    train, test = scenes("localisation", range(4)), scenes("localisation", [3, 9])
    result = fit_places(train, test, settings_for()).result_
    assert (result.n_train, result.n_test) == (3, 2)
    assert result.duplicates == ("scene 3",)


def test_a_share_is_held_out_where_there_is_no_test_side():
    train = scenes("localisation", range(8))
    first = fit_places(train, None, settings_for(test_fraction=0.25))
    assert (first.result_.n_train, first.result_.n_test) == (6, 2)
    names = [row.input for row in first.predictions]
    again = fit_places(train, None, settings_for(test_fraction=0.25))
    assert [row.input for row in again.predictions] == names
    assert again.result_.test == first.result_.test
    other = fit_places(train, None, settings_for(test_fraction=0.25, seed=5))
    assert [row.input for row in other.predictions] != names


def test_copies_of_a_picture_stay_on_one_side():
    train = scenes("localisation", [1, 1, 1, 1, 2])
    result = fit_places(train, None, settings_for(test_fraction=0.5)).result_
    assert sorted((result.n_train, result.n_test)) == [1, 4]


def test_a_test_picture_of_an_unknown_class_is_set_aside_and_named():
    train = scenes("detection", range(3))
    test = scenes("detection", [8, 9, 10], classes=("red", "blue"))
    model = fit_places(train, test, settings_for("detection"))
    assert model.classes_ == ["red"]
    assert [one["input"] for one in model.result_.quarantined] == ["scene 9"]
    assert "class blue does not occur in training" in model.result_.quarantined[0]["reason"]
    assert model.result_.n_test == 2


def test_pictures_that_the_task_cannot_take_are_set_aside_on_both_sides():
    train = relabelled(scenes("localisation", range(3)), 1, Boxes.of([], [], (64, 64)))
    train = replace(train, quarantined=(Quarantined("lost.png", "it is gone"),), notes=("Hm.",))
    test = scenes("localisation", [8, 9], counts=[1, 2])
    result = fit_places(train, test, settings_for()).result_
    assert (result.n_train, result.n_test) == (2, 1)
    told = {one["input"]: one["reason"] for one in result.quarantined}
    assert list(told) == ["lost.png", "scene 1", "scene 9"]
    assert "no box" in told["scene 1"]
    assert "2 boxes" in told["scene 9"]
    assert "Hm." in result.notes


def test_masks_without_a_pixel_that_counts_are_set_aside():
    ignored = ArrayMask(np.full((64, 64), 255, dtype=np.uint8))
    train = relabelled(scenes("segmentation", range(3)), 0, ignored)
    result = fit_places(train, scenes("segmentation", [9]), settings_for("segmentation")).result_
    assert result.n_train == 2
    assert result.quarantined[0]["reason"] == "no pixel of its mask counts"


@pytest.mark.parametrize("task", ["detection", "segmentation"])
def test_where_nothing_is_left_to_test_with_the_reason_is_told(task):
    train = scenes(task, range(2))
    test = scenes(task, [9], classes=("red", "blue"))
    expected = r"No picture is left to test with\. Set aside: scene 9: its .*class.* Accepted"
    with pytest.raises(InputError, match=expected):
        fit_places(train, test, settings_for(task))


def test_where_all_pictures_stand_on_both_sides_nothing_is_left_to_learn_from():
    same = scenes("localisation", range(2))
    with pytest.raises(HeadstartError, match=r"(left|both|no) "):
        fit_places(same, same, settings_for())


def test_one_picture_cannot_be_split():
    with pytest.raises(InputError, match=r"1 pictures that differ; at least 2 are needed"):
        fit_places(scenes("localisation", [1]), None, settings_for())
    with pytest.raises(InputError, match=r"that differ; at least 2 are needed"):
        fit_places(scenes("localisation", [1, 1, 1]), None, settings_for())


@pytest.mark.parametrize("task", ["detection", "localisation", "segmentation"])
def test_a_side_without_annotations_is_refused(task):
    with_labels, without = scenes(task, range(2)), replace(scenes(task, [9]), labels=None)
    with pytest.raises(InputError, match=r"^There are 1 pictures and no (boxes|masks)"):
        fit_places(without, with_labels, settings_for(task))
    with pytest.raises(InputError, match=r"^Of the test pictures: There are 1 pictures and no"):
        fit_places(with_labels, without, settings_for(task))


def test_pictures_without_boxes_may_be_tested_with():
    train = scenes("detection", range(3), counts=[1, 0, 2])
    bare = scenes("detection", [8, 9], counts=[0, 0])
    test = joined(bare, scenes("detection", [10]))
    result = fit_places(train, test, settings_for("detection")).result_
    assert result.n_test == 3
    assert any("no box" in note for note in result.notes)
    watch = Watch()
    with pytest.raises(InputError, match=r"Of the test pictures: None of the 2 pictures has a box"):
        fit_places(train, bare, settings_for("detection"), watch=watch)
    assert watch.seconds == {}  # nothing was trained for it


def test_held_back_pictures_without_boxes_choose_no_threshold():
    train = scenes("detection", range(8), counts=[1, 0, 0, 0, 0, 0, 0, 0])
    settings = settings_for("detection", training={"validation": 0.5})
    model = fit_places(train, scenes("detection", [9]), settings)
    assert 0 < model.threshold < 1


def test_the_twin_without_transfer_is_trained_and_compared_with():
    sides = scenes("localisation", range(4)), scenes("localisation", [8, 9])
    model = fit_places(*sides, settings_for(twin=True))
    names = [one.name for one in model.result_.baselines]
    assert names[-1] == RANDOM_TWIN
    assert len(names) > 1
    assert model.result_.compared_with in names
    assert "the random twin" in model.result_.seconds


def test_where_transfer_hurts_the_twin_is_what_the_user_gets(monkeypatch, tmp_path):
    monkeypatch.setattr(places, "verdict", lambda difference: "transfer hurts")
    monkeypatch.setattr(places, "place_baselines", lambda *arguments: [])
    sides = scenes("localisation", range(4)), scenes("localisation", [8, 9])
    model = fit_places(*sides, settings_for(twin=True))
    result = model.result_
    assert result.verdict == "transfer hurts"
    assert result.fallback == result.compared_with == RANDOM_TWIN
    assert not model.plan.transfers
    assert result.plan == model.plan.to_dict()
    assert Plan.from_dict(result.with_transfer.plan).transfers
    assert result.test == result.baselines[-1].test
    answers = model.predict([item.open() for item in sides[1].items])
    assert model.task.figures(list(sides[1].labels), answers, 0) == result.test
    loaded = load_places(model.save(tmp_path / "run"))
    assert loaded.result_.fallback == RANDOM_TWIN
    assert loaded.predictions == model.predictions


def test_a_rule_that_is_better_is_told_of_and_the_model_is_kept(monkeypatch):
    monkeypatch.setattr(places, "verdict", lambda difference: "transfer hurts")
    sides = scenes("localisation", range(4)), scenes("localisation", [8, 9])
    model = fit_places(*sides, settings_for())
    assert model.result_.fallback is None
    assert model.plan.transfers
    (note,) = [one for one in model.result_.notes if "is better than what was learned" in one]
    assert note.startswith("On the test pictures the mean box")


class Breaking:
    """Progress that is interrupted once in an epoch; it keeps which epochs it was told of."""

    def __init__(self, step=None):
        self.step, self.seen = step, []

    def __call__(self, step, done, total):
        if step.startswith("epoch") and step not in self.seen:
            self.seen.append(step)
        if step == self.step:
            raise KeyboardInterrupt


def test_answers_about_large_pictures_are_held_small():
    sides = scenes("segmentation", range(2), (1200, 900)), scenes("segmentation", [8], (1200, 900))
    model = fit_places(*sides, settings_for("segmentation"))
    (held,) = all_answers(model, sides[1].items, silent)
    assert held.size == (1200, 900)
    assert held.seen.nbytes < 1200 * 900 / 4
    assert np.array_equal(held.codes(), model.predict([sides[1].items[0].open()])[0])
    assert model.task.answer("scene 8", held) == model.predictions[0]


@pytest.mark.parametrize("plan", ["probe", "freeze:2"])
def test_an_interrupted_fit_goes_on_where_it_was_and_ends_the_same(plan):
    sides = scenes("localisation", range(20, 26)), scenes("localisation", [8])
    settings = settings_for(plan=plan, training={"epochs": 4, "views": ("original", "mirrored")})
    whole = fit_places(*sides, settings)
    with pytest.raises(KeyboardInterrupt):
        fit_places(*sides, settings, Breaking("epoch 3"))
    rest = Breaking()
    resumed = fit_places(*sides, replace(settings, resume=True), rest)
    assert rest.seen == ["epoch 3", "epoch 4"]
    assert tensors_of(resumed).keys() == tensors_of(whole).keys()
    for name, one in tensors_of(whole).items():
        assert torch.equal(one, tensors_of(resumed)[name]), name
    anew = Breaking()
    fit_places(*sides, replace(settings, resume=True), anew)
    assert len(anew.seen) == 4  # a fit that is done leaves nothing to go on from


def test_a_fit_of_something_else_is_not_gone_on_with():
    train = scenes("segmentation", range(3), classes=("red", "blue"))
    test = scenes("segmentation", [8])
    usual = settings_for("segmentation", training={"epochs": 2})
    others = [
        (train, replace(usual, class_weights=False)),
        (train, replace(usual, seed=1)),
        (train, replace(usual, head={"width": 64})),
        (relabelled(train, 0, ArrayMask(np.zeros((64, 64), dtype=np.uint8))), usual),
        (train, usual),
    ]
    with pytest.raises(KeyboardInterrupt):
        fit_places(train, test, usual, Breaking("epoch 2"))
    seen = []
    for side, settings in others:
        progress = Breaking()
        fit_places(side, test, replace(settings, resume=True), progress)
        seen.append(progress.seen)
    assert seen == [["epoch 1", "epoch 2"]] * 4 + [["epoch 2"]]


def test_a_source_of_one_size_sees_whole_pictures_at_its_own():
    train, test = scenes("detection", range(2), (96, 64)), scenes("detection", [8], (160, 96))
    model = fit_places(train, test, settings_for("detection", TOKENS))
    assert model.plan.source == f"{TOKENS}@64x64"
    assert model.network.canvas == (64, 64)
    (found,) = model.predict([test.items[0].open()])
    assert found.size == (160, 96)
    wide = fit_places(train, test, settings_for("detection", CONVOLUTIONS))
    assert wide.network.canvas == (64, 64)


@pytest.mark.parametrize(
    ("source", "canvas"), [("@64", (64, 64)), ("@96x64", (96, 64)), ("", (96, 192))]
)
def test_the_size_is_that_of_the_name_or_of_the_pictures(source, canvas):
    train, test = scenes("localisation", range(2), (192, 96)), scenes("localisation", [8])
    model = fit_places(train, test, settings_for(source=CONVOLUTIONS + source))
    assert model.network.canvas == canvas
    assert model.network.source.preprocessing.whole
    asked = next(one for one in model.evidence.decisions if one.question == "what the network sees")
    assert f"{canvas[1]} x {canvas[0]}" in asked.answer


def test_a_size_that_the_source_cannot_have_is_refused():
    sides = scenes("localisation", range(2)), scenes("localisation", [8])
    for variant in ("@96x64", "@96"):
        with pytest.raises(SourceError, match=r"cannot be measured on pictures of 96x"):
            fit_places(*sides, settings_for(source=TOKENS + variant))


def test_sources_that_do_not_look_at_pictures_are_refused():
    sides = scenes("localisation", range(2)), scenes("localisation", [8])
    with pytest.raises(SourceError, match=r"reads samples of kind 'text'; accepted for localis"):
        fit_places(*sides, settings_for(source="bundled/minilm-l6"))
    with pytest.raises(SourceError, match=r"No stage of 'places/vectors@64x64' keeps a map"):
        fit_places(*sides, settings_for(source="places/vectors"))


@pytest.mark.parametrize("value", [1.0, 2.0, -0.5, "much"])
def test_a_share_that_cannot_be_held_back_is_refused(value):
    sides = scenes("localisation", range(4)), scenes("localisation", [8])
    with pytest.raises(PlanError, match=r"validation of the training"):
        fit_places(*sides, settings_for(training={"validation": value}))


def test_a_plan_for_other_stages_is_refused():
    sides = scenes("localisation", range(2)), scenes("localisation", [8])
    own = Plan(CONVOLUTIONS, (StagePlan("roof"),))
    with pytest.raises(PlanError, match=r"stage 'roof', which its source does not have"):
        fit_places(*sides, settings_for(plan=own))


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_pictures_of_every_kind_are_learned_from(mode):
    items, labels = [], []
    for seed in range(2):
        picture = scenes("localisation", [seed]).items[0].open().convert(mode)
        items.append(PictureItem.of(picture, str(seed)))
        labels.append(Boxes.of([(3, 3, 40, 40)], ["red"], picture.size))
    both = Dataset("image", items=items, labels=as_objects(labels))
    model = fit_places(both.take([0]), both.take([1]), settings_for())
    assert model.result_.n_test == 1


def test_a_picture_that_is_gone_since_is_named(tmp_path):
    path = tmp_path / "gone.png"
    Image.new("RGB", (64, 64), (200, 0, 0)).save(path)
    item = FileItem(str(path), fingerprint_bytes(path.read_bytes()))
    label = as_objects([Boxes.of([(3, 3, 40, 40)], ["red"], (64, 64))])
    one = Dataset("image", items=[item], labels=label)
    other = scenes("localisation", [8])
    path.unlink()
    with pytest.raises(InputError, match=r"gone\.png was there when the fit began, and"):
        fit_places(one, other, settings_for())
    with pytest.raises(InputError, match=r"gone\.png was there when the fit began, and"):
        fit_places(other, one, settings_for())


def test_a_plan_that_trains_what_the_head_does_not_read_is_told_of(monkeypatch):
    settings = settings_for(plan="freeze:-1")
    labels = list(scenes("localisation", range(4)).labels)
    task = PLACE_TASKS["localisation"].from_labels(labels)
    trained = place_start.start_places(settings, task, labels, 4)
    assert trained.plan.suffix
    assert trained.notes == ()
    monkeypatch.setattr(type(task), "strides", lambda *_: (16,))
    untrained = place_start.start_places(settings, task, labels, 4)
    last = untrained.plan.stages[-1].name
    (note,) = untrained.notes
    assert note == f"Nothing but the head was trained: it does not read what {last} gives."
    assert not language_named("zh").translate(note).missing
    sides = scenes("localisation", range(4)), scenes("localisation", [8])
    assert note in fit_places(*sides, settings).result_.notes
