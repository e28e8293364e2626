from __future__ import annotations

import os
import socket

import pytest

from headstart.data.folders import read_folder
from headstart.data.inputs import read_inputs
from headstart.data.split_folders import find_split_folders
from headstart.errors import InputError, UnreadableInputError


def reasons(dataset) -> dict[str, str]:
    return {os.path.basename(aside.input): aside.reason for aside in dataset.quarantined}


def test_labels_are_the_names_of_the_topmost_folders(pets, photo):
    (pets / "dog" / "deep" / "deeper").mkdir(parents=True)
    (pets / "dog" / "deep" / "deeper" / "x.png").write_bytes(photo(99, "PNG"))
    data = read_folder(pets)
    assert data.modality == "image"
    assert data.labels.tolist() == ["cat"] * 3 + ["dog"] * 4
    assert [name.removeprefix(f"{pets}{os.sep}") for name in data.names] == [
        os.path.join("cat", "0.jpg"),
        os.path.join("cat", "1.jpg"),
        os.path.join("cat", "2.jpg"),
        os.path.join("dog", "0.jpg"),
        os.path.join("dog", "1.jpg"),
        os.path.join("dog", "2.jpg"),
        os.path.join("dog", "deep", "deeper", "x.png"),
    ]
    assert data.quarantined == ()
    assert data.notes == ()


def test_a_renamed_file_keeps_its_fingerprint_and_another_content_has_another(pets):
    before = read_folder(pets).fingerprints
    (pets / "cat" / "0.jpg").rename(pets / "cat" / "9.png")
    after = read_folder(pets).fingerprints
    assert after[2] == before[0]
    assert len(set(before)) == 6
    assert {len(one) for one in before} == {16}


def test_items_open_into_pictures(pets):
    assert read_folder(pets).items[0].open(at_least=10).size == (20, 15)


def test_hidden_files_and_litter_are_passed_over(pets, photo):
    (pets / ".git").mkdir()
    (pets / "__MACOSX").mkdir()
    (pets / "__MACOSX" / "0.jpg").write_bytes(photo())
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.jpg"):
        (pets / name).write_bytes(b"litter")
        (pets / "cat" / name).write_bytes(b"litter")
    data = read_folder(pets)
    assert len(data) == 6
    assert data.quarantined == ()
    assert data.notes == ()


def test_broken_files_are_set_aside_with_their_reasons(pets, photo):
    cat = pets / "cat"
    (cat / "empty.jpg").write_bytes(b"")
    (cat / "text.jpg").write_text("hello")
    (cat / "notes.txt").write_text("hello")
    (cat / "header.jpg").write_bytes(photo()[:10])
    (cat / "dangling.jpg").symlink_to(cat / "gone.jpg")
    (cat / "self.jpg").symlink_to(cat / "self.jpg")
    data = read_folder(pets)
    assert len(data) == 6
    assert reasons(data) == {
        "empty.jpg": "empty file (0 bytes)",
        "text.jpg": "not a picture: starts with b'hello'",
        "notes.txt": "not a picture: starts with b'hello'",
        "header.jpg": "cut short: Truncated File Read",
        "dangling.jpg": "a link to a missing file",
        "self.jpg": "a link that leads to itself",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_pipes_and_sockets_do_not_block(pets, monkeypatch):
    os.mkfifo(pets / "cat" / "pipe.jpg")
    monkeypatch.chdir(pets / "cat")  # a socket's path may have 107 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        data = read_folder(pets)
    assert len(data) == 6
    expected = "not a regular file (a pipe, a socket or a device)"
    assert reasons(data) == {"pipe.jpg": expected, "socket.jpg": expected}


def refuse_to_open(monkeypatch, ending: str) -> None:
    """Root may read everything, so the refusal is played."""

    def guarded(path, *rest, **named):
        if str(path).endswith(ending):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *rest, **named)

    real = open
    monkeypatch.setattr("builtins.open", guarded)


def test_a_file_without_permission_is_set_aside(pets, monkeypatch):
    refuse_to_open(monkeypatch, os.path.join("cat", "1.jpg"))
    data = read_folder(pets)
    assert reasons(data) == {"1.jpg": "permission denied"}
    assert data.labels.tolist() == ["cat"] * 2 + ["dog"] * 3


def test_permission_lost_after_reading_is_told_on_opening(pets, monkeypatch):
    item = read_folder(pets).items[0]
    refuse_to_open(monkeypatch, "0.jpg")
    with pytest.raises(UnreadableInputError, match=r"^permission denied$"):
        item.open()


