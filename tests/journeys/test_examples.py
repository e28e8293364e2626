"""The examples run as they stand, and what they print means what they say.

Their data are stand-ins made here; what they print on the real sets is in examples/README.md.
"""

import ast
import importlib
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(
    path for path in EXAMPLES.glob("*.py") if '__name__ == "__main__"' in path.read_text()
)
HEAVY = {"openvino", "sklearn", "skimage", "timm", "torch", "torchvision"}
#: Runs a script as Python would, then says on standard error what it loaded.
WATCHED = """
import runpy, sys
before = set(sys.modules)
script = sys.argv[1]
sys.argv = [script, "--help"]
sys.path[0] = script.rpartition("/")[0]
try:
    runpy.run_path(script, run_name="__main__")
finally:
    print(*{name.partition(".")[0] for name in set(sys.modules) - before}, file=sys.stderr)
"""
#: A source that is small enough for tests; its weights are random, in a file that the test writes.
SMALL = "timm/test_resnet.r160_in1k"
#: 0.93 [0.88, 0.96]
FIGURE = re.compile(r"([+-]?\d\.\d\d) \[([+-]?\d\.\d\d), ([+-]?\d\.\d\d)\]")


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    """Two threads of a network this small mostly wait for each other where others use the cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    yield
    os.sched_setaffinity(0, before)


def run_python(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "HEADSTART_DATA"},
    )


Run = Callable[..., str]


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs an example in this process, where what it imports is loaded already."""

    def run(name: str, *arguments: object) -> str:
        script = str(EXAMPLES / f"{name}.py")
        monkeypatch.syspath_prepend(EXAMPLES)
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        runpy.run_path(script, run_name="__main__")
        return capsys.readouterr().out

    monkeypatch.delenv("HEADSTART_DATA", raising=False)
    return run


