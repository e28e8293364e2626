from __future__ import annotations

from io import BytesIO

import numpy as np
import polars
import pytest
from PIL import Image

from headstart.data.arrays import read_images
from headstart.data.dataset import Dataset
from headstart.data.embeddings import read_embeddings
from headstart.data.reading import read_any
from headstart.errors import InputError

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 255, (4, 6, 5, 3), dtype=np.uint8)


def test_paths_pictures_and_arrays_may_be_mixed(pets):
    mixed = [pets / "cat" / "0.jpg", str(pets / "dog" / "0.jpg"), Image.fromarray(STACK[0])]
    data = read_any([*mixed, STACK[1], STACK[2, :, :, 0], STACK[3, :, :, :1]], [3, 1, 2, 3, 1, 2])
    assert data.labels.tolist() == [3, 1, 2, 3, 1, 2]
    assert data.names[2:] == ["image 2", "image 3", "image 4", "image 5"]
    assert [item.open().mode for item in data.items] == ["RGB"] * 6
    assert len(set(data.fingerprints)) == 6


@pytest.mark.parametrize("stack", [STACK, STACK[..., 0], STACK[..., :1]])
def test_a_stack_of_pictures(stack):
    data = read_any(stack, list("abab"))
    assert len(data) == 4
    assert data.items[1].open().size == (5, 6)


def test_a_picture_and_its_pixels_have_the_same_fingerprint():
    data = read_images([Image.fromarray(STACK[0]), STACK[0], STACK[0].copy(order="F"), STACK[1]])
    first, second, third, other = data.fingerprints
    assert first == second == third != other


def test_bad_files_and_pictures_are_set_aside_with_their_labels(pets, photo):
    cut = Image.open(BytesIO(photo()[:-200]))
    data = read_images([pets / "gone.jpg", pets / "cat" / "0.jpg", cut, pets], ["a", "b", "c", "d"])
    assert data.labels.tolist() == ["b"]
    assert [aside.reason.split(":")[0] for aside in data.quarantined] == [
        "no such file",
        "cut short",
        "a folder, not a file",
    ]
    assert data.quarantined[1].input == "image 2"


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (STACK / 255, r"dtype float64; accepted is uint8.*\(image \* 255\).round\(\)"),
        (STACK.astype(np.float32), r"dtype float32.*0..255"),
        (STACK.astype(np.uint16), r"dtype uint16.*// 257"),
        (STACK > 9, r"dtype bool.*\* 255"),
        ([STACK[0], STACK[0].transpose(2, 0, 1)], r"Image 1 has the shape \(3, 6, 5\).*moveaxis"),
        ([STACK[..., :2][0]], r"shape \(6, 5, 2\)"),
        ([STACK[0][:0]], r"shape \(0, 5, 3\)"),
        (STACK[0], r"shape \(6, 5, 3\), which is one picture"),
        (STACK[None], r"shape \(1, 4, 6, 5, 3\)"),
        ([STACK[0], 7], "Image 1 is of type int; accepted are paths"),
        (Image.fromarray(STACK[0]), "a single Image"),
    ],
)
def test_other_pictures_are_refused(pictures, message):
    with pytest.raises(InputError, match=message):
        read_images(pictures)


def test_a_single_path_is_no_list():
    with pytest.raises(InputError, match=r"a single str; .* \[picture\]"):
        read_images("a.jpg")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, 2, 3], "inconsistent numbers of samples: 3 labels for 4 samples"),
        (["a", None, "b", float("nan")], r"y contains NaN .*rows 1, 3"),
        (["a", "", "b", "c"], r"y contains NaN .*row 1"),
        ([1.0, np.nan, 2.0, 1.0], "y contains NaN .*row 1"),
        (np.array([1.0, np.inf, 2.0, 1.0]), "y contains infinity: row 1"),
        ([1.0, np.inf, 2.0, 1.0], "y contains infinity: row 1"),
        ([1, "a", 2, "b"], "mix text and other values"),
        ([[0, 1], [1, 0], [0, 1], [1, 0]], r"shape \(4, 2\).*argmax"),
        ("abcd", "labels are 'abcd', of type str"),
        (7, "labels are 7, of type int"),
        (polars.Series(["a", None, "b", "c"]), "y contains NaN .*row 1"),
    ],
)
def test_labels_at_fault(labels, message):
    with pytest.raises(InputError, match=message):
        read_any(STACK, labels)


@pytest.mark.parametrize(
    "labels",
    [np.array(["a", "b", "a", "b"], dtype=object), np.array([1, 2, 1, 2], np.uint8), [True] * 4],
)
def test_labels_stay_as_they_were_given(labels):
    kept = read_any(STACK, labels).labels
    assert kept.tolist() == list(labels)
    assert kept.dtype == np.asarray(labels).dtype


@pytest.mark.parametrize(
    "vectors",
    [
        RNG.normal(size=(5, 3)),
        RNG.normal(size=(5, 3)).astype(np.float32),
        RNG.normal(size=(5, 3)).tolist(),
        list(RNG.normal(size=(5, 3))),
        np.arange(15).reshape(5, 3),
        polars.DataFrame({"a": range(5), "b": range(5)}),
    ],
)
def test_tables_of_numbers_are_embeddings(vectors):
    data = read_any(vectors, list("aabbb"))
    assert data.modality == "embedding"
    assert len(data) == 5
    assert data.vectors.dtype == (np.float32 if _is_single(vectors) else np.float64)
    assert data.names[4] == "row 4"
    assert len(set(data.fingerprints)) == 5


def _is_single(vectors) -> bool:
    return getattr(vectors, "dtype", None) == np.float32


class Sparse:
    nnz = 3
    shape = (2, 2)

    def toarray(self): ...


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1.0, np.nan], [np.nan, 2.0], [0.0, 1.0]], "Input contains NaN in rows 0, 1 of 3"),
        ([[1.0, np.inf], [1.0, 2.0]], "Input contains infinity in row 0 of 2.*nan_to_num"),
        (np.zeros(4), "Expected 2D array, got 1D array instead.*Reshape your data"),
        ([1.0, 2.0], "Expected 2D array, got 1D array instead"),
        (np.float64(3), "Expected 2D array, got 0D array instead"),
        (np.zeros((0, 4)), r"Found array with 0 sample\(s\)"),
        (np.zeros((4, 0)), r"0 feature\(s\) \(shape=\(4, 0\)\) while a minimum of 1 is required."),
        (np.zeros((4, 2), complex), "Complex data not supported"),
        ([["a", "b"], ["c", "d"]], "not a table of numbers.*text"),
        ([[1.0, 2.0], [1.0]], "not a table of numbers"),
        (polars.DataFrame({"path": ["a"], "label": ["b"]}), "not a table of numbers"),
        (Sparse(), "Sparse data was passed"),
    ],
)
def test_embeddings_at_fault(vectors, message):
    with pytest.raises(InputError, match=message):
        read_embeddings(vectors)


def test_read_any_names_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no file or folder '.*gone'. Accepted are a folder"):
        read_any(tmp_path / "gone")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="neither a folder nor a table"):
        read_any(tmp_path / "a.zip")


def test_a_folder_brings_its_own_labels(pets):
    with pytest.raises(InputError, match="brings its own labels"):
        read_any(pets, ["a"] * 6)
    assert len(read_any(pets)) == 6


def test_a_data_set_is_handed_back():
    data = Dataset("embedding", vectors=np.zeros((2, 2)))
    assert read_any(data) is data


def test_an_empty_list_is_an_empty_data_set():
    assert len(read_any([])) == 0
