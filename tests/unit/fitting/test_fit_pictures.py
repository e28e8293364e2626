"""A fit on pictures: good ones are learned from, each broken one is listed with its reason."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from headstart import TransferClassifier, TransferRegressor, load
from headstart.errors import InputError, PlanError
from headstart.plan import HeadPlan, frozen_plan


@pytest.fixture
def classifier(tiny_source):
    return TransferClassifier(tiny_source)


def encoded(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def bomb():
    """A PNG that says that it is 60,000 pixels wide and high."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


BROKEN = {
    "zero bytes.jpg": lambda image: b"",
    "text.jpg": lambda image: b"This is not a picture at all.\n" * 20,
    "truncated.jpg": lambda image: encoded(image.resize((300, 300)), "JPEG")[:2000],
    "truncated.png": lambda image: encoded(image)[:300],
    "header alone.png": lambda image: encoded(image)[:20],
    "bomb.png": lambda image: bomb(),
    "page.html": lambda image: b"<html></html>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_set_aside_and_the_rest_is_fitted(classifier, photos, make_picture, name):
    (photos / "red" / name).write_bytes(BROKEN[name](make_picture("red", 99)))
    result = classifier.fit(photos).result_
    (aside,) = result.quarantined
    assert aside["input"].endswith(f"red/{name}")
    assert len(aside["reason"]) > 5
    assert "Traceback" not in aside["reason"]
    assert "object at 0x" not in aside["reason"]
    assert result.n_train + result.n_test == 20
    assert result.test["accuracy"].value == 1.0


GOOD = {
    "grey.png": lambda image: encoded(image.convert("L")),
    "sixteen bits.png": lambda image: encoded(
        Image.fromarray(np.full((20, 20), 40_000, dtype=np.uint16))
    ),
    "cmyk.jpg": lambda image: encoded(image.convert("CMYK"), "JPEG"),
    "palette.gif": lambda image: encoded(image.convert("P"), "GIF"),
    "alpha.png": lambda image: encoded(image.convert("RGBA")),
    "one bit.png": lambda image: encoded(image.convert("1")),
    "animated.gif": lambda image: encoded(
        image, "GIF", save_all=True, append_images=[image.rotate(90), image.rotate(180)]
    ),
    "one pixel.png": lambda image: encoded(image.resize((1, 1))),
    "long.png": lambda image: encoded(image.resize((400, 2))),
    "rotated.jpg": lambda image: encoded(image, "JPEG", exif=orientation(6)),
    "no ending": lambda image: encoded(image),
    "wrong ending.txt": lambda image: encoded(image),
    "ünï 猫 \N{SMILING FACE WITH SUNGLASSES}.png": lambda image: encoded(image),
    "line\nbreak\t.png": lambda image: encoded(image),
}


def orientation(number):
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_picture_is_learned_from(classifier, photos, make_picture, name):
    (photos / "red" / name).write_bytes(GOOD[name](make_picture("red", 99)))
    result = classifier.fit(photos).result_
    assert result.quarantined == ()
    assert result.n_train + result.n_test == 21


def test_a_name_that_is_not_unicode(classifier, photos, make_picture, tmp_path):
    name = os.fsencode(photos / "red") + b"/\xff\xfe.png"
    try:
        with open(name, "wb") as file:
            file.write(encoded(make_picture("red", 99)))
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    model = classifier.fit(photos)
    assert model.result_.n_train + model.result_.n_test == 21
    loaded = load(model.save(tmp_path / "run"))
    (row,) = loaded.predict_rows([os.fsdecode(name)])
    assert (row.predicted, row.input[-12:]) == ("red", r"\xff\xfe.png")


def test_links_and_folders_in_odd_places(classifier, photos):
    (photos / "red" / "dangling.png").symlink_to(photos / "nowhere.png")
    (photos / "red" / "around").symlink_to(photos / "red")
    (photos / "empty class").mkdir()
    result = classifier.fit(photos).result_
    assert [aside["input"][-12:] for aside in result.quarantined] == ["dangling.png"]
    assert "The class folder 'empty class' is empty and was left out." in result.notes
    assert result.classes == ("blue", "red")


def test_a_class_with_one_sample_is_learned_and_noted(classifier, photos, make_picture):
    (photos / "rare").mkdir()
    make_picture("red", 50).rotate(90).save(photos / "rare" / "one.png")
    result = classifier.fit(photos).result_
    assert result.classes == ("blue", "rare", "red")
    assert [note for note in result.notes if "one sample" in note] == [
        "The class 'rare' has one sample: it is learnt from but cannot be tested. "
        "Add samples of it."
    ]


def test_notes_are_about_the_data_and_not_about_its_parts(classifier, photos, make_picture):
    (photos / "pair").mkdir()
    for number in (60, 61):
        make_picture("red", number).rotate(90).save(photos / "pair" / f"{number}.png")
    notes = classifier.fit(photos).result_.notes
    assert [note for note in notes if "transfer" not in note] == []


def test_one_class_alone_is_refused(classifier, photos):
    shutil.rmtree(photos / "red")
    with pytest.raises(InputError, match="only one class, 'blue', with 10 samples"):
        classifier.fit(photos)


def test_one_class_that_is_left_after_the_broken_ones_is_refused(classifier, photos):
    for path in (photos / "red").iterdir():
        path.write_bytes(b"")
    with pytest.raises(InputError, match=r"only one class, 'blue'.* 10 inputs were set aside"):
        classifier.fit(photos)


def test_pictures_that_break_only_when_decoded_can_leave_one_class(classifier, photos):
    for path in (photos / "red").iterdir():
        path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError, match=r"only one class, 'blue'.* 10 inputs were set aside"):
        classifier.fit(photos)