def write_pictures(folder: Path, classes: dict[str, int], count: int) -> None:
    """Noise whose first colour tells the class."""
    generator = np.random.default_rng(count)
    for name, level in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 120, size=(24, 24, 3), dtype=np.uint8)
            pixels[..., 0] += np.uint8(level)
            Image.fromarray(pixels).save(folder / name / f"{number:02}.png")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sets that the examples look for, a few samples of each."""
    folder = tmp_path_factory.mktemp("data")
    sets = {
        "cats": ("test", {"cat": 0, "noncat": 120}),
        "ants_bees": ("val", {"ants": 0, "bees": 120}),
        "chest_xray": ("test", {"covid": 0, "normal": 60, "pneumonia": 120}),
    }
    for name, (test, classes) in sets.items():
        write_pictures(folder / name / "train", classes, 8)
        write_pictures(folder / name / test, classes, 5)
    (folder / "digits").mkdir()
    generator = np.random.default_rng(0)
    for side, count in (("train", 12), ("test", 8)):
        y = np.repeat(np.arange(10), count)
        x = generator.integers(0, 60, size=(len(y), 28, 28), dtype=np.uint8)
        for image, digit in zip(x, y, strict=True):  # one of ten places
            row, column = 14 * (digit // 5), 5 * (digit % 5)
            image[row + 2 : row + 12, column + 1 : column + 4] = 250
        np.savez(folder / "digits" / f"mnist_{side}.npz", x=x, y=y)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from safetensors.torch import save_file

    from headstart.backbones.catalogue import load_network

    network, _ = load_network(SMALL, init="random")
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_file(network.state_dict(), path)
    return path


def test_the_four_examples_are_there_and_in_their_table() -> None:
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in SCRIPTS}
    assert names >= {
        "digits_zero_to_four.py",
        "four_quadrants.py",
        "parameter_count.py",
        "replace_last_layer.py",
    }
    assert names == set(re.findall(r"^\| `(\w+\.py)`", table, re.MULTILINE))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_help_says_what_is_learned_and_loads_nothing_heavy(script: Path, tmp_path: Path) -> None:
    assert "You learn" in str(ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))))
    done = run_python("-c", WATCHED, script, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: {script.name}")
    assert set(done.stderr.split()) & HEAVY == set()
    assert "argparse" in done.stderr.split()


def test_heads_are_small_next_to_networks(run_here: Run) -> None:
    lines = run_here("parameter_count").splitlines()
    counts = {line.split()[0]: line.split()[1:4] for line in lines if "/" in line}
    assert counts["torchvision/resnet50"] == ["25,557,032", "2,048", "4,098"]
    assert counts["torchvision/resnet18"] == ["11,689,512", "512", "1,026"]
    assert counts["torchvision/vgg16"][0] == "138,357,544"


def test_the_last_layer_is_replaced(data: Path, weights: Path, run_here: Run) -> None:
    arguments = ["--data", data, "--source", SMALL, "--weights", weights]
    text = run_here("replace_last_layer", *arguments)
    assert "512 x 2 + 2 = 1,026 numbers; 11,176,512 stay as they are." in text
    assert f"Learned on {SMALL}, 16 pictures: cat, noncat." in text
    features, numbers = re.search(r"new head: (\d+) x 2 \+ 2 = ([\d,]+) numbers", text).groups()
    assert int(numbers.replace(",", "")) == int(features) * 2 + 2
    assert re.search(r"Accuracy on 10 test pictures: [01]\.\d\d \(95 % interval", text)
    assert "Verdict: " in text


def test_without_data_the_last_layer_is_replaced_on_the_demo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    example = importlib.import_module("replace_last_layer")
    train, test = example.pictures(None, tmp_path)
    for part in (train, test):
        assert {path.name for path in part.iterdir()} == {"brick", "grass", "gravel"}


def test_quadrants_are_measured(
    data: Path, weights: Path, run_here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADSTART_DATA", str(data))
    arguments = ["--source", SMALL, "--weights", weights, "--per-class", 5, "--freeze", 2]
    arguments += ["--epochs", 1, "--scratch-epochs", 1, "--only", "small"]
    head, *rows = run_here("four_quadrants", *arguments).splitlines()
    assert all(word in head for word in ("probe", "freeze:2", "full", "scratch"))
    assert [row.split()[:3] for row in rows] == [
        ["small", "similar", "10"],
        ["small", "dissimilar", "15"],
    ]
    for row, advice in zip(rows, ("probe", "freeze"), strict=True):
        cells = [tuple(map(float, found)) for found in FIGURE.findall(row)]
        assert all(low <= value <= high for value, low, high in cells)
        values = [value for value, _, _ in cells[:4]]
        own = values[("probe", "freeze").index(advice)]
        if row.endswith(f"{advice:<12}none is better"):
            assert own == max(values)
        else:
            assert cells[4][0] == pytest.approx(own - max(values), abs=0.011)


def test_small_is_a_handful_a_class_and_large_is_all(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    example = importlib.import_module("four_quadrants")
    train = data / "chest_xray" / "train"
    few, others, whole = (
        example.draw(train, 5, 0),
        example.draw(train, 5, 1),
        example.draw(train, None, 0),
    )
    assert few == example.draw(train, 5, 0) != others
    assert sorted(path.parent.name for path in few) == sorted(["covid", "normal", "pneumonia"] * 5)
    assert sorted(whole) == sorted(train.glob("*/*"))


def test_quadrants_ask_for_their_data(tmp_path: Path) -> None:
    done = run_python(EXAMPLES / "four_quadrants.py", folder=tmp_path)
    assert done.returncode == 1
    assert "--data, or HEADSTART_DATA" in done.stderr


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    done = run_python(EXAMPLES / "replace_last_layer.py", "--data", tmp_path, folder=tmp_path)
    assert done.returncode == 1
    assert str(Path("cats/train")) in done.stderr


def test_digits_carry_over(data: Path, tmp_path: Path) -> None:
    """In a process of its own: the example brings a provider, which no other test should meet."""
    arguments = ["--data", data, "--per-class", 6, "--draws", 1, "--epochs", 2]
    done = run_python(EXAMPLES / "digits_zero_to_four.py", *arguments, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert re.match(r"0 to 4, from scratch, 80 images: accuracy [01]\.\d{3} \(", lines[0])
    rows = {line.split()[0]: line for line in lines[4:]}
    assert list(rows) == ["probe", "freeze:2", "full", "scratch"]
    for plan, row in rows.items():
        assert ("run of 0 to 4" in row) == (plan != "scratch")
        draw, mean = map(float, re.findall(r"[01]\.\d{3}", row))
        assert draw == mean
        assert plan == "scratch" or mean > 0.3  # a fifth is chance


def test_words_carry_over(run_here: Run) -> None:
    head, *rows = run_here("film_reviews", "--seeds", 2, "--without-minilm").splitlines()
    assert head.split() == ["2", "sentences", "100", "sentences"]
    assert [row[:44].rstrip() for row in rows] == [
        "from scratch",
        "words carried over, a hidden layer",
        "words carried over, headstart's head",
    ]
    cells = [[tuple(map(float, found)) for found in FIGURE.findall(row)] for row in rows]
    assert all(low <= value <= high for row in cells for value, low, high in row)
    scratch, carried, linear = (row[1][0] for row in cells)
    assert min(carried, linear) > scratch  # 0.84 and 0.89 next to 0.75


def test_digits_without_data_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    example = importlib.import_module("digits_zero_to_four")
    x, y = example.read_digits(None)
    assert (x.shape, x.dtype, x.max()) == ((1797, 8, 8), np.uint8, 254)
    few, rest = example.draw_few(y, 10, seed=1)
    assert np.bincount(y[few]).tolist() == [0] * 5 + [10] * 5
    assert sorted([*few, *rest]) == np.flatnonzero(y >= 5).tolist()