def test_a_folder_without_permission_is_set_aside(pets, monkeypatch):
    def guarded(path):
        if str(path).endswith("cat"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    real = os.listdir
    monkeypatch.setattr(os, "listdir", guarded)
    data = read_folder(pets)
    assert reasons(data) == {"cat": "permission denied"}
    assert data.labels.tolist() == ["dog"] * 3


def test_loose_pictures_are_set_aside_and_other_loose_files_noted(pets, photo):
    (pets / "loose.JPG").write_bytes(photo())
    (pets / "README.md").write_text("pets")
    data = read_folder(pets)
    assert reasons(data) == {"loose.JPG": "not in a class folder"}
    assert data.notes == (
        "Not read, since it lies beside the class folders and is no picture: README.md.",
    )


def test_an_empty_class_folder_is_noted(pets):
    (pets / "bird").mkdir()
    data = read_folder(pets)
    assert data.notes == ("The class folder 'bird' is empty and was left out.",)
    assert set(data.labels) == {"cat", "dog"}


def test_loops_of_links_end_and_are_noted(pets):
    (pets / "cat" / "again").symlink_to(pets / "cat", target_is_directory=True)
    data = read_folder(pets)
    assert len(data) == 6
    assert len(data.notes) == 1
    assert "reached a second time through a link" in data.notes[0]


def test_a_link_to_a_class_folder_is_followed(pets, tmp_path, photo):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.jpg").write_bytes(photo(50))
    (pets / "bird").symlink_to(tmp_path / "far", target_is_directory=True)
    assert read_folder(pets).labels.tolist()[:1] == ["bird"]


def test_odd_names_are_read_and_can_be_shown(pets, photo):
    odd = os.path.join(os.fsencode(pets / "cat"), b"\xff\xfe\n\x1b[31m.jpg")
    with open(odd, "wb") as file:
        file.write(photo(77))
    (pets / "cat" / "猫 né 🐈.jpg").write_bytes(photo(78))
    (pets / "cat" / "z\N{ZERO WIDTH JOINER}.jpg").write_bytes(b"")
    data = read_folder(pets)
    shown = [os.path.basename(name) for name in data.names]
    assert r"\xff\xfe\x0a\x1b[31m.jpg" in shown
    assert "猫 né 🐈.jpg" in shown
    assert reasons(data) == {"z\N{ZERO WIDTH JOINER}.jpg": "empty file (0 bytes)"}
    "".join(data.names).encode("utf-8")  # raises if a lone surrogate is left
    opened = {item.name: item.open().size for item in data.items}
    assert set(opened.values()) == {(40, 30)}


def test_odd_class_names_become_labels_that_can_be_shown(pets, photo):
    folder = os.path.join(os.fsencode(pets), b"b\xff")
    os.mkdir(folder)
    with open(os.path.join(folder, b"0.jpg"), "wb") as file:
        file.write(photo(77))
    assert read_folder(pets).labels[0] == r"b\xff"


def test_a_decomposed_class_name_is_the_same_class(pets, photo):
    for name, seed in (("e\N{COMBINING ACUTE ACCENT}", 80), ("é", 81)):
        (pets / name).mkdir(exist_ok=True)
        (pets / name / f"{seed}.jpg").write_bytes(photo(seed))
    assert read_folder(pets).labels.tolist().count("é") == 2


def test_a_folder_of_loose_pictures_is_refused(tmp_path, photo):
    (tmp_path / "a.jpg").write_bytes(photo())
    with pytest.raises(
        InputError, match=r"holds 1 files and no class folder.*one folder per class"
    ):
        read_folder(tmp_path)


def test_an_empty_a_missing_and_no_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="is empty"):
        read_folder(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_folder(tmp_path / "gone")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="a file stands where a folder is expected"):
        read_folder(tmp_path / "file")


@pytest.fixture
def halves(tmp_path, pets):
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            (tmp_path / "both" / part / name).mkdir(parents=True)
            os.link(pets / name / "0.jpg", tmp_path / "both" / part / name / "0.jpg")
    return tmp_path / "both"


def test_split_folders_are_found(halves):
    assert find_split_folders(halves) == (halves / "train", halves / "test")
    (halves / "test").rename(halves / "VALID")
    assert find_split_folders(halves) == (halves / "train", halves / "VALID")


def test_what_is_no_pair_of_split_folders(halves, pets, tmp_path):
    assert find_split_folders(pets) is None
    assert find_split_folders(tmp_path / "gone") is None
    (halves / "extra").mkdir()
    assert find_split_folders(halves) is None
    (halves / "extra").rename(halves / "val")
    assert find_split_folders(halves) is None


def test_classes_named_train_and_test_without_class_folders_are_classes(tmp_path, photo):
    for name in ("train", "test"):  # locomotives and examinations
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.jpg").write_bytes(photo())
    assert find_split_folders(tmp_path) is None
    assert read_folder(tmp_path).labels.tolist() == ["test", "train"]


def test_parts_of_a_data_set_are_not_taken_for_classes(halves):
    with pytest.raises(InputError, match="parts of a data set and not classes"):
        read_folder(halves)


def test_progress_is_told(pets):
    told = []
    read_folder(pets, progress=lambda *step: told.append(step))
    assert told[0] == ("read", 1, 6)
    assert told[-1] == ("read", 6, 6)


def test_inputs_keep_their_order_and_each_bad_one_has_its_reason(pets, photo):
    (pets / "cat" / "bad.jpg").write_text("hello")
    (pets / "void").mkdir()
    given = [pets / "dog" / "2.jpg", str(pets / "gone.jpg"), pets / "cat", pets / "void"]
    data = read_inputs([*given, pets / "dog" / "2.jpg"])
    assert data.labels is None
    assert [os.path.basename(name) for name in data.names] == [
        "2.jpg",
        "0.jpg",
        "1.jpg",
        "2.jpg",
        "2.jpg",
    ]
    assert reasons(data) == {
        "gone.jpg": "no such file",
        "bad.jpg": "not a picture: starts with b'hello'",
        "void": "a folder without files",
    }


def test_names_that_no_file_can_have_are_reasons_too():
    data = read_inputs(["a\0b.jpg", "x" * 5000])
    assert [aside.reason.split(":")[0] for aside in data.quarantined] == [
        "not a possible file name",
        "the name is too long",
    ]
    assert data.quarantined[0].input == r"a\x00b.jpg"


def test_no_input_at_all_is_refused():
    with pytest.raises(InputError, match="0 inputs"):
        read_inputs([])


def test_a_huge_file_is_not_read(pets):
    with open(pets / "cat" / "huge.jpg", "wb") as file:
        file.truncate((1 << 30) + 1)  # sparse: takes no room
    assert "at most 1073741824 bytes" in reasons(read_folder(pets))["huge.jpg"]