def test_the_same_content_is_never_on_both_sides(classifier, photos, tmp_path):
    test = tmp_path / "test"
    shutil.copytree(photos, test)
    for path in [*(test / "red").iterdir(), *(test / "blue").iterdir()]:
        if path.stem not in ("0", "1"):
            path.unlink()
    result = classifier.fit(photos, test=test).result_
    assert (result.n_train, result.n_test) == (16, 4)
    assert len(result.duplicates) == 4


def test_a_table_with_labels_that_are_missing(classifier, photos, tmp_path):
    rows = [f"photos/{path.parent.name}/{path.name}" for path in sorted(photos.glob("*/*.png"))]
    lines = [f"{row},{row.split('/')[1]}" for row in rows]
    lines[3] = f"{rows[3]},"
    table = tmp_path / "photos.csv"
    table.write_text("path,label\n" + "\n".join([*lines, "photos/none.png,red"]) + "\n")
    result = classifier.fit(table).result_
    assert result.n_train + result.n_test == 19
    assert len(result.quarantined) == 2
    assert any("label" in aside["reason"] for aside in result.quarantined)
    assert result.label_column == "label"


@pytest.mark.parametrize("kind", ["paths", "pictures", "arrays", "stack", "mixed"])
def test_pictures_that_a_program_holds(classifier, photos, make_picture, kind):
    colours = ["red", "blue"] * 10
    pictures = [make_picture(colour, number) for number, colour in enumerate(colours)]
    paths = [photos / colour / f"{number // 2}.png" for number, colour in enumerate(colours)]
    arrays = [np.asarray(one) for one in pictures]
    data = {
        "paths": paths,
        "pictures": pictures,
        "arrays": arrays,
        "stack": np.stack(arrays),
        "mixed": [paths[0], str(paths[1]), *pictures[2:10], *arrays[10:]],
    }[kind]
    fitted = classifier.fit(data, colours)
    assert fitted.result_.modality == "image"
    assert fitted.predict(data).tolist() == colours


def test_answers_come_in_the_order_of_the_inputs(classifier, photos, tmp_path, make_picture):
    model = classifier.fit(photos)
    (tmp_path / "hollow").mkdir()
    bad, mixed = tmp_path / "bad.png", tmp_path / "mixed"
    bad.write_bytes(b"no picture")
    shutil.copytree(photos / "blue", mixed)
    (mixed / "05.png").write_bytes(encoded(make_picture("red", 3))[:300])
    good = photos / "red" / "0.png"
    rows = model.predict_rows([bad, good, tmp_path / "hollow", mixed, tmp_path / "no.png", good])
    names = [str(path) for path in sorted(mixed.iterdir())]
    assert [row.input for row in rows] == [
        *(str(bad), str(good), str(tmp_path / "hollow"), *names, str(tmp_path / "no.png")),
        str(good),
    ]
    answers = ["-" if row.reason else row.predicted for row in rows]
    expected = ["blue"] * 11
    expected[names.index(str(mixed / "05.png"))] = "-"
    assert answers == ["-", "red", "-", *expected, "-", "red"]
    assert rows[2].reason == "a folder without files"


