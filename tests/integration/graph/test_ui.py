"""What ``ebbline ui`` starts, and that what it starts complains of nothing that a user cannot change."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app

WARNING = "SupersessionWarning: Function `dev_command`"


def _started(monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment that ``ebbline ui`` turns into."""
    started: list[tuple[list[str], dict[str, str]]] = []

    def execvpe(_: str, command: list[str], environment: Mapping[str, str]) -> None:
        started.append((command, dict(environment)))

    (folder / "ebbline.yml").write_text("sources: {billing: {path: billing}}\n")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(os, "execvpe", execvpe)
    ended = CliRunner().invoke(app, ["ui", "--config", "ebbline.yml"])
    assert ended.exit_code == 0, ended.output
    return started[0]


def _said(command: list[str], environment: Mapping[str, str]) -> str:
    """Return what ``dagster dev`` says where it finds nothing to serve and ends at once."""
    ended = subprocess.run(
        command[:2], env=dict(environment), capture_output=True, text=True, check=False, timeout=120
    )
    return ended.stdout + ended.stderr


def test_the_warning_of_dagster_dev_stays_off_the_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert WARNING not in _said(*_started(monkeypatch, tmp_path))


def test_filters_that_a_user_has_set_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error::ResourceWarning")
    _, environment = _started(monkeypatch, tmp_path)
    assert environment["PYTHONWARNINGS"].split(",")[0] == "error::ResourceWarning"


def test_dagster_dev_still_has_that_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The day this fails, the filter in commands/running.py has nothing to do any more.
    command, environment = _started(monkeypatch, tmp_path)
    assert WARNING in _said(command, {**environment, "PYTHONWARNINGS": ""})
