"""What is kept of earlier passes, as a person sees it."""

from __future__ import annotations

from typer.testing import CliRunner

from headstart.activations.store import ActivationStore
from headstart.cli.app import app


def test_a_table_without_its_key_is_listed_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    folder = tmp_path / "activations" / "abc123"
    folder.mkdir(parents=True)
    (folder / "key.json").write_text("{")
    assert ActivationStore().tables()
    done = CliRunner().invoke(app, ["cache"])
    assert done.exit_code == 0, done.output
    assert "abc123" in done.output


def test_an_empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["cache"])
    assert done.output.startswith(f"{tmp_path / 'none'}: 0.0 MB of ")
    assert not (tmp_path / "none").exists()