def test_a_single_path_and_hollow_folders(classifier, photos, tmp_path):
    model = classifier.fit(photos)
    (tmp_path / "hollow").mkdir()
    assert [row.predicted for row in model.predict_rows(photos / "red")] == ["red"] * 10
    assert [row.predicted for row in model.predict_rows(str(photos / "red" / "1.png"))] == ["red"]
    (row,) = model.predict_rows([tmp_path / "hollow"])
    assert row.reason == "a folder without files"
    with pytest.raises(InputError, match="nothing to predict: 0 inputs"):
        model.predict_rows([])


def test_predict_says_which_inputs_cannot_be_read(classifier, photos, tmp_path, make_picture):
    (tmp_path / "cut.png").write_bytes(encoded(make_picture("red", 3))[:300])
    model = classifier.fit(photos)
    with pytest.raises(InputError, match=r"1 of 2 inputs cannot be read: .*cut\.png.*predict_rows"):
        model.predict([photos / "red" / "0.png", tmp_path / "cut.png"])


def test_a_saved_model_of_pictures_answers_the_same(classifier, photos, tmp_path):
    model = classifier.fit(photos)
    paths = sorted(photos.glob("*/*.png"))
    run = model.save(tmp_path / "run")
    shutil.move(run, tmp_path / "moved")
    loaded = load(tmp_path / "moved")
    assert np.array_equal(loaded.predict_proba(paths), model.predict_proba(paths))
    assert loaded.predictions == model.model_.predictions


def test_a_plan_chooses_the_stages_of_the_head(tiny_source, photos):
    first = TransferClassifier(tiny_source).fit(photos)
    names = [stage.name for stage in first.model_.plan.stages]
    plan = frozen_plan(tiny_source, names).with_head(HeadPlan((names[0],), 5.0))
    fitted = TransferClassifier(plan=plan).fit(photos)
    assert fitted.model_.plan == plan


def test_a_plan_of_another_source_is_refused(tiny_source, photos):
    plan = frozen_plan(tiny_source, ["nose"]).with_head(HeadPlan(("nose",)))
    with pytest.raises(PlanError, match=r"names stage 'nose', which its source does not have\."):
        TransferClassifier(plan=plan).fit(photos)


def test_the_random_twin_is_compared_with(tiny_source, photos):
    result = TransferClassifier(tiny_source, random_twin=True).fit(photos).result_
    assert [baseline.name for baseline in result.baselines] == [
        "majority class",
        "pixels and HOG, logistic regression",
        "the same network with random weights",
    ]
    assert set(result.seconds) >= {"read", "encode", "fit the head", "evaluate"}


def test_numbers_of_pictures_from_fit_to_load(tiny_source, photos, tmp_path):
    paths = sorted(photos.glob("*/*.png"))
    numbers = [10.5 if path.parent.name == "red" else -2.5 for path in paths]
    (photos / "bad.png").write_bytes(b"")
    regressor = TransferRegressor(tiny_source).fit([*paths, photos / "bad.png"], [*numbers, 0.0])
    result = regressor.result_
    assert (result.task, result.n_train + result.n_test) == ("regression", 20)
    assert [one.name for one in result.baselines] == [
        "mean of the training targets",
        "pixels and HOG, ridge regression",
    ]
    assert result.test["mean_absolute_error"].value < 2.0
    assert len(result.quarantined) == 1
    loaded = load(regressor.save(tmp_path / "run"))
    assert loaded.predict(paths) == pytest.approx(numbers, abs=3.0)
    rows = loaded.predict_rows([paths[0], photos / "bad.png"])
    assert [row.reason is None for row in rows] == [True, False]
