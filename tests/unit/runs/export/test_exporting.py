"""Every form says what the run says, and nothing is left where it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.runs.export.conftest import make_run

from headstart import TransferClassifier, load
from headstart.errors import InputError, MissingDependencyError, RunError, SourceError
from headstart.runs.export import FORMS, export_run
from headstart.runs.export.exportable import Exportable
from headstart.runs.export.openvino_form import OpenVinoForm
from headstart.runs.manifest import write_manifest

EVERYWHERE = {"README.md", "classes.json", "export.json", "preprocessing.json"}
SENTENCES = [
    "the play was good and the actors were better",
    "a bad film with a long and boring end",
    "soup",
]


def onnx_answers(folder, batch):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (output,) = session.run(None, {"input": batch})
    return output, session.get_outputs()[0].name


def openvino_answers(folder, batch):
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(folder / "model.xml", "CPU", settings)
    return model({"input": batch})[0], model.outputs[0].any_name


ANSWERS = {"onnx": onnx_answers, "openvino": openvino_answers}


def pixels_as_told(folder, paths):
    """What another program makes of pictures with ``preprocessing.json`` alone."""
    facts = json.loads((folder / "preprocessing.json").read_bytes())
    height, width = facts["size"]
    rows = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        scale = min(image.width / width, image.height / height) * facts["crop"]["fraction"]
        left, upper = (image.width - width * scale) / 2, (image.height - height * scale) / 2
        box = (left, upper, left + width * scale, upper + height * scale)
        way = Image.Resampling[facts["resize"]["interpolation"].upper()]
        rows.append(np.asarray(image.resize((width, height), way, box=box)))
    return np.stack(rows)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(("stages", "own_weights"), [((-1,), True), ((0,), False), ((1, 0), False)])
def test_pictures(run_of, pictures, tmp_path, name, stages, own_weights):
    run = run_of(stages=stages, own_weights=own_weights, tested=tuple(map(str, pictures)))
    done = export_run(run, name, tmp_path / "out")
    expected = load(run).predict_proba(pictures)
    assert np.ptp(expected, axis=0).max() > 1e-3  # else anything would do
    found, output = ANSWERS[name](tmp_path / "out", pixels_as_told(tmp_path / "out", pictures))
    assert output == "probabilities"
    assert np.allclose(found, expected, atol=1e-5)
    assert (done.comparison.samples, done.comparison.kind) == (6, "test inputs of the run")
    assert done.comparison.difference < 1e-5
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= EVERYWHERE
    assert json.loads((tmp_path / "out" / "classes.json").read_bytes()) == [
        "ant",
        "bee",
        "cat | dog",
    ]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("count", [1, 6])
def test_numbers_and_any_size_of_a_batch(run_of, pictures, tmp_path, name, count):
    run = run_of(numbers=True)
    done = export_run(run, name, tmp_path / "out", check=tmp_path / "pictures")
    batch = pixels_as_told(tmp_path / "out", pictures[:count])
    found, output = ANSWERS[name](tmp_path / "out", batch)
    assert output == "value"
    assert np.allclose(found[:, 0], load(run).predict(pictures[:count]), rtol=1e-4, atol=1e-5)
    assert json.loads((tmp_path / "out" / "classes.json").read_bytes()) == []
    assert "largest difference of a number" in done.lines[0]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("stages", [(-1,), (0, 2)])
def test_texts_of_any_length(run_of, encoder, tmp_path, name, stages):
    run = run_of(encoder, stages)
    done = export_run(run, name, tmp_path / "out")
    assert done.comparison.kind == "made-up inputs"
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    rows = [tokenizer.encode(text).ids for text in SENTENCES]
    batch = np.full((len(rows), max(map(len, rows))), -1)
    for place, row in enumerate(rows):
        batch[place, : len(row)] = row
    found, _ = ANSWERS[name](tmp_path / "out", batch)
    expected = load(run).predict_proba(SENTENCES)
    assert np.ptp(expected, axis=0).max() > 1e-3
    assert np.allclose(found, expected, atol=1e-5)


def test_texts_of_the_test_table_are_checked_on(run_of, encoder, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text("text,label\n" + "".join(f"{one},ant\n" for one in SENTENCES))
    tested = tuple(f"{table}, row {row}" for row in (1, 3))
    done = export_run(run_of(encoder, tested=tested), "openvino", tmp_path / "out")
    assert (done.comparison.samples, done.comparison.kind) == (2, "test inputs of the run")


def test_an_export_to_openvino_needs_no_torch(run_of, pictures, tmp_path):
    run = run_of()
    code = (
        "import sys; from pathlib import Path; from headstart.runs.export import export_run; "
        "export_run(Path(sys.argv[1]), 'openvino', Path(sys.argv[2])); "
        "print(sorted({'torch', 'onnx', 'onnxruntime', 'sklearn', 'timm'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(run), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_pictures_that_are_gone_are_not_checked_on(run_of, pictures, tmp_path):
    run = run_of(tested=(*map(str, pictures), str(tmp_path / "gone.png")))
    pictures[0].unlink()
    pictures[1].write_bytes(b"no picture any more")
    done = export_run(run, "openvino", tmp_path / "out")
    assert (done.comparison.samples, done.comparison.are_real) == (4, True)


def wrong(form, change):
    """A form that writes what differs from the run by a little too much."""

    class Wrong(type(form)):
        def answer(self, run, folder, samples):
            return change(super().answer(run, folder, samples))

    return Wrong()


@pytest.mark.parametrize("change", [lambda one: one + 2e-3, lambda one: one * np.nan])
def test_what_says_something_else_is_not_written(run_of, tmp_path, monkeypatch, change):
    monkeypatch.setitem(FORMS, "openvino", wrong(OpenVinoForm(), change))
    with pytest.raises(RunError, match=r"the exported model differs from it by up to .*; accepted"):
        export_run(run_of(), "openvino", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".tmp-*"))


def test_an_earlier_export_gives_way_and_nothing_else_does(run_of, tmp_path):
    run = run_of()
    export_run(run, "openvino", tmp_path / "out")
    (tmp_path / "out" / "model.onnx").write_text("of another form")
    export_run(run, "openvino", tmp_path / "out")
    assert not (tmp_path / "out" / "model.onnx").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    for place in (tmp_path / "mine", run):
        with pytest.raises(RunError, match="exists and is not an export, so it is not written"):
            export_run(run, "openvino", place)


def test_weights_that_are_not_those_of_the_run_are_refused(run_of, tmp_path):
    run = run_of()
    manifest = json.loads((run / "manifest.json").read_bytes())
    facts = {key: manifest[key] for key in manifest if key not in ("format", "files", "digest")}
    facts["source"]["weights_hash"] = "0" * 64
    (run / "manifest.json").unlink()
    write_manifest(run, facts)
    with pytest.raises(SourceError, match=r"its weights .* are not those that 'tiny/net' has now"):
        export_run(run, "onnx", tmp_path / "out")
    export_run(run, "openvino", tmp_path / "other")  # it brings its own network


@pytest.mark.parametrize("seed", [3, 5])
def test_a_frozen_run_takes_the_weights_of_the_run_that_it_read(run_of, tmp_path, seed):
    """They are not in it, and no provider has them; another run may stand there since."""
    source = make_run(tmp_path / "source", own_weights=True)
    run = make_run(tmp_path / "run", f"run:{source}", init="pretrained")
    if seed != 3:
        shutil.rmtree(source)
        make_run(source, own_weights=True, seed=seed)
        with pytest.raises(
            SourceError, match=r"are not those that the run .* Or export it as open"
        ):
            export_run(run, "onnx", tmp_path / "out")
    else:
        assert export_run(run, "onnx", tmp_path / "out").comparison.difference < 1e-5


def test_a_model_without_a_network(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(20, 3))
    run = TransferClassifier().fit(vectors, ["a", "b"] * 10).model_.save(tmp_path / "run")
    with pytest.raises(RunError, match="cannot be exported: its model reads ready embeddings"):
        export_run(run, "onnx", tmp_path / "out")


@pytest.mark.parametrize(
    ("modality", "words"),
    [
        ("image", "reads small copies of pictures and the directions of their edges, and has no"),
        ("text", "counts words and pieces of words, and has no network"),
    ],
)
def test_a_model_without_transfer(run_of, modality, words):
    model = load(run_of())
    result = replace(model.result_, modality=modality)
    plain = replace(model, backbone=None, result_=result)
    with pytest.raises(RunError, match=f"{words}.* fit again with --keep-transfer"):
        Exportable.of(Path("run"), plain)


def test_what_no_exporter_takes(run_of, tmp_path, monkeypatch):
    import torch

    def refuse(*arguments, **options):
        raise RuntimeError

    run = run_of()
    monkeypatch.setattr(torch.onnx, "export", refuse)
    with pytest.raises(RunError, match=r"cannot be exported as onnx: RuntimeError\. Choose an"):
        export_run(run, "onnx", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_library_that_is_not_there(run_of, tmp_path, monkeypatch):
    run = run_of()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match="needs the package onnxruntime, which is not"):
        export_run(run, "onnx", tmp_path / "out")


def test_an_unknown_format(run_of, tmp_path):
    with pytest.raises(InputError, match="The format is 'tflite'; accepted: onnx, openvino, hugg"):
        export_run(run_of(), "tflite", tmp_path / "out")


def test_nothing_to_check_on(run_of, tmp_path):
    run = run_of()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.png").write_text("no picture")
    with pytest.raises(InputError, match="data' holds no input that the model can be checked on"):
        export_run(run, "openvino", tmp_path / "out", check=tmp_path / "data")
    with pytest.raises(InputError, match=r"There is no file or folder '.*nowhere' to check on"):
        export_run(run, "openvino", tmp_path / "out", check=tmp_path / "nowhere")


def test_the_run_as_it_predicts_is_told_of(run_of, tmp_path):
    """A run in bf16 is compared in float32, and told of as it is."""
    run = replace(load(run_of()), precision="bf16").save(tmp_path / "coarse")
    done = export_run(run, "openvino", tmp_path / "out")
    assert done.comparison.difference < 1e-5
    assert done.lines[1].startswith("The run itself predicts in bf16: there the largest difference")


def test_the_card_says_what_was_checked(run_of, pictures, tmp_path):
    run = run_of(tested=tuple(map(str, pictures)))
    done = export_run(run, "openvino", tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert card.startswith('---\nlicense: mit\nlibrary_name: "openvino"\n')
    assert f"- {done.lines[0]}" in card
    assert json.loads((tmp_path / "out" / "export.json").read_bytes())["checked"]["samples"] == 6


def program_of(folder):
    """What the card tells to do."""
    card = (folder / "README.md").read_text("utf-8")
    return card.partition("```python\n")[2].partition("```")[0]


@pytest.mark.parametrize("name", ["onnx", "openvino", "huggingface"])
@pytest.mark.parametrize("modality", ["image", "text"])
def test_the_program_of_the_card_runs(run_of, encoder, pictures, tmp_path, name, modality):
    source = encoder if modality == "text" else "timm/test_efficientnet@32"
    run = run_of(source, own_weights=modality == "image")
    export_run(run, name, tmp_path / "out")
    shutil.copyfile(pictures[0], tmp_path / "out" / "photo.jpg")
    answer = "scores.softmax(1)" if name == "huggingface" else "answer"
    program = f"{program_of(tmp_path / 'out')}print({answer}[:1].tolist())"
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(
        command, cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    given = ["a sentence"] if modality == "text" else [pictures[0]]
    expected = load(run).predict_proba(given)
    # timm shrinks before it crops, and OpenVINO may compute in bf16.
    is_exact = name == "onnx" or (name, modality) == ("huggingface", "text")
    assert np.allclose(json.loads(done.stdout), expected, atol=1e-4 if is_exact else 0.1)
