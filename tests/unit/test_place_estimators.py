"""Estimators of boxes and pixels: what they take, what they say, what they refuse."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from tests.tiny_places import CONVOLUTIONS, label_of, scene

import headstart
from headstart import TransferDetector, TransferLocaliser, TransferSegmenter
from headstart.data.boxes import Boxes
from headstart.errors import InputError, PlanError, SourceError
from headstart.runs.place_model import PlaceModel

pytestmark = pytest.mark.usefixtures("place_sources")
SIZE = (64, 64)
KINDS = (TransferDetector, TransferLocaliser, TransferSegmenter)
QUICK = {"source": CONVOLUTIONS, "epochs": 1, "random_twin": False}


def sample(seeds, count=1):
    """Pictures, corners, and names."""
    return zip(*(scene(seed, SIZE, count, ("red", "blue")) for seed in seeds), strict=True)


@pytest.fixture(scope="module")
def pictures():
    found, _, _ = sample(range(5))
    return list(found)


def boxes_for(seeds):
    _, corners, names = sample(seeds)
    return [{"boxes": own, "labels": labels} for own, labels in zip(corners, names, strict=True)]


def masks_for(seeds):
    _, corners, names = sample(seeds)
    both = zip(corners, names, strict=True)
    return [label_of("segmentation", SIZE, *one, ("red", "blue")).codes() for one in both]


def annotations_for(kind, seeds):
    return masks_for(seeds) if kind is TransferSegmenter else boxes_for(seeds)


@pytest.fixture(scope="module", params=KINDS)
def fitted(request, pictures):
    kind = request.param
    return kind(**QUICK).fit(pictures, annotations_for(kind, range(5)))


def test_they_stand_in_the_package():
    for kind in KINDS:
        assert getattr(headstart, kind.__name__) is kind
        assert kind.__name__ in headstart.__all__


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_are_stored_as_given_and_can_be_copied(kind):
    given = {**QUICK, "plan": "freeze:2", "test_size": 0.4, "random_state": 7}
    one = kind(**given)
    assert {name: one.get_params()[name] for name in given} == given
    copy = clone(one)
    assert copy is not one
    assert copy.get_params() == one.get_params()
    assert copy.set_params(epochs=9).epochs == 9


@pytest.mark.parametrize("kind", KINDS)
def test_before_a_fit_there_is_nothing_to_ask(kind, tmp_path):
    for ask in ("predict", "predict_rows", "save"):
        with pytest.raises(NotFittedError, match=r"not fitted yet"):
            getattr(kind(), ask)(tmp_path / "x")


def test_answers_are_in_the_pixels_of_each_picture(fitted):
    given = [np.zeros((30, 50, 3), np.uint8), Image.new("L", (20, 90))]
    sizes = [(50, 30), (20, 90)]
    for found, size in zip(fitted.predict(given), sizes, strict=True):
        assert (found.size if isinstance(found, Boxes) else found.shape[::-1]) == size
    rows = fitted.predict_rows(given)
    assert [row.size for row in rows] == sizes
    assert fitted.result_ is fitted.model_.result_
    assert (fitted.result_.n_train, fitted.result_.n_test) == (4, 1)


def test_a_saved_estimator_is_a_run(fitted, pictures, tmp_path):
    run = fitted.save(tmp_path / "run")
    for loaded in (type(fitted).load(run), headstart.load(run)):
        assert isinstance(loaded, PlaceModel)
        assert loaded.predict_rows(pictures) == fitted.predict_rows(pictures)


def test_the_same_fit_gives_the_same_model_and_none_means_0(pictures):
    truth = boxes_for(range(5))
    first, second, other = (
        TransferLocaliser(**QUICK, random_state=seed).fit(pictures, truth) for seed in (None, 0, 1)
    )
    corners = [one.predict(pictures[:1])[0].corners for one in (first, second, other)]
    assert np.array_equal(corners[0], corners[1])
    assert not np.array_equal(corners[0], corners[2])


def test_a_test_set_is_pictures_with_annotations(pictures):
    truth = boxes_for(range(5))
    test, _, _ = sample([8, 9])
    model = TransferDetector(**QUICK).fit(pictures, truth, test=(list(test), boxes_for([8, 9])))
    assert (model.result_.n_train, model.result_.n_test) == (5, 2)


def test_boxes_may_be_corners_alone(pictures):
    corners = [np.array(one["boxes"]) for one in boxes_for(range(5))]
    model = TransferDetector(**QUICK).fit(pictures, corners)
    assert model.model_.classes_ == ["object"]


def test_a_table_names_pictures_and_boxes(pictures, tmp_path):
    with (tmp_path / "boxes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "xmin", "ymin", "xmax", "ymax"])
        for number, (picture, own) in enumerate(zip(pictures, boxes_for(range(5)), strict=True)):
            picture.save(tmp_path / f"{number}.png")
            writer.writerow([f"{number}.png", own["labels"][0], *own["boxes"][0]])
    model = TransferDetector(**QUICK).fit(tmp_path / "boxes.csv")
    assert model.model_.classes_ == ["blue", "red"]
    assert model.result_.n_train + model.result_.n_test == 5


@pytest.fixture
def folders(pictures, tmp_path):
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    for number, (picture, codes) in enumerate(zip(pictures, masks_for(range(5)), strict=True)):
        picture.save(tmp_path / "images" / f"{number}.png")
        Image.fromarray(codes * 3).save(tmp_path / "masks" / f"{number}.png")  # 0, 3 and 6
    return tmp_path / "images", tmp_path / "masks"


def test_folders_of_pictures_and_masks(folders, pictures):
    model = TransferSegmenter(**QUICK, instances=True).fit(*folders)
    assert model.model_.classes_ == ["background", "object"]
    assert np.isin(model.predict(pictures[:1])[0], [0, 1]).all()


def test_folders_need_masks(folders):
    with pytest.raises(InputError, match=r"comes without masks\. Accepted is the folder"):
        TransferSegmenter(**QUICK).fit(folders[0])


def test_classes_of_masks_may_be_named(pictures):
    names = ["ground", "red thing", "blue thing"]
    model = TransferSegmenter(**QUICK, classes=names).fit(pictures, masks_for(range(5)))
    assert model.model_.classes_ == names
    with pytest.raises(InputError, match=r"A mask holds the class 2; there are 2 names"):
        TransferSegmenter(**QUICK, classes=names[:2]).fit(pictures, masks_for(range(5)))


def test_what_is_ignored_is_ignored_in_arrays_too(pictures):
    model = TransferSegmenter(**QUICK, ignore=2).fit(pictures, masks_for(range(5)))
    assert model.model_.classes_ == ["0", "1"]


def test_objects_that_are_numbered_in_arrays_are_one_class_too(pictures):
    numbered = [codes.astype(np.int32) * 400 for codes in masks_for(range(5))]
    model = TransferSegmenter(**QUICK, instances=True).fit(pictures, numbered)
    assert model.model_.classes_ == ["background", "object"]
    ignoring = TransferSegmenter(**QUICK, instances=True, ignore=800).fit(pictures, numbered)
    assert ignoring.model_.classes_ == ["background", "object"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("parameter", "value", "error", "message"),
    [
        ("epochs", 0, InputError, r"'epochs' parameter"),
        ("batch_size", 1.5, InputError, r"'batch_size' parameter"),
        ("learning_rate", -1, InputError, r"'learning_rate' parameter"),
        ("test_size", 1.0, InputError, r"'test_size' parameter"),
        ("random_state", -1, InputError, r"'random_state' parameter"),
        ("plan", "magic", PlanError, r"'plan' parameter"),
        ("source", [], InputError, r"'source' parameter"),
        ("source", ["places/gone", "places/none"], SourceError, r"None of the sources can be used"),
        ("source", "places/none", SourceError, r"places/none"),
        ("weights", 3, InputError, r"weights"),
    ],
)
def test_parameters_that_no_fit_takes_are_named(kind, parameter, value, error, message, pictures):
    one = kind(**{**QUICK, parameter: value})
    with pytest.raises(error, match=message):
        one.fit(pictures, annotations_for(kind, range(5)))


def test_one_of_several_sources_is_taken_in_time(pictures):
    names = ["places/vectors", CONVOLUTIONS]
    model = TransferLocaliser(**{**QUICK, "source": names, "time_limit": 1000})
    result = model.fit(pictures, boxes_for(range(5))).result_
    assert result.source.startswith(CONVOLUTIONS)
    (note,) = [one for one in result.notes if "left out of the choice" in one]
    assert note.startswith("The source places/vectors")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, r"without annotations|no masks|one annotation a picture"),
        ([], r"There are 5 pictures and 0 annotations"),
        (["a"] * 5, r"no numbers|has the shape"),
        ([np.zeros((3, 3, 3))] * 5, r"shape \(3, 3, 3\)"),
        ([np.full((2, 4), np.nan)] * 5, r"no box inside|has the shape|type float64"),
        ([[(50, 50, 40, 60)]] * 5, r"is no box inside|4 x 1 pixels|must be the same"),
        ([[(500, 500, 540, 560)]] * 5, r"is no box inside|0 to 255"),
    ],
)
def test_annotations_that_say_nothing_are_refused(kind, given, message, pictures):
    with pytest.raises(InputError, match=message):
        kind(**QUICK).fit(pictures, given)
