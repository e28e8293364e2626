"""A source of one's own, from labels and without: trained, saved, transferred from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headstart import load
from headstart.backbones import find_source, load_backbone
from headstart.data import read_any, read_unlabelled
from headstart.errors import InputError, RunError
from headstart.fitting import Pretraining, Settings, fit, pretrain
from headstart.runs import Model, OwnSource
from headstart.strategies import read_plan_name

QUICK = {"epochs": 2, "batch_size": 8}


def pretrained(data, source, progress=None, **options):
    asked = Pretraining(source, **{"size": 12, "training": QUICK, **options})
    return pretrain(data, asked) if progress is None else pretrain(data, asked, progress)


@pytest.fixture(scope="module")
def own_source(tiny_source, same_photos, tmp_path_factory):
    """Learned without labels from twenty pictures, and the folder where it lies."""
    made = pretrained(read_unlabelled(same_photos), tiny_source)
    return made, made.save(tmp_path_factory.mktemp("own") / "run")


@pytest.fixture(scope="module")
def own_model(tiny_source, same_photos, tmp_path_factory):
    """Learned from the labels of twenty pictures, and the folder where it lies."""
    made = pretrained(read_any(same_photos), tiny_source)
    return made, made.save(tmp_path_factory.mktemp("labelled") / "run")


@pytest.fixture(params=["own_source", "own_model"])
def either(request):
    """Both ways, each with its folder."""
    return request.getfixturevalue(request.param)


def test_labels_make_a_model_that_learned_from_all(own_model):
    model, folder = own_model
    assert isinstance(model, Model)
    assert (model.result_.n_train, model.result_.n_test) == (20, 0)
    assert model.result_.test == {}
    assert {(stage.init, stage.mode) for stage in model.plan.stages} == {("random", "train")}
    assert load(folder).predictions == ()


def test_a_model_that_was_a_pretraining_predicts(own_model, make_picture):
    model, folder = own_model
    pictures = [make_picture("red", 99), make_picture("blue", 98)]
    assert load(folder).predict(pictures).tolist() == model.predict(pictures).tolist()


def test_no_labels_make_a_source_with_its_facts(own_source, tiny_source):
    made, folder = own_source
    assert isinstance(made, OwnSource)
    facts = json.loads((folder / "manifest.json").read_bytes())["source"]
    assert facts == made.source.to_dict()
    assert facts["name"] == f"{tiny_source}@12"
    assert facts["preprocessing"]["size"] == [12, 12]
    assert len(facts["weights_hash"]) == 64
    assert facts["origin"].startswith("pretrained by headstart on 20 pictures without labels (")
    assert json.loads((folder / "result.json").read_bytes())["n_train"] == 20


def test_weights_of_a_source_are_the_ones_that_were_trained(own_source, tiny_source):
    import torch

    made, folder = own_source
    read = load_backbone(f"run:{folder}")
    start = load_backbone(f"{tiny_source}@12", init="random")
    assert read.source.weights_hash == made.source.weights_hash
    for mine, before in zip(read.pieces.parameters(), start.pieces.parameters(), strict=True):
        assert not torch.equal(mine, before)
    names = dict(made.tensors)
    assert np.array_equal(names["0.weight"], next(iter(read.pieces.parameters())).numpy())


@pytest.mark.parametrize("plan", ["probe", "full", "copy:1", "scratch"])
def test_it_can_be_transferred_from(either, same_photos, plan):
    name = read_plan_name(plan)
    training = {} if name.is_frozen else QUICK
    settings = Settings(f"run:{either[1]}", name, training=training, fallback=False)
    model = fit(read_any(same_photos), None, settings)
    assert model.result_.n_test > 0
    assert model.backbone.source.preprocessing.size == (12, 12)


def test_it_is_described_and_gone_on_from(either, same_photos):
    name = f"run:{either[1]}"
    assert find_source(name)["preprocessing"]["size"] == [12, 12]
    more = pretrain(read_unlabelled(same_photos), Pretraining(source=name, training=QUICK))
    assert more.source.preprocessing.size == (12, 12)
    assert {stage.init for stage in more.plan.stages} == {"pretrained"}
    assert more.source.weights_hash != load_backbone(name).source.weights_hash


def test_it_cannot_predict_without_labels(own_source):
    _, folder = own_source
    with pytest.raises(RunError, match="learned without labels: it is a source and holds no model"):
        load(folder)


def test_the_same_seed_gives_the_same_source(own_source, tiny_source, same_photos):
    again = pretrained(read_unlabelled(same_photos), tiny_source)
    other = pretrained(read_unlabelled(same_photos), tiny_source, seed=1)
    assert again.source.weights_hash == own_source[0].source.weights_hash
    assert other.source.weights_hash != again.source.weights_hash


def test_the_same_picture_counts_once(photos, tiny_source):
    for number in range(10):
        path = photos / "red" / f"{number}.png"
        (photos / f"copy-{number}.png").write_bytes(path.read_bytes())
    made = pretrained(read_unlabelled(photos), tiny_source)
    assert made.record["n_train"] == 20


def test_what_is_no_picture_is_told(photos, tiny_source):
    (photos / "odd.png").write_bytes((photos / "red" / "1.png").read_bytes()[:200])
    (photos / "notes.txt").write_text("nothing to see")
    made = pretrained(read_unlabelled(photos), tiny_source)
    aside = [one["input"].rpartition("/")[2] for one in made.record["quarantined"]]
    assert sorted(aside) == ["notes.txt", "odd.png"]
    assert made.record["n_train"] == 20


def test_too_few_pictures(photos, tiny_source):
    few = read_unlabelled(photos).take(range(7))
    with pytest.raises(
        InputError, match=r"There are 7 different pictures, .* at least 8 are needed"
    ):
        pretrained(few, tiny_source)


def test_embeddings_train_no_network():
    with pytest.raises(InputError, match="Ready embeddings pass through no network, so there is n"):
        pretrain(read_any(np.zeros((20, 3))))


@pytest.mark.parametrize("read", [read_any, read_unlabelled])
def test_an_interrupt_keeps_the_best_so_far(read, tiny_source, same_photos, tmp_path):
    def press(step, done, total):
        if (step, done) == ("epoch 2", 1):
            raise KeyboardInterrupt

    training = {"epochs": 5, "batch_size": 8}
    made = pretrained(read(same_photos), tiny_source, press, training=training)
    (which,) = (one for one in made.evidence.decisions if one.question == "which weights")
    assert which.reason.startswith("Training was interrupted after epoch 1. ")
    assert load_backbone(f"run:{made.save(tmp_path / 'run')}").stage_names


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "timm/resnet10t@64"),
        ({"size": 96}, "timm/resnet10t@96"),
        ({"architecture": "timm/resnet18@32"}, "timm/resnet18@32"),
        ({"source": "bundled/efficientnet-lite0"}, "bundled/efficientnet-lite0"),
        ({"source": "bundled/efficientnet-lite0", "size": 96}, "bundled/efficientnet-lite0@96"),
        ({"source": "run:a@b"}, "run:a@b"),
    ],
)
def test_which_network_at_which_size(options, name):
    assert Pretraining(**options).name == name


def test_a_run_has_its_size():
    with pytest.raises(
        InputError, match="size 64 is asked for with the source 'run:mine', which r"
    ):
        Pretraining(source="run:mine", size=64)


@pytest.mark.parametrize(("n_pictures", "epochs"), [(100, 200), (1000, 60), (10_000, 20)])
def test_epochs_suit_the_number_of_pictures(n_pictures, epochs):
    from headstart.fitting.self_supervised_course import with_usual_training

    asked = Settings("x/y", read_plan_name("scratch"))
    assert with_usual_training(asked, n_pictures).training["epochs"] == epochs
    asked = Settings("x/y", read_plan_name("scratch"), training={"epochs": 7})
    assert with_usual_training(asked, n_pictures).training["epochs"] == 7


@pytest.mark.parametrize(("n_pictures", "judges"), [(39, 0), (40, 4), (1000, 100), (10_000, 256)])
def test_some_pictures_judge_the_epochs(n_pictures, judges):
    from headstart.fitting.self_supervised_course import with_usual_training

    training = with_usual_training(Settings("x/y", read_plan_name("full")), n_pictures).training
    assert training["validation"] * n_pictures == pytest.approx(judges)
